/**
 * What the time-series store has lost: parts that the engine has set aside, parts whose checksums do not match, and readings
 * that the rollups count and `raw` does not have. The engine itself goes on without them and says nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { DamagedStoreError } from "../damaged-store.ts";
import { inProcess, type Layout } from "./layout.ts";
import { isPastRetention, type Retention } from "./retention.ts";

export interface Damage {
  readonly table: string;
  /** Name of the part's folder; absent where the rows of a part that is gone are missed. */
  readonly part?: string;
  /** The server that has it; absent in one process. */
  readonly host?: string;
  /** What is wrong, as the end of a sentence: "is set aside: broken-on-start". */
  readonly reason: string;
  /** Absent where the part's own files do not say it. */
  readonly rows?: number;
  /** Its first and last day or month in UTC, `2026-11-25` or `2026-11`; absent for tables without a time. */
  readonly from?: string;
  readonly to?: string;
}

/** One line for a person: `raw: part 202611_1_9_2 (20,000 rows, 2026-11-03 to 2026-11-28) is set aside: broken-on-start`. */
export function damageText({ table, part, host, reason, rows, from, to }: Damage): string {
  const known = [
    ...(rows === undefined ? [] : [`${rows.toLocaleString("en")} rows`]),
    ...(from === undefined ? [] : [from === to ? from : `${from} to ${to}`]),
  ].join(", ");
  const where = host === undefined ? "" : ` on ${host}`;
  return `${table}${where}: ${part === undefined ? "" : `part ${part} `}${known && `(${known}) `}${reason}`;
}

/** At most three, and how many more there are. */
export function damageSummary(damages: readonly Damage[]): string {
  const shown = damages.slice(0, 3).map(damageText).join("; ");
  return damages.length > 3 ? `${shown}; and ${damages.length - 3} more` : shown;
}

export interface DamageLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** @returns what writes each damage to the log once. */
export function damageTeller(log: DamageLog): (damages: readonly Damage[]) => void {
  const told = new Set<string>();
  return (damages) => {
    for (const text of damages.map(damageText)) {
      if (told.has(text)) continue;
      told.add(text);
      log.error({ damage: text }, "the time-series store has lost data or is damaged");
    }
  };
}

/** What a replica does in its ordinary work: a part to be fetched, deleted or attached, or a copy of one that it has. */
const ordinary = ["clone", "attaching", "deleting", "tmp-fetch"];

/** Replicas that take no writes, and tables that have lost a part on every replica. */
export async function replicaDamage(client: ClickHouseClient, layout: Layout): Promise<Damage[]> {
  const result = await client.query({
    query: `SELECT hostName() AS host, table, toBool(is_readonly) AS isReadOnly, lost_part_count AS lost
            FROM ${layout.system("replicas")}
            WHERE database = currentDatabase() AND (is_readonly OR lost_part_count > 0) ORDER BY host, table`,
    clickhouse_settings: { skip_unavailable_shards: 1 },
    format: "JSONEachRow",
  });
  const rows = await result.json<{ host: string; table: string; isReadOnly: boolean; lost: string }>();
  return rows.flatMap(({ host, table, isReadOnly, lost }) => [
    ...(isReadOnly ? [{ host, table, reason: "takes no writes: the replica is read-only" }] : []),
    ...(Number(lost) > 0 ? [{ host, table, reason: `has lost ${lost} parts, which no replica has` }] : []),
  ]);
}

interface Detached {
  readonly host: string;
  readonly table: string;
  readonly name: string;
  /** Empty where a person has detached it. */
  readonly reason: string;
  readonly partition_id: string;
  readonly path: string;
  readonly min_block_number: string;
  readonly max_block_number: string;
}

interface Active extends Pick<Detached, "host" | "table" | "partition_id"> {
  readonly min_block_number: string;
  readonly max_block_number: string;
  readonly rows: string;
}

/**
 * Parts that the engine does not read, though no other part has their rows and the retention has not ended.
 * @param retention absent: whatever their age.
 */
export async function detachedParts(
  client: ClickHouseClient,
  layout: Layout = inProcess,
  retention?: Retention,
): Promise<Damage[]> {
  const result = await client.query({
    query: `SELECT hostName() AS host, table, name, reason, partition_id, path, min_block_number, max_block_number
            FROM ${layout.system("detached_parts")}
            WHERE database = currentDatabase() AND partition_id IS NOT NULL AND reason NOT IN {ordinary:Array(String)}
            ORDER BY table, partition_id, min_block_number LIMIT 1000`,
    query_params: { ordinary },
    // A server that is down says nothing, and has an alert of its own.
    clickhouse_settings: { skip_unavailable_shards: 1 },
    format: "JSONEachRow",
  });
  const detached = await result.json<Detached>();
  if (detached.length === 0) return [];
  const active = await activeParts(client, layout, [...new Set(detached.map(({ table }) => table))]);
  return detached
    .filter((part) => !isWithin(part, detached))
    .flatMap((part) => {
      const files = layout.grows ? {} : { ...rowsIn(part.path), ...daysIn(part.path) };
      const days = files.from === undefined ? monthOf(part.partition_id) : {};
      const damage: Damage = {
        table: part.table,
        part: part.name,
        ...(layout.grows && { host: part.host }),
        reason: part.reason === "" ? "is detached" : `is set aside: ${part.reason}`,
        ...files,
        ...days,
      };
      if (isElsewhere(part, damage.rows, active)) return [];
      return retention !== undefined && isPastRetention(part.table, damage.to, retention) ? [] : [damage];
    });
}

