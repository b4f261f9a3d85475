/** Writes readings to `raw` as one block: a month's readings of one insert appear together or not at all. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Reading } from "./reading.ts";

/** @param receivedAt epoch milliseconds; must be later than that of every insert before. */
export async function insertReadings(
  client: ClickHouseClient,
  readings: readonly Reading[],
  receivedAt: number,
): Promise<void> {
  const received = secondsOf(receivedAt);
  await client.insert({
    table: "raw",
    columns: ["company", "site", "machine", "channel", "time", "number", "text", "received_at"],
    values: readings.map(({ series: { company, site, machine, channel }, time, number, text }) => [
      company,
      site,
      machine,
      channel,
      secondsOf(time),
      number,
      text,
      received,
    ]),
    // Tab-separated text costs the engine the same and the event loop more, as measured.
    format: "JSONCompactEachRow",
    clickhouse_settings: {
      // A device that was offline, or a hostile one, may send readings of many months in one batch.
      max_partitions_per_insert_block: "0",
      // Parsed in parallel, a long batch would become several blocks.
      input_format_parallel_parsing: 0,
      max_threads: 1,
    },
  });
}

/** As the engine reads a time with milliseconds. */
function secondsOf(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
