/** Counts what the broker refuses and says so in the log, but not once for each: a flood must not fill the log. */

export type Refusal =
  | "wrong-password"
  | "login-check-failed"
  | "mqtt-5"
  | "client-id-too-long"
  | "client-id-of-another"
  | "topic-not-allowed"
  | "connection-not-accepted"
  | "too-many-connections"
  | "too-many-connections-of-login"
  | "last-will-not-allowed"
  | "packet-too-long"
  | "subscriber-too-slow"
  | "login-ended";

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const sayAgainAfterMilliseconds = 10_000;

export class Refusals {
  readonly #log: Log;
  readonly #counts: Partial<Record<Refusal, number>> = {};
  readonly #said = new Map<Refusal, { at: number; count: number }>();

  constructor(log: Log) {
    this.#log = log;
  }

  get counts(): Readonly<Partial<Record<Refusal, number>>> {
    return this.#counts;
  }

  /** @param fields about this one, never a password. */
  add(refusal: Refusal, fields: object, message: string): void {
    const count = (this.#counts[refusal] ?? 0) + 1;
    this.#counts[refusal] = count;
    const now = Date.now();
    const said = this.#said.get(refusal);
    if (said !== undefined && now - said.at < sayAgainAfterMilliseconds) return;
    const unsaid = count - (said?.count ?? 0) - 1;
    this.#said.set(refusal, { at: now, count });
    this.#log.warn({ refusal, ...fields, ...(unsaid === 0 ? {} : { alikeSinceLastLine: unsaid }) }, message);
  }
}
