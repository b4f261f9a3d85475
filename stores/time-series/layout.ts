/**
 * The layout of the migrations' tables in a store. In one process each is as the migration says. On a cluster each is a
 * replicated table of every server, `<name>_local`, which the views of the migration read and fill, and a distributed table
 * under its own name, by which every query and insert reaches all shards.
 */
import type { ClickHouseClient } from "@clickhouse/client";

export interface Layout {
  /**
   * A migration's statement in this layout, as one or more statements in order; each may be run again.
   * @param identifiers UUIDs of tables that a server already has, by name.
   */
  readonly statements: (statement: string, identifiers: ReadonlyMap<string, string>) => readonly string[];
  /** Servers may have been added since the last migration: applied statements are applied again, for them. */
  readonly grows: boolean;
  /** Number of shards, each of which holds a part of the rows. */
  readonly shards: (client: ClickHouseClient) => Promise<number>;
  /** A table of the database `system`, of all servers. */
  readonly system: (table: string) => string;
  /** The table whose definition, parts and rows are this server's own. */
  readonly ownTable: (table: string) => string;
  /** Such a table in an ALTER, with the servers that execute it: `rollout.raw_local ON CLUSTER 'rollout'`. */
  readonly alterable: (ownTable: string) => string;
}

export const inProcess: Layout = {
  grows: false,
  shards: async () => 1,
  system: (table) => `system.${table}`,
  statements: (statement) => [repeatable(statement)],
  ownTable: (table) => table,
  alterable: (own) => own,
};

/** The cluster's and the database's name in the settings that the stack gives its servers. */
export const clusterNames: ClusterNames = { cluster: "rollout", database: "rollout" };

export interface ClusterNames {
  readonly cluster: string;
  readonly database: string;
}

/**
 * Choose a row's shard. All rows of a company are on one shard, and so are its machines' duplicates, rollups and key figures;
 * these are the keys of tables without a company.
 */
const shardingKeys: Readonly<Record<string, string>> = {
  analytics_progress: "cityHash64(name)",
  migration: "cityHash64(version)",
};
const companyKey = "cityHash64(company)";

export function onCluster({ cluster, database }: ClusterNames = clusterNames): Layout {
  const everywhere = `ON CLUSTER '${cluster}'`;
  const local = (table: string) => `${database}.${table}_local`;
  /** The part after a table's name in the statement that creates it. */
  const bodies = new Map<string, string>();

  const table = (name: string, body: string, identifiers: ReadonlyMap<string, string>): string[] => {
    bodies.set(name, body);
    const key = shardingKeys[name] ?? companyKey;
    // A new replica finds the others by it: it is part of the table's path in Keeper.
    const identifier = identifiers.get(`${name}_local`);
    const uuid = identifier === undefined ? "" : ` UUID '${identifier}'`;
    return [
      `CREATE TABLE IF NOT EXISTS ${local(name)}${uuid} ${everywhere} ${replicated(name, body)}`,
      `CREATE TABLE IF NOT EXISTS ${database}.${name} ${everywhere} AS ${local(name)} ENGINE = Distributed('${cluster}', '${database}', '${name}_local', ${key})`,
    ];
  };

  return {
    grows: true,
    shards: async (client) => {
      const result = await client.query({
        query: "SELECT uniqExact(shard_num) FROM system.clusters WHERE cluster = {cluster:String}",
        query_params: { cluster },
        format: "JSONCompactEachRow",
      });
      const [row] = await result.json<[string | number]>();
      return Number(row?.[0]);
    },
    system: (name) => `clusterAllReplicas('${cluster}', system.${name})`,
    statements: (statement, identifiers) => {
      const sql = withoutComments(statement);
      const [, view, target, select] = viewPattern.exec(sql) ?? [];
      if (view !== undefined)
        return [
          `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.${view} ${everywhere} TO ${local(target!)} AS ${select!.replace(/\bFROM (\w+)/g, (_, source: string) => `FROM ${local(source)}`)}`,
        ];
      const [, copy, original] = copyPattern.exec(sql) ?? [];
      // Not by the engine's own AS, which would copy the path in Keeper too.
      if (copy !== undefined) return table(copy, known(bodies, original!), identifiers);
      const [, name, body] = tablePattern.exec(sql) ?? [];
      if (name !== undefined) return table(name, body!, identifiers);
      throw new Error(`A migration's statement has no form on a cluster: ${sql.slice(0, 100)}`);
    },
    ownTable: (name) => `${name}_local`,
    alterable: (own) => `${database}.${own} ${everywhere}`,
  };
}

const tablePattern = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)\s+(\([\s\S]*)$/;
const copyPattern = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+) AS (\w+)$/;
const viewPattern = /^CREATE MATERIALIZED VIEW (?:IF NOT EXISTS )?(\w+) TO (\w+) AS\s+([\s\S]*)$/;

/** A crash between a statement and its record makes it run twice. */
function repeatable(statement: string): string {
  return statement.replace(
    /CREATE (TABLE|MATERIALIZED VIEW|VIEW) (?!IF NOT EXISTS)/,
    "CREATE $1 IF NOT EXISTS ",
  );
}

function withoutComments(statement: string): string {
  return statement.replace(/^\s*--.*$/gm, "").trim();
}

/** The servers' settings give each table's path in Keeper: by its UUID and shard. */
function replicated(name: string, body: string): string {
  const changed = body.replace(/ENGINE = (\w*MergeTree)/, "ENGINE = Replicated$1");
  if (changed === body) throw new Error(`Table ${name} has no engine that can be replicated.`);
  return changed;
}

function known(bodies: ReadonlyMap<string, string>, table: string): string {
  const body = bodies.get(table);
  if (body === undefined) throw new Error(`Table ${table} is copied before it is made.`);
  return body;
}
