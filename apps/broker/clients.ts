/** The clients that are connected: the connection of each, and what a login's connections use together. */
import type { Client } from "aedes";
import { type Connection, ConnectionGroup } from "./connection.ts";
import type { AuthenticatedLogin } from "./login.ts";

export class Clients {
  readonly connections = new Set<Connection>();
  readonly #byClient = new WeakMap<Client, Connection>();
  readonly #byLogin = new Map<string, ConnectionGroup>();
  /** Of connections that have not logged in. */
  readonly beforeLogin = new ConnectionGroup();
  /** QoS 2 messages that wait for their PUBREL, of all. */
  unreleased = 0;
  /** Bytes of packets that have arrived in part, of all. */
  unfinishedBytes = 0;

  add(client: Client, connection: Connection): void {
    this.#byClient.set(client, connection);
  }

  /** Of a client that aedes asks about. */
  connectionOf(client: Client): Connection {
    return this.#byClient.get(client)!;
  }

  countOf(username: string): number {
    return this.#byLogin.get(username)?.connections.size ?? 0;
  }

  /** Records that the connection belongs to this login. */
  logIn(connection: Connection, login: AuthenticatedLogin): void {
    const group = this.#byLogin.get(login.username) ?? new ConnectionGroup();
    this.#byLogin.set(login.username, group);
    connection.login = login;
    connection.moveTo(group);
    connection.loggedIn();
  }

  remove(connection: Connection): void {
    this.connections.delete(connection);
    this.unreleased -= connection.unreleased.size;
    this.setUnfinished(connection, 0);
    connection.leave();
    const { group, login } = connection;
    if (login !== undefined && group.connections.size === 0 && this.#byLogin.get(login.username) === group)
      this.#byLogin.delete(login.username);
  }

  hold(connection: Connection, messageId: number): void {
    // One that closed meanwhile is no longer counted.
    if (!this.connections.has(connection)) return;
    connection.unreleased.add(messageId);
    connection.group.unreleased += 1;
    this.unreleased += 1;
  }

  release(connection: Connection, messageId: number): void {
    if (!this.connections.has(connection) || !connection.unreleased.delete(messageId)) return;
    connection.group.unreleased -= 1;
    this.unreleased -= 1;
  }

  subscribe(connection: Connection, filter: string): void {
    if (!this.connections.has(connection) || connection.subscriptions.has(filter)) return;
    connection.subscriptions.add(filter);
    connection.group.subscriptions += 1;
  }

  unsubscribe(connection: Connection, filter: string): void {
    if (!this.connections.has(connection) || !connection.subscriptions.delete(filter)) return;
    connection.group.subscriptions -= 1;
  }

  /** @param bytes that have arrived of the connection's present packet. */
  setUnfinished(connection: Connection, bytes: number): void {
    const change = bytes - connection.unfinishedBytes;
    connection.unfinishedBytes = bytes;
    connection.group.unfinishedBytes += change;
    this.unfinishedBytes += change;
  }

  /** The connection with the most of a packet that is not complete, of the login that has most of them. */
  get mostUnfinished(): Connection | undefined {
    const groups = [this.beforeLogin, ...this.#byLogin.values()];
    const group = groups.reduce((most, each) => (each.unfinishedBytes > most.unfinishedBytes ? each : most));
    let most: Connection | undefined;
    for (const each of group.connections)
      if (each.unfinishedBytes > (most?.unfinishedBytes ?? 0)) most = each;
    return most;
  }

  get logins(): AuthenticatedLogin[] {
    return [...this.connections].flatMap(({ login }) => login ?? []);
  }
}
