/**
 * Commits one batch: readings of registered machines that the store does not have yet, and rejections. Remembers which
 * rollups an insert that failed may have left behind `raw`, and repairs them before the next batch.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";
import { repairRollups } from "../../stores/time-series/rollup-repair.ts";
import { ChannelKinds, ofKind } from "./channel-kinds.ts";
import { ChannelLimit, channelsPerMachine } from "./channel-limit.ts";
import { rejectConflicts } from "./conflict.ts";
import type { Deduplication } from "./deduplication.ts";
import type { MachineRegistry } from "./machine-registry.ts";
import { insertReadings } from "./raw-table.ts";
import type { Reading } from "./reading.ts";
import { type Rejected, RejectedTable } from "./rejected-table.ts";
import { type ReceivedMessage, type Rejection, rejection } from "./rejection.ts";
import { isTaken, type WaitingMessage } from "./waiting-messages.ts";

export interface BatchCommitOptions {
  readonly client: ClickHouseClient;
  readonly country: Country;
  readonly registry: MachineRegistry;
  /**
   * Settles when what was inserted before can be found: an insert that is given up here, or that another process began,
   * may be in progress in the store for a while. Absent where the store is in the process.
   */
  readonly insertsSettle?: () => Promise<void>;
}

/** An insert failed or was another process's, so the rollups of these series may lack readings that `raw` has. */
interface SuspectRollups {
  /** Epoch milliseconds: `raw` received them at this time or later. */
  readonly since: number;
  readonly series: readonly string[];
}

interface Usable {
  readonly message: ReceivedMessage;
  readonly readings: readonly Reading[];
}

type Reject = (rejection: Rejection, message: ReceivedMessage) => void;

export class BatchCommit {
  readonly rejected: RejectedTable;
  readonly #options: BatchCommitOptions;
  readonly #deduplication: Deduplication;
  readonly #channels = new ChannelLimit();
  readonly #kinds: ChannelKinds;
  #lastReceivedAt: number;
  #suspects: SuspectRollups[] = [];
  #stored = 0;
  #duplicates = 0;

  /** @param lastReceivedAt epoch milliseconds, of what is stored. */
  constructor(options: BatchCommitOptions, deduplication: Deduplication, lastReceivedAt: number) {
    this.rejected = new RejectedTable(options.client);
    this.#options = options;
    this.#deduplication = deduplication;
    this.#kinds = new ChannelKinds(options.client, Object.keys(options.country.telemetry.units));
    this.#channels.remember(deduplication.series.keys());
    this.#lastReceivedAt = lastReceivedAt;
  }

  /** When the newest insert was received, epoch milliseconds. */
  get lastReceivedAt(): number {
    return this.#lastReceivedAt;
  }

  /** Readings committed since start. */
  get stored(): number {
    return this.#stored;
  }

  /** Readings since start that the store already had. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Reads what other processes have stored. */
  async readStored(): Promise<void> {
    await this.#options.insertsSettle?.();
    await this.#deduplication.read();
    this.#kinds.forget();
    this.#channels.remember(this.#deduplication.series.keys());
  }

