/**
 * What is removed without a person at hand: erasures that were ordered and not ended, once a day what is past its retention, and
 * what erased companies have again. One process of a stack runs it: that which computes key figures, under its lock.
 */
import type { Country } from "../../localisation/schema/country.ts";
import type { ErasureRecord } from "../../stores/relational/erasures.ts";
import { type ErasureStores, eraseAgain, finishErasures } from "./erase.ts";
import { removePastRetention } from "./retention.ts";

export interface ScheduledRemovalOptions {
  readonly stores: ErasureStores;
  readonly country: Country;
  /** Other processes may take in readings of a company for so long after its erasure was ordered. */
  readonly settleMilliseconds: number;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** Called after records were added or changed. */
  readonly changed?: () => Promise<void>;
}

const lookMilliseconds = 10_000;
const dailyMilliseconds = 24 * 3_600_000;

export class ScheduledRemoval {
  readonly #options: ScheduledRemovalOptions;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #stopped = false;
  #dailyAt = 0;

  constructor(options: ScheduledRemovalOptions) {
    this.#options = options;
  }

  start(): void {
    const look = async () => {
      await this.#inTurn(() => this.#look()).catch((error: unknown) =>
        this.#options.log.warn({ error: String(error) }, "data could not be removed, which is tried again"),
      );
      if (this.#stopped) return;
      this.#timer = setTimeout(look, lookMilliseconds);
      this.#timer.unref();
    };
    void look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#last.catch(() => undefined);
  }

  /** Finishes all erasures that were ordered, also those that were ordered just now. */
  finishNow(): Promise<ErasureRecord[]> {
    return this.#inTurn(() => this.#finish());
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    if (Date.now() - this.#dailyAt >= dailyMilliseconds) await this.#daily();
    await this.#finish(new Date(Date.now() - this.#options.settleMilliseconds));
  }

  async #daily(now = Date.now()): Promise<void> {
    const { stores, country, log, changed } = this.#options;
    const removed = await removePastRetention(stores, country, now);
    if (Object.values(removed).some((count) => count > 0))
      log.info(removed, "data past its retention was removed");
    const again = await eraseAgain(stores);
    if (again.companies + again.people > 0)
      log.warn({ ...again }, "erased data was back and was erased again");
    if (removed.companies + removed.accounts + removed.erasureRecords > 0) await changed?.();
    this.#dailyAt = now;
  }

  async #finish(orderedBefore?: Date): Promise<ErasureRecord[]> {
    const { stores, log, changed } = this.#options;
    const finished = await finishErasures(stores, orderedBefore);
    if (finished.length === 0) return finished;
    for (const { id, kind, removed } of finished)
      log.info({ erasure: id, kind, removed }, "an erasure ended");
    await changed?.();
    return finished;
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(task, task);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
