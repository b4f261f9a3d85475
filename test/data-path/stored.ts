/** What an ingest has left in its time-series store, after a check by expect. */
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { expect } from "vitest";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { country } from "../broker/data-path.ts";
import type { Message } from "../durability/publisher.ts";
import { disagreements, rowsOf } from "../stores/rows.ts";

export async function inStore<T>(
  folder: string,
  look: (rows: <R>(query: string) => Promise<R[]>) => Promise<T>,
): Promise<T> {
  const store = await openTimeSeriesStore(join(folder, "time-series"));
  try {
    return await look((query) => rowsOf(store.reader, query));
  } finally {
    await store.close();
  }
}

/** @throws (by expect) where anything acknowledged is missing, anything is stored twice, or a rollup differs. */
export async function expectAllStoredOnce(
  folder: string,
  acknowledged: readonly Message[],
): Promise<{ readonly readings: number }> {
  const store = await openTimeSeriesStore(join(folder, "time-series"));
  try {
    return await expectAllInStoreOnce(store.reader, acknowledged, country.timezone);
  } finally {
    await store.close();
  }
}

/** The same for a store that is open, or on another machine. */
export async function expectAllInStoreOnce(
  reader: ClickHouseClient,
  acknowledged: readonly Message[],
  timezone: string,
): Promise<{ readonly readings: number }> {
  const rows = await rowsOf<{ series: string; time: number; values: string[] }>(
    reader,
    `SELECT concat('sme/v1/', company, '/', site, '/', machine, '/', channel) AS series,
       toUnixTimestamp64Milli(time) AS time, groupArray(ifNull(toString(number), text)) AS values
     FROM raw GROUP BY series, time`,
  );
  const stored = new Map(rows.map(({ series, time, values }) => [`${series}@${time}`, values]));
  expect(rows.filter(({ values }) => values.length !== 1)).toEqual([]);
  const missing = acknowledged.flatMap(({ topic, readings }) =>
    [...readings].filter(([time, value]) => stored.get(`${topic}@${time}`)?.[0] !== String(value)),
  );
  expect(missing).toEqual([]);
  expect(await disagreements(reader, timezone)).toEqual([]);
  return { readings: rows.length };
}
