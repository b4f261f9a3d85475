/**
 * Refuses to begin anew in the place of a store that is gone: both stores are made at the first start, so one of them without
 * the other has been removed, or is on a disk that is not mounted.
 */
import { existsSync, readdirSync } from "node:fs";
import type { ClickHouseClient } from "@clickhouse/client";
import { DamagedStoreError } from "../../stores/damaged-store.ts";
import { explainRelationalDamage } from "../../stores/relational/relational-damage.ts";
import { explainDamage } from "../../stores/time-series/damage.ts";
import type { DataFolder } from "./data-folder.ts";
import { explainFullDisk } from "./full-disk.ts";

/** What an error of either store means: damaged files, or a full disk. @returns any other error as it is. */
export const explainStores = (error: unknown): unknown =>
  explainFullDisk(explainRelationalDamage(explainDamage(error)));

/** To be called before the migrations. @param client of the time-series store. @throws DamagedStoreError */
export async function refuseLostStore(client: ClickHouseClient, folder: DataFolder): Promise<void> {
  const hasRelational = existsSync(folder.relational) && readdirSync(folder.relational).length > 0;
  const isMigrated = (await numberOf(client, "EXISTS TABLE migration")) === 1;
  if (hasRelational && !isMigrated)
    throw lost("time-series", folder.timeSeries, `relational store in ${folder.relational}`);
  // A first start that was killed between the two has no readings yet.
  if (hasRelational || !isMigrated || (await numberOf(client, "EXISTS TABLE raw")) === 0) return;
  if ((await numberOf(client, "SELECT count() FROM raw")) > 0)
    throw lost("relational", folder.relational, `time-series store in ${folder.timeSeries}`);
}

function lost(store: string, place: string, other: string): DamagedStoreError {
  return new DamagedStoreError(
    `The ${store} store in ${place} is gone or empty, though the ${other} is not: was it removed, or is its disk not mounted?`,
  );
}

async function numberOf(client: ClickHouseClient, query: string): Promise<number> {
  const result = await client.query({ query, format: "JSONCompactEachRow" });
  const [row] = await result.json<[number | string]>();
  return Number(row?.[0] ?? 0);
}
