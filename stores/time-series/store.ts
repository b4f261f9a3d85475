/**
 * Opens the time-series store of one process: the ClickHouse engine (chDB) behind `@clickhouse/client`, so that the same
 * code and SQL work on a cluster. The engine locks its folder: a second process on it is refused.
 */

import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ClickHouseClient, createClient } from "@clickhouse/client";
import { isRunning } from "../../base/is-running.ts";
import { EnvironmentError } from "../../base/kit-error.ts";
import { restoreHint } from "../damaged-store.ts";
import { FolderSync } from "./folder-sync.ts";

export interface TimeSeriesStore {
  /** Ingest's own connection; queries on one connection wait for each other. An insert returns when it is on disk. */
  readonly writer: ClickHouseClient;
  /** For pages: limited in time and memory, so that no page blocks the engine. */
  readonly reader: ClickHouseClient;
  /** For the analytics pipeline's longer queries. */
  readonly analytics: ClickHouseClient;
  /** For the checks for damage only, which read whole parts. */
  readonly checks: ClickHouseClient;
  /** For backups only, whose files are in its folder. The folder is empty when the store opens. */
  readonly backups: { readonly client: ClickHouseClient; readonly folder: string };
  close(): Promise<void>;
}

const mebibyte = 1024 * 1024;

/** The engine's defaults are for a server of its own: gigabytes of caches, nine tenths of the memory. */
const engineArguments = [
  "--max_server_memory_usage_to_ram_ratio=0.6",
  `--mark_cache_size=${128 * mebibyte}`,
  `--index_mark_cache_size=${32 * mebibyte}`,
  `--query_condition_cache_size=${16 * mebibyte}`,
];

/** An insert is refused below this, so that the engine, the relational store and the logs can still end properly. */
const freeDiskBytesToInsert = 64 * mebibyte;

/**
 * @param folder where the data is stored; a temporary one where absent (for tests). A process can have one folder open.
 * @throws EnvironmentError where the engine has no build for this machine, or the folder cannot be written or is in use.
 */
export async function openTimeSeriesStore(folder?: string): Promise<TimeSeriesStore> {
  const { Session, createConnection } = await loadEngine();
  const path = folder ?? mkdtempSync(join(tmpdir(), "time-series-"));
  makeWritable(path);
  const backupFolder = join(resolve(path), "backups");
  const removeTemporary = () => {
    if (folder === undefined) rmSync(path, { recursive: true, force: true });
  };
  let engine: InstanceType<typeof Session>;
  try {
    // Its settings hold for all connections of the process, which share one engine.
    engine = new Session(path, {
      connectionArgs: [...engineArguments, `--backups.allowed_path=${backupFolder}`],
    });
  } catch (error) {
    removeTemporary();
    throw whyNotOpened(path, error);
  }
  const clients: ClickHouseClient[] = [];
  const open = (settings: Record<string, number>, connection = createConnection({ path })) => {
    const client = createClient({
      // chdb and @clickhouse/client each bring their own copy of the Connection type.
      connection: connection as never,
      clickhouse_settings: { async_insert: 0, date_time_input_format: "best_effort", ...settings },
    });
    clients.push(client);
    return client;
  };
  const folders = new FolderSync();
  const close = async () => {
    for (const client of clients) await client.close();
    await folders.close();
    engine.close();
    removeTemporary();
  };
  try {
    const writer = open(
      { min_free_disk_bytes_to_perform_insert: freeDiskBytesToInsert },
      folders.afterInserts(createConnection({ path })),
    );
    await writer.query({ query: "SELECT 1" });
    // Only now that the engine's lock is held: no other process uses files that a killed one left.
    rmSync(backupFolder, { recursive: true, force: true });
    mkdirSync(backupFolder, { mode: 0o700 });
    return {
      writer,
      reader: open({ max_execution_time: 20, max_threads: 1, max_memory_usage: 1024 * mebibyte }),
      analytics: open({ max_execution_time: 600, max_threads: 1, max_memory_usage: 2048 * mebibyte }),
      checks: open({ max_threads: 1 }),
      backups: { client: open({}), folder: backupFolder },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeWritable(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new EnvironmentError(
      `The time-series store's folder ${path} cannot be written: ${(error as Error).message}.`,
      "Use another data folder, or correct this one's permissions.",
    );
  }
}

function whyNotOpened(path: string, error: unknown): Error {
  const owner = runningOwner(path);
  return owner === undefined
    ? new EnvironmentError(
        `The time-series store in ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}. The line above, from the engine, says why.`,
        `Where it names a damaged file: ${restoreHint}, and keeps the damaged data under another name.`,
        { cause: error },
      )
    : new EnvironmentError(
        `The time-series store in ${path} is in use by process ${owner}.`,
        "Stop that process first, or use another data folder.",
      );
}

/** The engine writes its process id to the folder's `status` file; a file left by a process that was killed is stale. */
function runningOwner(path: string): number | undefined {
  let owner: number;
  try {
    owner = Number(/^PID: (\d+)$/m.exec(readFileSync(join(path, "status"), "utf8"))?.[1]);
  } catch {
    return undefined;
  }
  return owner !== process.pid && isRunning(owner) ? owner : undefined;
}

async function loadEngine() {
  try {
    const [{ Session }, { createChdbConnection }] = await Promise.all([
      import("chdb"),
      import("chdb/connection"),
    ]);
    return { Session, createConnection: createChdbConnection };
  } catch (error) {
    const cause = error instanceof Error ? error.message.split("\n")[0] : error;
    const builds = "Linux with glibc (x64, arm64) and macOS (x64, arm64)";
    throw new EnvironmentError(
      `The time-series engine (chDB) cannot be loaded on ${process.platform} ${process.arch} (${cause}): it has builds for ${builds}.`,
      "On Windows use WSL 2; on Alpine use a glibc distribution.",
    );
  }
}
