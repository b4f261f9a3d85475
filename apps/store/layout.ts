/**
 * How the tables of one set of migrations lie in a store. In one process each is as the migration says. On a cluster
 * each is a replicated table of every server, `<name>_local`, which the views of the migration read and fill, and under
 * its own name a distributed one, by which every query and insert reaches all shards.
 */

export interface Layout {
  /** What a migration's statement is here, in order; each may be run again. */
  readonly statements: (statement: string) => readonly string[];
  /** The table whose definition, parts and rows are this server's own. */
  readonly ownTable: (table: string) => string;
  /** Such a table with where an ALTER of it is carried out: `rollout.raw_local ON CLUSTER 'rollout'`. */
  readonly alterable: (ownTable: string) => string;
}

export const inProcess: Layout = {
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
 * By which a row finds its shard: a company lies on one, and so do its machines' duplicates, rollups and key figures.
 * Named where a table knows no company.
 */
const shardingKeys: Readonly<Record<string, string>> = {
  analytics_progress: "cityHash64(name)",
  migration: "cityHash64(version)",
};
const companyKey = "cityHash64(company)";

export function onCluster({ cluster, database }: ClusterNames = clusterNames): Layout {
  const everywhere = `ON CLUSTER '${cluster}'`;
  const local = (table: string) => `${database}.${table}_local`;
  /** What follows a table's name in the statement that makes it. */
  const bodies = new Map<string, string>();

  const table = (name: string, body: string): string[] => {
    bodies.set(name, body);
    const key = shardingKeys[name] ?? companyKey;
    return [
      `CREATE TABLE IF NOT EXISTS ${local(name)} ${everywhere} ${replicated(name, body)}`,
      `CREATE TABLE IF NOT EXISTS ${database}.${name} ${everywhere} AS ${local(name)} ENGINE = Distributed('${cluster}', '${database}', '${name}_local', ${key})`,
    ];
  };

  return {
    statements: (statement) => {
      const sql = withoutComments(statement);
      const [, view, target, select] = viewPattern.exec(sql) ?? [];
      if (view !== undefined)
        return [
          `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.${view} ${everywhere} TO ${local(target!)} AS ${select!.replace(/\bFROM (\w+)/g, (_, source: string) => `FROM ${local(source)}`)}`,
        ];
      const [, copy, original] = copyPattern.exec(sql) ?? [];
      // Not by the engine's own AS, which would copy the place in Keeper too.
      if (copy !== undefined) return table(copy, known(bodies, original!));
      const [, name, body] = tablePattern.exec(sql) ?? [];
      if (name !== undefined) return table(name, body!);
      throw new Error(`A migration's statement has no form on a cluster: ${sql.slice(0, 100)}`);
    },
    ownTable: (name) => `${name}_local`,
    alterable: (own) => `${database}.${own} ${everywhere}`,
  };
}

const tablePattern = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)\s+(\([\s\S]*)$/;
const copyPattern = /^CREATE TABLE (?:IF NOT EXISTS )?(\w+) AS (\w+)$/;
const viewPattern = /^CREATE MATERIALIZED VIEW (?:IF NOT EXISTS )?(\w+) TO (\w+) AS\s+([\s\S]*)$/;

/** A crash between a statement and its record would run it twice. */
function repeatable(statement: string): string {
  return statement.replace(
    /CREATE (TABLE|MATERIALIZED VIEW|VIEW) (?!IF NOT EXISTS)/,
    "CREATE $1 IF NOT EXISTS ",
  );
}

function withoutComments(statement: string): string {
  return statement.replace(/^\s*--.*$/gm, "").trim();
}

/** The servers' settings name each table's place in Keeper: by its UUID and shard. */
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
