/** Looks for lost and damaged data of a store in the process: at its start, and every minute while it runs. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";
import { DamagedStoreError } from "../damaged-store.ts";
import { type Damage, type DamageLog, damageSummary, damageTeller, detachedParts } from "./damage.ts";
import { missingReadings } from "./missing-readings.ts";
import { type CheckBounds, PartChecksums } from "./part-checksums.ts";

export interface StoreChecksOptions {
  /** A connection of its own. */
  readonly client: ClickHouseClient;
  readonly country: Pick<Country, "timezone" | "telemetry">;
  readonly log: DamageLog;
}

const lookMilliseconds = 60_000;
const mebibyte = 1024 * 1024;
const atStart = { milliseconds: 2000, bytes: 256 * mebibyte };
/** Less than a hundredth of a disk's and a processor's time. */
const eachLook = { milliseconds: 500, bytes: 64 * mebibyte };
/** A large part takes longer than a look has: then the next ones read none until this many times as long has passed. */
const restFactor = 30;
const comparisonSeconds = 20;

export class StoreChecks {
  readonly #options: StoreChecksOptions;
  readonly #checksums: PartChecksums;
  readonly #tell: (damages: readonly Damage[]) => void;
  #detached: readonly Damage[] = [];
  #missing: readonly Damage[] = [];
  /** Until it has been compared, and where that took too long. */
  #isCompared = false;
  #failure: string | undefined;
  #readAgainAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();
  #isStopped = false;

  private constructor(options: StoreChecksOptions) {
    this.#options = options;
    this.#checksums = new PartChecksums(options.client);
    this.#tell = damageTeller(options.log);
  }

  /** @throws DamagedStoreError where a part that queries would read fails its checksums: not all parts are read here. */
  static async open(options: StoreChecksOptions): Promise<StoreChecks> {
    const checks = new StoreChecks(options);
    await checks.#readDetached();
    await checks.#checksums.read(atStart, true);
    const broken = checks.#checksums.damages;
    if (broken.length > 0)
      throw new DamagedStoreError(`The time-series store is damaged: ${damageSummary(broken)}.`);
    checks.#tell(checks.damages);
    return checks;
  }

  /** What is known to be lost or damaged now. */
  get damages(): readonly Damage[] {
    return [...this.#detached, ...this.#checksums.damages, ...this.#missing];
  }

  /** What no check has read yet, for the status; undefined where all is checked. */
  get unchecked(): string | undefined {
    if (this.#failure !== undefined) return `not checked for damage: ${this.#failure}`;
    const { parts, read } = this.#checksums.progress;
    if (read < parts) return `checksums read of ${read} of ${parts} parts`;
    return this.#isCompared ? undefined : "readings not compared with rollups";
  }

  start(): void {
    const again = () => {
      if (!this.#isStopped) this.#timer = setTimeout(() => void this.look().then(again), lookMilliseconds);
    };
    void this.#attempt(() => this.#compare()).then(again);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#last;
  }

  /** One look, as every minute. @param bounds of the parts that it reads. */
  look(bounds: CheckBounds = eachLook): Promise<void> {
    return this.#attempt(async () => {
      await this.#readDetached();
      const started = performance.now();
      if (started < this.#readAgainAt) return;
      await this.#checksums.read(bounds);
      const now = performance.now();
      this.#readAgainAt = now + (now - started) * restFactor;
    });
  }

  async #readDetached(): Promise<void> {
    const { client, country } = this.#options;
    this.#detached = await detachedParts(client, undefined, country.telemetry.retention);
  }

  async #compare(): Promise<void> {
    const { client, country } = this.#options;
    try {
      const missing = await missingReadings(client, country, comparisonSeconds);
      this.#missing = missing.filter((damage) => !this.#isExplained(damage));
      this.#isCompared = true;
    } catch (error) {
      if ((error as { type?: string }).type !== "TIMEOUT_EXCEEDED") throw error;
    }
  }

  /** A part of `raw` that was set aside, whose days have them all, is the same loss. */
  #isExplained({ rows = 0, from = "", to = "" }: Damage): boolean {
    const lost = this.#detached.filter(({ table }) => table === "raw");
    if (lost.length === 0) return false;
    const known = lost.reduce((sum, damage) => sum + (damage.rows ?? Number.POSITIVE_INFINITY), 0);
    return (
      known >= rows &&
      [from, to].every((day) => lost.some((part) => (part.from ?? day) <= day && day <= `${part.to ?? day}~`))
    );
  }

  /** One after the other: they share a connection and what they remember. */
  #attempt(look: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(() => this.#run(look));
    return this.#last;
  }

  async #run(look: () => Promise<void>): Promise<void> {
    try {
      await look();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = (error as Error).message;
      this.#options.log.warn(
        { error: this.#failure },
        "the time-series store could not be checked for damage",
      );
    }
    this.#tell(this.damages);
  }
}
