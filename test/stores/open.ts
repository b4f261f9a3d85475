/**
 * Opens empty stores for a test: in the process; or, where `TEST_STORES` says so, by the interfaces of a cluster, so that
 * the same tests hold for both. `TEST_STORES` is JSON: `{"port", "authority", "password"}` of a PostgreSQL.
 */
import { randomBytes } from "node:crypto";
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";
import type { RelationalStore } from "../../stores/relational/database.ts";
import { migratePostgres, openPostgres, type PostgresOptions } from "../../stores/relational/postgres.ts";
import { inProcess, type Layout, onCluster } from "../../stores/time-series/layout.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../stores/time-series/store.ts";
import { serverUnderTest } from "../cluster/clickhouse/under-test.ts";
import { openEmptyRelational } from "./empty-relational.ts";

export interface TestPostgresAddress {
  readonly port: number;
  /** PEM. */
  readonly authority: string;
  readonly password: string;
}

export interface TestTimeSeriesStore extends Omit<TimeSeriesStore, "backups" | "checks"> {
  readonly layout: Layout;
}

const clusterOfTests: TestPostgresAddress | undefined =
  process.env.TEST_STORES === undefined ? undefined : JSON.parse(process.env.TEST_STORES);

export async function openTestTimeSeries(country: Country): Promise<TestTimeSeriesStore> {
  if (clusterOfTests !== undefined) return openBehindServer(country);
  const store = await openTimeSeriesStore();
  await migrateTimeSeriesStore(store.writer, country);
  return { ...store, layout: inProcess };
}

async function openBehindServer(country: Country): Promise<TestTimeSeriesStore> {
  const server = await serverUnderTest({ users: { test: ["ALL ON *.*"] } });
  const layout = onCluster();
  await (await server.client("migration", "default")).command({
    query: "CREATE DATABASE rollout ON CLUSTER 'rollout'",
  });
  await migrateTimeSeriesStore(await server.client("migration"), country, layout);
  return {
    writer: onOwnTables(await server.client("test"), layout),
    reader: await server.client("diagnostic"),
    analytics: await server.client("analytics"),
    layout,
    close: () => server.close(),
  };
}

/** The tables that hold the rows: tests break, repair and empty them. */
function onOwnTables(client: ClickHouseClient, layout: Layout): ClickHouseClient {
  const command: ClickHouseClient["command"] = (parameters) =>
    client.command({
      ...parameters,
      query: parameters.query.replace(
        /^(DETACH|ATTACH|ALTER|TRUNCATE) TABLE (\w+)/,
        (statement, verb: string, table: string) =>
          table.endsWith("_view") ? statement : `${verb} TABLE ${layout.ownTable(table)}`,
      ),
    });
  return new Proxy(client, {
    get: (target, name) => (name === "command" ? command : Reflect.get(target, name).bind(target)),
  });
}

export async function openTestRelational(): Promise<RelationalStore> {
  if (clusterOfTests === undefined) return openEmptyRelational();
  const { port, authority, password } = clusterOfTests;
  const options = (database: string): PostgresOptions => ({
    host: "localhost",
    port,
    database,
    program: "test",
    readLogin: () => ({ user: "rollout", password, authority }),
    onIdleError: () => {},
  });
  const database = `test_${randomBytes(6).toString("hex")}`;
  const maker = openPostgres(options("rollout"));
  await maker.database.execute(`CREATE DATABASE ${database}`);
  await maker.close();
  await migratePostgres(options(database));
  return openPostgres(options(database));
}
