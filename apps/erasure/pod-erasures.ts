/** Erasure on a cluster: in a pod of the web app, from the files that are mounted there. Analytics finishes it. */
import { setTimeout as delay } from "node:timers/promises";
import { EnvironmentError, InputError, KitError } from "../../base/kit-error.ts";
import type { Database } from "../../stores/relational/database.ts";
import type { ErasureRecord } from "../../stores/relational/erasures.ts";
import { openPostgres } from "../../stores/relational/postgres.ts";
import { clusterNames, onCluster } from "../../stores/time-series/layout.ts";
import { readConnections } from "../program/connections.ts";
import { readLocalisationFiles } from "../program/localisation-files.ts";
import { openProgramLog } from "../program/log.ts";
import { messageOf } from "../program/retry.ts";
import { relationalOptions, timeSeriesClient } from "../program/stores.ts";
import { backupsUntil } from "./copies.ts";
import { type ReachedErasures, recordOf, StoreErasures } from "./erasures.ts";

/** For how long after its removal a company's machines may still count as registered somewhere. */
export const settleMilliseconds = 120_000;
const pollMilliseconds = 2000;
const longestMilliseconds = 30 * 60_000;

/** @param files folders of connections.json and country.json. @throws InputError when a file is missing. */
export function podErasures(files: {
  readonly connections: string;
  readonly localisation: string;
}): ReachedErasures {
  const connections = readConnections(files.connections);
  const { country } = readLocalisationFiles(files.localisation);
  const context = { connections, log: openProgramLog("erase") };
  const relational = openPostgres(relationalOptions(context, "diagnostic"));
  const client = timeSeriesClient(context, "diagnostic");
  const { database } = relational;
  const erasures = new StoreErasures({
    database,
    client,
    layout: onCluster({ ...clusterNames, database: connections.timeSeries.database }),
    copies: () => [
      backupsUntil(country),
      `After a restore the database ${clusterNames.database}_before_restore has it too, until somebody removes that database.`,
      "The time-series store's own record of queries, which may name the company's id, ends after 30 days.",
    ],
    finish: (_, record) => ended(database, record),
  });
  return {
    describe: (kind, name) => explained(() => erasures.describe(kind, name)),
    erase: (toErase, orderedBy) => explained(() => erasures.erase(toErase, orderedBy)),
    list: () => explained(() => erasures.list()),
    close: async () => {
      await Promise.allSettled([relational.close(), client.close()]);
    },
  };
}

async function ended(database: Database, { id }: ErasureRecord): Promise<void> {
  for (const until = Date.now() + longestMilliseconds; Date.now() < until; await delay(pollMilliseconds))
    if ((await recordOf(database, id))?.finishedAt != null) return;
  throw new EnvironmentError(
    "Logins and accounts are gone, but the time-series store still has readings: analytics has not removed them yet.",
    "It goes on by itself once it runs; `rollout erase --list` shows when it has ended.",
  );
}

async function explained<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof KitError) throw error;
    throw new InputError(
      `A store can't be asked: ${messageOf(error)}.`,
      "Run this in a pod of the web app, which has the logins: kubectl exec -it deployment/diagnostic -- rollout erase.",
      { cause: error },
    );
  }
}
