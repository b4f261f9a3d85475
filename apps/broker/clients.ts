/** The clients that are connected: the connection of each, and how many connections a login has. */
import type { Client } from "aedes";
import type { Connection } from "./connection.ts";
import type { AuthenticatedLogin } from "./login.ts";

export class Clients {
  readonly connections = new Set<Connection>();
  readonly #byClient = new WeakMap<Client, Connection>();
  readonly #countByLogin = new Map<string, number>();

  add(client: Client, connection: Connection): void {
    this.#byClient.set(client, connection);
  }

  /** Of a client that aedes asks about. */
  connectionOf(client: Client): Connection {
    return this.#byClient.get(client)!;
  }

  countOf(username: string): number {
    return this.#countByLogin.get(username) ?? 0;
  }

  /** Records that the connection belongs to this login. */
  logIn(connection: Connection, login: AuthenticatedLogin): void {
    connection.login = login;
    this.#countByLogin.set(login.username, this.countOf(login.username) + 1);
  }

  remove(connection: Connection): void {
    this.connections.delete(connection);
    if (connection.login === undefined) return;
    const { username } = connection.login;
    const count = this.countOf(username) - 1;
    if (count > 0) this.#countByLogin.set(username, count);
    else this.#countByLogin.delete(username);
  }

  get logins(): AuthenticatedLogin[] {
    return [...this.connections].flatMap(({ login }) => login ?? []);
  }
}
