/** Writes rejections to `rejected` and counts them; a message that a device sends again is kept once. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Rejection, RejectionReason } from "./rejection.ts";

/** How long ago a message that is sent again may have been stored. */
const redeliveredWithinMilliseconds = 3_600_000;

export interface Rejected {
  readonly rejection: Rejection;
  /** It may be stored already: the device may have sent it before, or an earlier attempt to store it failed. */
  readonly maybeStored: boolean;
}

export class RejectedTable {
  readonly #client: ClickHouseClient;
  readonly #counts: Partial<Record<RejectionReason, number>> = {};

  constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  /** Readings (or unreadable messages) rejected since start. */
  get counts(): Readonly<Partial<Record<RejectionReason, number>>> {
    return this.#counts;
  }

  get total(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  async insert(rejected: readonly Rejected[], receivedAt: number): Promise<void> {
    const stored = await this.#stored(rejected, receivedAt);
    const values = rejected
      .filter((each) => !(each.maybeStored && stored.has(keyOf(each.rejection))))
      .map(({ rejection }) => ({ received_at: (receivedAt / 1000).toFixed(3), ...rejection }));
    if (values.length === 0) return;
    await this.#client.insert({ table: "rejected", values, format: "JSONEachRow" });
    for (const { reason, readings } of values) this.#count(reason, readings);
  }

  /** Counts rejections that are not kept. */
  countOnly(rejected: readonly Rejected[]): void {
    for (const { rejection } of rejected) this.#count(rejection.reason, rejection.readings);
  }

  #count(reason: RejectionReason, readings: number): void {
    this.#counts[reason] = (this.#counts[reason] ?? 0) + readings;
  }

  async #stored(rejected: readonly Rejected[], receivedAt: number): Promise<Set<string>> {
    const maybe = rejected.filter((each) => each.maybeStored).map((each) => each.rejection);
    const stored = new Set<string>();
    if (maybe.length === 0) return stored;
    const result = await this.#client.query({
      query: `SELECT DISTINCT digest, reason FROM rejected
              WHERE company IN {companies:Array(String)} AND received_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
                AND digest IN {digests:Array(String)}`,
      query_params: {
        companies: [...new Set(maybe.map((each) => each.company))],
        since: receivedAt - redeliveredWithinMilliseconds,
        digests: [...new Set(maybe.map((each) => each.digest))],
      },
      format: "JSONEachRow",
    });
    for (const row of await result.json<Pick<Rejection, "digest" | "reason">>()) stored.add(keyOf(row));
    return stored;
  }
}

function keyOf({ digest, reason }: Pick<Rejection, "digest" | "reason">): string {
  return `${digest} ${reason}`;
}
