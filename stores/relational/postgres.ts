/**
 * The relational store of a cluster: PostgreSQL over TLS, with the same `Database` as PGlite in the process. Login and
 * authority are read at each connect, so that a changed password or a renewed certificate needs no restart.
 */
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import type { Database, RelationalStore } from "./database.ts";
import { migrationsFolder, type Query, refuseNewer, storeVersion } from "./migrations.ts";
import * as schema from "./schema.ts";

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Shown in `pg_stat_activity`. */
  readonly program: string;
}

/** What a connect needs in addition to the address; read each time. */
export interface PostgresLogin {
  readonly user: string;
  readonly password: string;
  /** PEM of the authority that issued the server's certificate. */
  readonly authority: string;
}

export interface PostgresOptions extends PostgresAddress {
  readonly readLogin: () => PostgresLogin;
  /** Called when a pooled connection breaks while it is idle; the next query opens another. */
  readonly onIdleError?: (error: Error) => void;
  readonly maximumConnections?: number;
}

const connectMilliseconds = 10_000;
const statementMilliseconds = 30_000;
/** A connection is closed after this time, so that none is used for long after its login has changed. */
const connectionSeconds = 3600;

export interface PostgresStore extends RelationalStore {
  /** Whether the tables are those of this version. */
  version(): ReturnType<typeof storeVersion>;
}

/** Opens no connection yet: the first query does. */
export function openPostgres(options: PostgresOptions): PostgresStore {
  class FreshClient extends pg.Client {
    constructor() {
      super(clientConfig(options, statementMilliseconds));
    }
  }
  const pool = new pg.Pool({
    Client: FreshClient,
    max: options.maximumConnections ?? 5,
    connectionTimeoutMillis: connectMilliseconds,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: connectionSeconds,
  });
  pool.on("error", (error) => options.onIdleError?.(error));
  const database: Database = drizzle(pool, { schema });
  return {
    database,
    version: () => storeVersion(queryOn(pool)),
    close: () => pool.end(),
  };
}

/**
 * Migrates the tables to this version, on a connection of its own. Only one process at a time may do so: hold the lock.
 * @throws EnvironmentError when the store has migrations that this version does not know; it is left unchanged.
 */
export async function migratePostgres(options: PostgresOptions): Promise<void> {
  await onOwnConnection(options, async (client) => {
    await refuseNewer(queryOn(client));
    await migrate(drizzle(client, { schema }), { migrationsFolder });
  });
}

async function onOwnConnection<T>(
  options: PostgresOptions,
  task: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(options);
  try {
    return await task(client);
  } finally {
    await client.end();
  }
}

/** A session of its own, without a time limit for statements. The caller ends it. */
export async function connect(options: PostgresOptions): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(options));
  // Without a listener a broken connection would end the process; queries on it fail by themselves.
  client.on("error", () => {});
  await client.connect();
  return client;
}

function clientConfig(
  { host, port, database, program, readLogin }: PostgresOptions,
  statementTimeout?: number,
): pg.ClientConfig {
  const { user, password, authority } = readLogin();
  return {
    host,
    port,
    database,
    user,
    password,
    ssl: { ca: authority, rejectUnauthorized: true, minVersion: "TLSv1.2" },
    application_name: `country-rollout-kit ${program}`,
    connectionTimeoutMillis: connectMilliseconds,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(statementTimeout !== undefined && {
      statement_timeout: statementTimeout,
      // For a server that cannot be reached and so cannot end the statement itself.
      query_timeout: statementTimeout + 5000,
      idle_in_transaction_session_timeout: statementTimeout,
    }),
  };
}

function queryOn(client: { query(text: string): Promise<{ rows: unknown[] }> }): Query {
  return async (text) => (await client.query(text)).rows as Record<string, unknown>[];
}
