/** Opens the stores of a cluster for a program, at the addresses of `connections.json`. */
import type { ClickHouseClient } from "@clickhouse/client";
import { openPostgres, type PostgresOptions, type PostgresStore } from "../../stores/relational/postgres.ts";
import { type ClusterClientOptions, openClusterClient } from "../../stores/time-series/cluster.ts";
import { readCertificate, readSecretFile } from "./certificate.ts";
import type { ProgramContext } from "./program.ts";

type Context = Pick<ProgramContext, "connections" | "log">;

export function relationalOptions({ connections, log }: Context, program: string): PostgresOptions {
  const { host, port, database, authority, username, password } = connections.relational;
  return {
    host,
    port,
    database,
    program,
    readLogin: () => ({
      user: readSecretFile(username),
      password: readSecretFile(password),
      authority: readSecretFile(authority),
    }),
    onIdleError: (error) => log.warn({ error: error.message }, "a connection to the relational store broke"),
  };
}

/** @param program the common name of its certificate, which is its user in the store. */
export function timeSeriesClient(
  { connections }: Pick<Context, "connections">,
  program: string,
  options: Pick<ClusterClientOptions, "requestMilliseconds" | "signal"> = {},
): ClickHouseClient {
  return openClusterClient({
    ...connections.timeSeries,
    ...options,
    program,
    readCertificate: () => readCertificate(connections.certificate),
  });
}

export interface Stores {
  readonly client: ClickHouseClient;
  readonly relational: PostgresStore;
  /** Rejects with why one of them does not answer. */
  notReady(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Waits until both stores answer and have the tables of this version. */
export async function openStores(context: ProgramContext, program: string): Promise<Stores> {
  const relational = openPostgres(relationalOptions(context, program));
  const client = timeSeriesClient(context, program);
  const close = async () => {
    await Promise.allSettled([client.close(), relational.close()]);
  };
  try {
    await context.waitFor("the relational store", async () => {
      if ((await relational.version()) === "behind")
        throw new Error("its tables are of an older version; the migration brings them to this one");
    });
    await context.waitFor("the time-series store", async () => {
      // The table that the migrations create last.
      await client.query({ query: "SELECT 1 FROM analytics_progress LIMIT 1", format: "JSON" });
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    client,
    relational,
    async notReady() {
      await Promise.all([relational.version(), answers(client)]);
      return undefined;
    },
    close,
  };
}

async function answers(client: ClickHouseClient): Promise<void> {
  const ping = await client.ping({ select: true });
  if (!ping.success) throw ping.error;
}
