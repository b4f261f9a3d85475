/** What `rollout erase` does, wherever the stores are: says what would go, erases, and shows the records. */
import type { Database } from "../../stores/relational/database.ts";
import { type ErasureKind, type ErasureRecord, erasureRecords } from "../../stores/relational/erasures.ts";
import { companyRows } from "../../stores/time-series/company-rows.ts";
import { type CompanyToErase, companyToErase, removeCompany } from "./company.ts";
import type { ErasureStores } from "./erase.ts";
import { type PersonToErase, personToErase, removePersonalData } from "./person.ts";

export type ToErase = CompanyToErase | PersonToErase;

export interface ErasureDescription {
  readonly toErase: ToErase;
  /** Copies that the erasure does not reach, and until when they are kept: sentences. */
  readonly copies: readonly string[];
}

export interface Erasures {
  /** @param name id or name of a company, or e-mail address of a person. @throws InputError where there is none. */
  describe(kind: ErasureKind, name: string): Promise<ErasureDescription>;
  /** Returns when nothing is left. @param orderedBy who decided it. @throws InputError where it is gone already. */
  erase(toErase: ToErase, orderedBy: string): Promise<ErasureRecord>;
  /** Oldest first. */
  list(): Promise<readonly ErasureRecord[]>;
}

export interface ReachedErasures extends Erasures {
  close(): Promise<void>;
}

export interface StoreErasuresOptions extends Pick<ErasureStores, "database" | "client" | "layout"> {
  /** Sentences about copies that an erasure does not reach. */
  readonly copies: () => Promise<readonly string[]> | readonly string[];
  /** Called once the relational store has nothing more: ends connections, and returns when the record has its end. */
  readonly finish: (toErase: ToErase, record: ErasureRecord) => Promise<void>;
}

export class StoreErasures implements Erasures {
  readonly #options: StoreErasuresOptions;

  constructor(options: StoreErasuresOptions) {
    this.#options = options;
  }

  async describe(kind: ErasureKind, name: string): Promise<ErasureDescription> {
    const { database, client, layout, copies } = this.#options;
    if (kind === "person") return { toErase: await personToErase(database, name), copies: await copies() };
    const found = await companyToErase(database, name);
    const rows = { ...found.rows, ...(await companyRows(client, found.id, layout)) };
    return { toErase: { ...found, rows }, copies: await copies() };
  }

  async erase(toErase: ToErase, orderedBy: string): Promise<ErasureRecord> {
    const { database, finish } = this.#options;
    const remove = toErase.kind === "company" ? removeCompany : removePersonalData;
    const record = await remove(database, toErase.id, orderedBy);
    await finish(toErase, record);
    return (await recordOf(database, record.id)) ?? record;
  }

  list(): Promise<readonly ErasureRecord[]> {
    return erasureRecords(this.#options.database);
  }
}

export async function recordOf(database: Database, id: string): Promise<ErasureRecord | undefined> {
  return (await erasureRecords(database)).find((record) => record.id === id);
}
