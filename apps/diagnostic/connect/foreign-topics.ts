/**
 * Shows a company that one of its logins published to a topic that it may not use, as the embedded broker does: stored
 * with the rejected messages, once an hour. The broker asks before it takes the message, so the payload is not known.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import type { MachineRegistry } from "../../ingest/machine-registry.ts";
import { RejectedTable } from "../../ingest/rejected-table.ts";
import { rejection } from "../../ingest/rejection.ts";

const keptAgainAfterMilliseconds = 3_600_000;
/** A login that tries many topics must fill neither the store nor the memory. */
const mostAnHour = 1000;
const mostAnHourOfCompany = 20;

export class ForeignTopics {
  readonly #table: RejectedTable;
  readonly #companies: Pick<MachineRegistry, "unregisteredCompanies">;
  readonly #log: { warn(fields: object, message: string): void };
  /** Topics stored within the hour, by company. */
  readonly #kept = new Map<string, Set<string>>();
  #since = Date.now();
  #writing: Promise<void> = Promise.resolve();

  /** @param companies tells which are registered: of one that was erased nothing more is stored. */
  constructor(
    client: ClickHouseClient,
    companies: Pick<MachineRegistry, "unregisteredCompanies">,
    log: { warn(fields: object, message: string): void },
  ) {
    this.#table = new RejectedTable(client);
    this.#companies = companies;
    this.#log = log;
  }

  keep(company: string, topic: string, detail: string, now = Date.now()): void {
    if (now - this.#since > keptAgainAfterMilliseconds) {
      this.#kept.clear();
      this.#since = now;
    }
    const topics = this.#kept.get(company) ?? new Set();
    if (topics.has(topic) || topics.size >= mostAnHourOfCompany || this.#kept.size >= mostAnHour) return;
    this.#kept.set(company, topics.add(topic));
    const message = { company, topic, payload: Buffer.alloc(0), redelivered: true };
    const rejected = { rejection: rejection(message, "topic-not-allowed", detail), maybeStored: true };
    this.#writing = this.#writing
      .then(async () => {
        if ((await this.#companies.unregisteredCompanies([company])).size === 0)
          await this.#table.insert([rejected], now);
      })
      .catch((error: unknown) => {
        topics.delete(topic);
        this.#log.warn({ error: String(error) }, "a refused topic could not be stored for the company");
      });
  }

  async settled(): Promise<void> {
    await this.#writing;
  }
}