async function activeParts(
  client: ClickHouseClient,
  layout: Layout,
  tables: readonly string[],
): Promise<Active[]> {
  const result = await client.query({
    query: `SELECT hostName() AS host, table, partition_id, min_block_number, max_block_number, rows
            FROM ${layout.system("parts")}
            WHERE active AND database = currentDatabase() AND table IN {tables:Array(String)}`,
    query_params: { tables },
    clickhouse_settings: { skip_unavailable_shards: 1 },
    format: "JSONEachRow",
  });
  return result.json<Active>();
}

/** The sources of a part that is set aside as well are the same loss. */
function isWithin(part: Detached, others: readonly Detached[]): boolean {
  const [from, to] = [Number(part.min_block_number), Number(part.max_block_number)];
  return others.some(
    ({ host, table, partition_id, min_block_number, max_block_number }) =>
      host === part.host &&
      table === part.table &&
      partition_id === part.partition_id &&
      Number(min_block_number) <= from &&
      Number(max_block_number) >= to &&
      Number(max_block_number) - Number(min_block_number) > to - from,
  );
}

/** A part that a merge has replaced, or one whose sources the engine has taken back, is broken without a loss. */
function isElsewhere(part: Detached, rows: number | undefined, active: readonly Active[]): boolean {
  const [from, to] = [Number(part.min_block_number), Number(part.max_block_number)];
  const related = active.filter(
    ({ host, table, partition_id }) =>
      host === part.host && table === part.table && partition_id === part.partition_id,
  );
  const within = related.filter(
    ({ min_block_number, max_block_number }) =>
      Number(min_block_number) >= from && Number(max_block_number) <= to,
  );
  return (
    related.some(
      ({ min_block_number, max_block_number }) =>
        Number(min_block_number) <= from && Number(max_block_number) >= to,
    ) ||
    (rows !== undefined && within.reduce((sum, found) => sum + Number(found.rows), 0) >= rows)
  );
}

/** A part's files say it, unless they are what is damaged. */
function rowsIn(path: string): Pick<Damage, "rows"> {
  const text = textOf(join(path, "count.txt"));
  return text !== undefined && /^\d{1,15}\n?$/.test(text) ? { rows: Number(text) } : {};
}

const earliest = Date.UTC(2000, 0);
const latest = Date.UTC(2100, 0);

/** `minmax_<column>.idx` holds the least and the greatest: of a DateTime64(3) in 16 bytes, of a DateTime in 8. */
export function daysIn(path: string): Pick<Damage, "from" | "to"> {
  const name = filesOf(path).find((file) => /^minmax_\w+\.idx$/.test(file));
  if (name === undefined) return {};
  let times: number[] = [];
  try {
    const bytes = readFileSync(join(path, name));
    if (bytes.length === 16) times = [0, 8].map((offset) => Number(bytes.readBigInt64LE(offset)));
    if (bytes.length === 8) times = [0, 4].map((offset) => bytes.readUInt32LE(offset) * 1000);
  } catch {
    return {};
  }
  const [from, to] = times;
  if (from === undefined || to === undefined || !(from >= earliest && from <= to && to < latest)) return {};
  return { from: dayOf(from), to: dayOf(to) };
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

function monthOf(partition: string): Pick<Damage, "from" | "to"> {
  const [, year, month] = /^(\d{4})(\d{2})$/.exec(partition) ?? [];
  return year === undefined ? {} : { from: `${year}-${month}`, to: `${year}-${month}` };
}

function filesOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** What the engine says when a file of a part can't be read as it was written. */
const ofDamage =
  /^(CHECKSUM_DOESNT_MATCH|CANNOT_READ_ALL_DATA|CANNOT_DECOMPRESS|CORRUPTED_DATA|UNKNOWN_CODEC|TOO_LARGE_SIZE_COMPRESSED|NO_FILE_IN_DATA_PART|UNEXPECTED_FILE_IN_DATA_PART|BAD_SIZE_OF_FILE_IN_DATA_PART|FILE_DOESNT_EXIST|TOO_MANY_UNEXPECTED_DATA_PARTS|UNKNOWN_TABLE)$/;

/** @returns any other error as it is. */
export function explainDamage(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type } = error as { type?: string };
  if (type === undefined || !ofDamage.test(type)) return error;
  const [, path, table] = /while reading from part (\S+?)\/? in table \w+\.(\w+)/.exec(error.message) ?? [];
  if (path === undefined || table === undefined)
    return new DamagedStoreError(
      `The time-series store is damaged: ${firstSentence(error.message)} (${type}).`,
      error,
    );
  const part = path.split("/").at(-1)!;
  const damage: Damage = { table, part, ...rowsIn(path), ...daysIn(path), reason: `is damaged (${type})` };
  return new DamagedStoreError(`The time-series store can't be read: ${damageText(damage)}.`, error);
}

const firstSentence = (message: string): string => message.split(/\.\s|: While |\n/)[0]!.slice(0, 200);