  /** @param since epoch milliseconds: when the first attempt at the batch was, if this is another one. */
  async commit(all: readonly WaitingMessage[], since: number | undefined): Promise<void> {
    if (since !== undefined) await this.#options.insertsSettle?.();
    await this.#repairSuspects();
    const batch = all.filter((waiting) => !isTaken(waiting));
    const rejected: Rejected[] = [];
    const reject: Reject = (rejection, message) =>
      rejected.push({
        rejection,
        maybeStored: message.redelivered || message.maybeStored === true || since !== undefined,
      });
    const usable = await this.#usable(batch, reject);
    const readings = usable.flatMap((message) => message.readings);
    const maybeStored = new Set(
      usable.filter(({ message }) => message.maybeStored).flatMap((message) => message.readings),
    );
    const sorted = await this.#deduplication.sort(readings, since, maybeStored);
    if (sorted.storedAt.size > 0) {
      const { storedAt } = sorted;
      this.#suspects.push({ since: Math.min(...storedAt.values()), series: [...storedAt.keys()] });
      await this.#repairSuspects();
    }
    if (sorted.conflicts.length > 0) rejectConflicts(usable, sorted.conflicts, reject);
    // Messages may have been taken during the look-ups; nothing is inserted yet.
    if (batch.some(isTaken)) return this.commit(batch, since);
    this.#lastReceivedAt = Math.max(Date.now(), this.#lastReceivedAt + 1);
    if (sorted.fresh.length > 0) await this.#insert(sorted.fresh);
    if (rejected.length > 0) await this.#keep(rejected);
    this.#stored += sorted.fresh.length + sorted.storedBefore;
    this.#duplicates += sorted.duplicates - sorted.storedBefore;
  }

  /** Nobody may read what a company sent that was erased, and no more of it is stored. */
  async #keep(rejected: readonly Rejected[]): Promise<void> {
    const companies = rejected.map(({ rejection }) => rejection.company);
    const erased = await this.#options.registry.unregisteredCompanies(companies);
    const kept = rejected.filter(({ rejection }) => !erased.has(rejection.company));
    this.rejected.countOnly(rejected.filter(({ rejection }) => erased.has(rejection.company)));
    if (kept.length > 0) await this.rejected.insert(kept, this.#lastReceivedAt);
  }

  /** Until the insert has succeeded, its rollups are suspect. */
  async #insert(readings: readonly Reading[]): Promise<void> {
    const since = this.#lastReceivedAt;
    const suspect = { since, series: [...new Set(readings.map(({ series }) => series.key))] };
    this.#suspects.push(suspect);
    await insertReadings(this.#options.client, readings, since);
    this.#suspects = this.#suspects.filter((other) => other !== suspect);
  }

  async #repairSuspects(): Promise<void> {
    const { client, country } = this.#options;
    for (const suspect of [...this.#suspects]) {
      await repairRollups(client, country, suspect.since, suspect.series);
      this.#suspects = this.#suspects.filter((other) => other !== suspect);
    }
  }

  /** Readings of registered machines; the others are rejected with the reason. */
  async #usable(batch: readonly WaitingMessage[], reject: Reject): Promise<Usable[]> {
    const machines = new Set(batch.flatMap(({ decoded }) => decoded.readings[0]?.series.machineKey ?? []));
    const unregistered = await this.#options.registry.unregistered(machines);
    const kinds = await this.#kinds.of(batch.map(({ decoded }) => decoded.readings));
    const usable: Usable[] = [];
    for (const { decoded, message } of batch) {
      for (const rejected of decoded.rejections) reject(rejected, message);
      const { readings } = decoded;
      if (readings.length === 0) continue;
      const { series } = readings[0]!;
      if (unregistered.has(series.machineKey)) {
        const detail = `${series.machineKey} is not registered, or its login was revoked. Add the machine in the web app first, with the same site and machine ids.`;
        reject(rejection(message, "machine-not-registered", detail, readings.length), message);
      } else if (!this.#channels.allows(series)) {
        const detail = `${series.machineKey} already uses ${channelsPerMachine} channels, the most that a machine may have.`;
        reject(rejection(message, "too-many-channels", detail, readings.length), message);
      } else {
        const kind = kinds.kindOf(series);
        // Most messages have numbers alone, which every channel takes.
        if (readings.every(({ number }) => number !== null)) {
          usable.push({ message, readings });
          continue;
        }
        const read = readings.map((reading) => ofKind(reading, kind));
        const refused = read.filter((one) => typeof one === "string");
        usable.push({ message, readings: read.filter((one) => typeof one !== "string") });
        if (refused.length > 0)
          reject(rejection(message, "value-malformed", refused[0]!, refused.length), message);
      }
    }
    return usable;
  }
}
