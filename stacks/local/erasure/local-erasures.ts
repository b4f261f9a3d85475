/** Erasure in a local stack: in the process that runs it, by a request to that process, or in the stores of a stopped one. */
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { backupsUntil, partsSetAside } from "../../../apps/erasure/copies.ts";
import { finishErasures } from "../../../apps/erasure/erase.ts";
import {
  type Erasures,
  type ReachedErasures,
  StoreErasures,
  type ToErase,
} from "../../../apps/erasure/erasures.ts";
import { EnvironmentError } from "../../../base/kit-error.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import { type Database, openRelationalStore } from "../../../stores/relational/database.ts";
import { erasureRecords } from "../../../stores/relational/erasures.ts";
import { deleteCompanyRows } from "../../../stores/time-series/company-rows.ts";
import { inProcess } from "../../../stores/time-series/layout.ts";
import { migrateTimeSeriesStore } from "../../../stores/time-series/migrate.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../../stores/time-series/store.ts";
import type { BackedUpStack } from "../backup/backup-set.ts";
import { folderHoldsData } from "../backup/restore-backup.ts";
import { closeToOthers } from "../close-folder.ts";
import { askStack } from "../control-client.ts";
import type { ControlTask } from "../control-server.ts";
import type { DataFolder, RunningStack } from "../data-folder.ts";
import { explainStores } from "../lost-store.ts";
import { keepErasures, readErasureFile } from "./erasure-file.ts";
import {
  type ErasureAnswer,
  type ErasureRequest,
  readErasure,
  type WrittenErasure,
  writtenErasure,
} from "./erasure-request.ts";

export interface LocalErasuresOptions {
  readonly stack: BackedUpStack;
  readonly folder: DataFolder;
  readonly database: Database;
  readonly timeSeries: TimeSeriesStore;
  /** Called once the relational store has nothing more: returns when the time-series store has nothing either. */
  readonly finish: (toErase: ToErase) => Promise<void>;
}

export function localErasures({
  stack,
  folder,
  database,
  timeSeries,
  finish,
}: LocalErasuresOptions): StoreErasures {
  const client = timeSeries.analytics;
  const keep = async () => keepErasures(stack, folder, await erasureRecords(database));
  return new StoreErasures({
    database,
    client,
    layout: inProcess,
    copies: async () => copiesOf(stack.country, folder, await partsSetAside(client)),
    finish: async (toErase) => {
      await keep();
      await finish(toErase);
      await keep();
      // The tables were written anew, by an engine that gives its files rights of its own.
      closeToOthers(folder.relational);
    },
  });
}

function copiesOf(country: Country, { path }: DataFolder, setAside: string | undefined): string[] {
  const prefix = `${basename(path)}.before-restore`;
  const former = readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .map((name) => `${join(dirname(path), name)} is the data from before a restore: remove it.`);
  const backups = `${backupsUntil(country)} The last backup stays until there is a newer one.`;
  const files = "The engine removes the files of former parts within ten minutes, while the stack runs.";
  return [files, backups, ...former, ...(setAside === undefined ? [] : [setAside])];
}

/** Answers what `rollout erase` asks the process of the stack. */
export function erasureTask(erasures: Erasures): ControlTask<ErasureRequest, ErasureAnswer> {
  return async (request) => {
    if (request.action === "describe") return erasures.describe(request.kind, request.name);
    if (request.action === "list") return (await erasures.list()).map(writtenErasure);
    return [writtenErasure(await erasures.erase(request.toErase, request.orderedBy))];
  };
}

/** @param stack absent where only a running stack is wanted. @throws EnvironmentError where there is no stack. */
export async function reachErasures(
  folder: DataFolder,
  stack: BackedUpStack | undefined,
): Promise<ReachedErasures> {
  const running = folder.readRunning();
  if (running !== undefined) return ofRunning(running);
  if (stack === undefined || !folderHoldsData(folder))
    throw new EnvironmentError(
      `No stack runs in ${folder.path}${stack === undefined ? "" : ", and it holds no stack's data"}.`,
      "Give the localisation file, and with --data the folder that `rollout up` used.",
    );
  return ofStopped(folder, stack);
}

function ofRunning(running: RunningStack): ReachedErasures {
  const ask = <Result>(request: ErasureRequest) =>
    askStack<Result>(running, running.erasureAddress, "erased nothing", request);
  return {
    describe: (kind, name) => ask({ action: "describe", kind, name }),
    erase: async (toErase, orderedBy) =>
      readErasure((await ask<WrittenErasure[]>({ action: "erase", toErase, orderedBy }))[0]!),
    list: async () => (await ask<WrittenErasure[]>({ action: "list" })).map(readErasure),
    close: async () => {},
  };
}

async function ofStopped(folder: DataFolder, stack: BackedUpStack): Promise<ReachedErasures> {
  try {
    const timeSeries = await openTimeSeriesStore(folder.timeSeries);
    try {
      await migrateTimeSeriesStore(timeSeries.writer, stack.country);
      const relational = await openRelationalStore(folder.relational);
      const { database } = relational;
      const client = timeSeries.analytics;
      const deleteRows = (company: string) => deleteCompanyRows(client, company);
      const stores = { database, client, layout: inProcess, deleteRows };
      const finish = async () => void (await finishErasures(stores));
      const erasures = localErasures({ stack, folder, database, timeSeries, finish });
      return {
        describe: (kind, name) => erasures.describe(kind, name),
        erase: (toErase, orderedBy) => erasures.erase(toErase, orderedBy),
        list: () => erasures.list(),
        close: async () => {
          await relational.close();
          await timeSeries.close();
        },
      };
    } catch (error) {
      await timeSeries.close();
      throw error;
    }
  } catch (error) {
    throw explainStores(error);
  }
}

/** Of a stopped stack: the stores stay closed. */
export const recordsInFolder = (folder: DataFolder) => readErasureFile(folder.erasures);
