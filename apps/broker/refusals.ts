/** Counts what the broker refuses and logs it, at most once in ten seconds for each reason: a flood must not fill the log. */

export type Refusal =
  | "wrong-password"
  | "login-check-failed"
  | "mqtt-5"
  | "client-id-too-long"
  | "client-id-of-another"
  | "topic-not-allowed"
  | "connection-not-accepted"
  | "too-many-connections"
  | "too-many-before-login"
  | "too-many-before-login-of-address"
  | "too-many-connections-of-login"
  | "last-will-not-allowed"
  | "packet-too-long"
  | "too-much-unfinished"
  | "too-many-unreleased"
  | "too-many-subscriptions"
  | "subscriber-too-slow"
  | "login-ended";

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const logAgainAfterMilliseconds = 10_000;

export class Refusals {
  readonly #log: Log;
  readonly #counts: Partial<Record<Refusal, number>> = {};
  readonly #logged = new Map<Refusal, { at: number; count: number }>();

  constructor(log: Log) {
    this.#log = log;
  }

  get counts(): Readonly<Partial<Record<Refusal, number>>> {
    return this.#counts;
  }

  /** @param fields of the log line; never a password. */
  add(refusal: Refusal, fields: object, message: string): void {
    const count = (this.#counts[refusal] ?? 0) + 1;
    this.#counts[refusal] = count;
    const now = Date.now();
    const logged = this.#logged.get(refusal);
    if (logged !== undefined && now - logged.at < logAgainAfterMilliseconds) return;
    const unlogged = count - (logged?.count ?? 0) - 1;
    this.#logged.set(refusal, { at: now, count });
    this.#log.warn(
      { refusal, ...fields, ...(unlogged === 0 ? {} : { alikeSinceLastLine: unlogged }) },
      message,
    );
  }
}
