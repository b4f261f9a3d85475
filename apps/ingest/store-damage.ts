/** Asks the cluster's time-series store every minute what it has lost, for the page "Flow and health" and for an alert. */
import type { ClickHouseClient } from "@clickhouse/client";
import { restoreHint } from "../../stores/damaged-store.ts";
import type { ReportedState } from "../../stores/relational/program-state.ts";
import {
  type Damage,
  type DamageLog,
  damageSummary,
  damageTeller,
  detachedParts,
  replicaDamage,
} from "../../stores/time-series/damage.ts";
import { onCluster } from "../../stores/time-series/layout.ts";
import type { Retention } from "../../stores/time-series/retention.ts";
import { gauge, type Metric } from "../program/metrics.ts";
import { messageOf } from "../program/retry.ts";

const lookMilliseconds = 60_000;

export interface StoreDamageOptions {
  readonly client: ClickHouseClient;
  readonly retention: Retention;
  readonly log: DamageLog;
}

export class StoreDamage {
  readonly #options: StoreDamageOptions;
  readonly #tell: (damages: readonly Damage[]) => void;
  /** Undefined until it is known. */
  #damages: readonly Damage[] | undefined;
  #failure: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(options: StoreDamageOptions) {
    this.#options = options;
    this.#tell = damageTeller(options.log);
  }

  start(): void {
    this.#current = this.look();
    this.#timer = setInterval(() => {
      this.#current = this.#current.then(() => this.look());
    }, lookMilliseconds);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#current;
  }

  async look(): Promise<void> {
    const { client, retention, log } = this.#options;
    const layout = onCluster();
    try {
      this.#damages = [
        ...(await detachedParts(client, layout, retention)),
        ...(await replicaDamage(client, layout)),
      ];
      this.#failure = undefined;
      this.#tell(this.#damages);
    } catch (error) {
      this.#failure = messageOf(error);
      log.warn({ error: this.#failure }, "the time-series store could not be checked for damage");
    }
  }

  get state(): ReportedState {
    if (this.#failure !== undefined) return { health: "degraded", detail: `not checked: ${this.#failure}` };
    if (this.#damages === undefined) return { health: "healthy", detail: "not checked yet" };
    if (this.#damages.length === 0) return { health: "healthy", detail: "no damage is known" };
    return { health: "failed", detail: `${damageSummary(this.#damages)}. ${restoreHint}.` };
  }

  get metrics(): Metric[] {
    if (this.#damages === undefined) return [];
    const parts = this.#damages.filter(({ part }) => part !== undefined).length;
    return [
      gauge(
        "rollout_ingest_store_damaged_parts",
        "Parts that the time-series store has set aside, whose rows it does not have.",
        parts,
      ),
      gauge(
        "rollout_ingest_store_damaged_replicas",
        "Tables of replicas that take no writes, or have lost parts on every replica.",
        this.#damages.length - parts,
      ),
    ];
  }
}
