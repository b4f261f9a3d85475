/**
 * `rollout run migration`: migrates both stores to this version, then ends. Any number may run at once: one migrates under a
 * lock of the relational store, the others wait and then find nothing to do. Then it erases again what a restore has brought back.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { EnvironmentError, InputError } from "../../base/kit-error.ts";
import { AdvisoryLock } from "../../stores/relational/advisory-lock.ts";
import { takeKeptRecords } from "../../stores/relational/erasures.ts";
import { migratePostgres, openPostgres, type PostgresOptions } from "../../stores/relational/postgres.ts";
import { deleteCompanyRows } from "../../stores/time-series/company-rows.ts";
import { clusterNames, type Layout, onCluster } from "../../stores/time-series/layout.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { type ErasedAgain, eraseAgain } from "../erasure/erase.ts";
import type { ProgramContext, RunningProgram } from "../program/program.ts";
import { relationalOptions, timeSeriesClient } from "../program/stores.ts";

/** A statement waits until every server of the cluster has carried it out. */
const statementMilliseconds = 10 * 60_000;

export async function runMigration(context: ProgramContext): Promise<RunningProgram> {
  const { connections, localisation, log, waitFor } = context;
  const options = relationalOptions(context, "migration");
  const client = timeSeriesClient(context, "migration", { requestMilliseconds: statementMilliseconds });
  const migrate = async () => {
    const lock = await waitFor("the relational store and its lock of migrations", async () => {
      const acquired = await AdvisoryLock.acquire(options, "rollout migration");
      if (acquired === undefined) throw new Error("another migration is running");
      return acquired;
    });
    try {
      await waitFor("the relational store", () => migratePostgres(options), isFinal);
      log.info("the relational store is of this version");
      const layout = onCluster({ ...clusterNames, database: connections.timeSeries.database });
      await waitFor(
        "the time-series store",
        async () => {
          await makeDatabase(context);
          await migrateTimeSeriesStore(client, localisation.country, layout);
        },
        isFinal,
      );
      log.info("the time-series store is of this version");
      await waitFor("both stores, to erase again what a restore has brought back", async () => {
        const again = await eraseRestored(options, client, layout);
        if (again.companies + again.people > 0) log.info({ ...again }, "erased again");
      });
    } catch (error) {
      // The Job was given stores that it may not change: exit code 2, as for its other inputs.
      throw error instanceof EnvironmentError
        ? new InputError(error.message, error.remediation, { cause: error })
        : error;
    } finally {
      await lock.release();
    }
  };
  return {
    finished: migrate(),
    notReady: async () => "migrating",
    metrics: () => [],
    stop: () => client.close(),
  };
}

/** No program runs meanwhile that could serve what was erased: a restore starts them after the migration. */
async function eraseRestored(
  options: PostgresOptions,
  client: ClickHouseClient,
  layout: Layout,
): Promise<ErasedAgain> {
  const { database, close } = openPostgres(options);
  try {
    await takeKeptRecords(database);
    const deleteRows = (company: string) => deleteCompanyRows(client, company, layout);
    return await eraseAgain({ database, client, layout, deleteRows });
  } finally {
    await close();
  }
}

/** On a connection to the database `default`: the store refuses one to a database that does not exist. */
async function makeDatabase({ connections }: ProgramContext): Promise<void> {
  const { database } = connections.timeSeries;
  const timeSeries = { ...connections.timeSeries, database: "default" };
  const client = timeSeriesClient({ connections: { ...connections, timeSeries } }, "migration", {
    requestMilliseconds: statementMilliseconds,
  });
  try {
    await client.command({
      query: `CREATE DATABASE IF NOT EXISTS ${database} ON CLUSTER '${clusterNames.cluster}'`,
    });
  } finally {
    await client.close();
  }
}

/** Errors that a retry cannot change. */
function isFinal(error: unknown): boolean {
  return error instanceof EnvironmentError;
}
