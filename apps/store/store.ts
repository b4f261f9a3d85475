/**
 * Opens the time-series store: the ClickHouse engine in the process (chDB) behind `@clickhouse/client`, so that the
 * same SQL serves a cluster. The engine locks its folder: a second process on it is refused.
 */
import { type ClickHouseClient, createClient } from "@clickhouse/client";

export interface TimeSeriesStore {
  /** Ingest's own connection; queries on one connection wait for each other. */
  readonly writer: ClickHouseClient;
  /** For pages: bounded in time, so that no page holds the engine. */
  readonly reader: ClickHouseClient;
  /** For the analytics pipeline's longer queries. */
  readonly analytics: ClickHouseClient;
  close(): Promise<void>;
}

/** The store's folder is in use by another process. */
export class StoreInUseError extends Error {
  override readonly name = "StoreInUseError";
}

/** The engine has no build for this platform. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/**
 * @param folder where the data rests; in memory where absent (for tests; all such stores of a process are one).
 * @throws StoreInUseError, StoreUnavailableError
 */
export async function openTimeSeriesStore(folder?: string): Promise<TimeSeriesStore> {
  const createConnection = await loadEngine();
  const clients: ClickHouseClient[] = [];
  const open = (settings: Record<string, number>) => {
    const client = createClient({
      // chdb and @clickhouse/client each bring their own copy of the Connection type.
      connection: createConnection({ path: folder ?? ":memory:" }) as never,
      clickhouse_settings: { async_insert: 0, date_time_input_format: "best_effort", ...settings },
    });
    clients.push(client);
    return client;
  };
  try {
    const writer = open({});
    await writer.ping();
    return {
      writer,
      reader: open({ max_execution_time: 20, max_threads: 1 }),
      analytics: open({ max_execution_time: 600, max_threads: 1 }),
      close: async () => {
        for (const client of clients) await client.close();
      },
    };
  } catch (error) {
    for (const client of clients) await client.close();
    if (
      /Cannot lock file|already running/.test(String(error)) ||
      /Failed to create connection/.test(String(error))
    )
      throw new StoreInUseError(`The time-series store in ${folder} cannot be opened: ${String(error)}`);
    throw error;
  }
}

async function loadEngine() {
  try {
    return (await import("chdb/connection")).createChdbConnection;
  } catch (error) {
    const builds = "Linux with glibc (x64, arm64) and macOS (x64, arm64)";
    throw new StoreUnavailableError(
      `The time-series engine (chDB) cannot be loaded on ${process.platform} ${process.arch}: it has builds for ${builds}. ` +
        `On Windows use WSL 2; on Alpine use a glibc distribution. Cause: ${error instanceof Error ? error.message.split("\n")[0] : error}`,
    );
  }
}
