/**
 * A lock by name that one process of many holds: PostgreSQL's session-level advisory lock on a session of its own. The server
 * releases it when the session ends, however the process ended.
 *
 * Both ends detect a broken connection: the holder sends a query every two seconds and counts the lock as lost when no answer
 * comes; the server ends a session that is silent for longer.
 */
import type pg from "pg";
import { connect, type PostgresOptions } from "./postgres.ts";

const heartbeatMilliseconds = 2000;
const answerMilliseconds = 3000;
/** Longer than a heartbeat and its answer, so that the holder stops before another can start. */
const silenceMilliseconds = 10_000;

export class AdvisoryLock {
  readonly #client: pg.Client;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #asking = false;
  #released = false;

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on("error", (error: Error) => this.#lose(error));
    client.on("end", () => this.#lose(new Error("The session that held the lock ended.")));
    this.#timer = setInterval(() => this.#beat(), heartbeatMilliseconds);
    this.#timer.unref();
  }

  /** @returns undefined when another process holds it. */
  static async acquire(options: PostgresOptions, name: string): Promise<AdvisoryLock | undefined> {
    const client = await connect(options);
    try {
      await client.query(`SET idle_session_timeout = ${silenceMilliseconds}`);
      const { rows } = await client.query<{ held: boolean }>(
        "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held",
        [name],
      );
      if (rows[0]?.held === true) return new AdvisoryLock(client);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    await client.end();
    return undefined;
  }

  /** Aborted once another process may hold the lock; never by `release`. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    this.#released = true;
    clearInterval(this.#timer);
    await this.#client.end().catch(() => {});
  }

  #lose(error: Error): void {
    if (this.#released) return;
    clearInterval(this.#timer);
    this.#lost.abort(error);
  }

  #beat(): void {
    if (this.#asking) return;
    this.#asking = true;
    const late = setTimeout(() => {
      this.#lose(new Error("The server that holds the lock does not answer."));
      void this.release();
    }, answerMilliseconds);
    this.#client
      .query("SELECT 1")
      .catch((error: Error) => this.#lose(error))
      .finally(() => {
        clearTimeout(late);
        this.#asking = false;
      });
  }
}
