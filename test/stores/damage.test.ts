/** Files of a stopped or running store that are cut, changed or gone: the loss is found, named and never silent. */
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { damageText, detachedParts } from "../../stores/time-series/damage.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { missingReadings } from "../../stores/time-series/missing-readings.ts";
import { PartChecksums } from "../../stores/time-series/part-checksums.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../stores/time-series/store.ts";
import { StoreChecks } from "../../stores/time-series/store-checks.ts";
import { insertRaw, rowsOf, storedCountry } from "./rows.ts";

const country = storedCountry("Africa/Johannesburg");
const parent = mkdtempSync(join(tmpdir(), "damage-"));
const intact = join(parent, "intact");
const day = 86_400_000;
const readingsOfPart = 2000;
/** Folders of parts within the store's, by table; the newest first. */
const parts: Record<string, string[]> = {};

let store: TimeSeriesStore | undefined;
let checks: StoreChecks | undefined;
const logged: string[] = [];
const log = {
  warn: (_: object, message: string) => logged.push(message),
  error: (fields: object) => logged.push((fields as { damage: string }).damage),
};

beforeAll(async () => {
  const made = await openTimeSeriesStore(intact);
  await migrateTimeSeriesStore(made.writer, country);
  for (const table of ["raw", "rollup_minute"])
    await made.writer.command({ query: `SYSTEM STOP MERGES ${table}` });
  // Newest last; two of this month, one of an earlier.
  for (const age of [40 * day, 2 * 3_600_000, 3_600_000])
    await insertRaw(
      made.writer,
      Array.from({ length: readingsOfPart }, (_, index) => ({
        time: Date.now() - age - index * 100,
        number: index,
      })),
    );
  for (const { table, path } of await rowsOf<{ table: string; path: string }>(
    made.reader,
    `SELECT table, path FROM system.parts WHERE active AND table IN ('raw', 'rollup_minute')
     ORDER BY table, min_block_number DESC`,
  )) {
    parts[table] ??= [];
    parts[table].push(path.slice(path.indexOf("/store/") + 1));
  }
  await made.close();
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));
afterEach(async () => {
  await checks?.stop();
  await store?.close();
  checks = undefined;
  store = undefined;
  logged.length = 0;
});

/** @param damage what happens to the files of a copy before the store opens. */
async function open(damage: (folder: string) => void): Promise<StoreChecks> {
  const folder = mkdtempSync(join(parent, "copy-"));
  cpSync(intact, folder, { recursive: true, verbatimSymlinks: true });
  damage(folder);
  store = await openTimeSeriesStore(folder);
  await migrateTimeSeriesStore(store.writer, country);
  checks = await StoreChecks.open({ client: store.checks, country, log });
  return checks;
}

const file = (folder: string, name: string, table = "raw", part = 0) =>
  join(folder, parts[table]![part]!, name);

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  for (let index = 0; index < 4; index += 1) bytes[at + index]! ^= 0xa5;
  writeFileSync(path, bytes);
}

const cut = (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2));

describe("damaged before the start", () => {
  test("nothing is found in a store that is whole", async () => {
    const found = await open(() => {});
    await found.look();
    expect(found.damages).toEqual([]);
    expect(await missingReadings(store!.checks, country, 20)).toEqual([]);
    expect(logged).toEqual([]);
  });

  test.each<[string, (folder: string) => void]>([
    ["data.bin cut", (folder) => cut(file(folder, "data.bin"))],
    ["data.bin deleted", (folder) => rmSync(file(folder, "data.bin"))],
    ["columns.txt cut", (folder) => cut(file(folder, "columns.txt"))],
    ["columns.txt deleted", (folder) => rmSync(file(folder, "columns.txt"))],
    ["checksums.txt changed", (folder) => flip(file(folder, "checksums.txt"), 60)],
    ["checksums.txt cut", (folder) => cut(file(folder, "checksums.txt"))],
    ["the marks cut", (folder) => cut(file(folder, "data.cmrk4"))],
    ["the primary key cut", (folder) => cut(file(folder, "primary.cidx"))],
  ])("%s: the part, its rows and days are named", async (_, damage) => {
    const { damages } = await open(damage);
    expect(damages).toHaveLength(1);
    const today = expect.stringMatching(/^\d{4}-\d\d-\d\d$/);
    expect(damages[0]).toMatchObject({ table: "raw", rows: readingsOfPart, from: today, to: today });
    expect(damages[0]!.part).toContain(parts.raw![0]!.split("/").at(-2));
    expect(damages[0]!.reason).toContain("broken");
    expect(logged).toEqual([damageText(damages[0]!)]);
  });

  test("of several parts each is named, and a rollup's as well", async () => {
    const { damages } = await open((folder) => {
      for (const part of [0, 1, 2]) cut(file(folder, "data.bin", "raw", part));
      rmSync(file(folder, "data.bin", "rollup_minute"));
    });
    expect(damages.map(({ table }) => table).sort()).toEqual(["raw", "raw", "raw", "rollup_minute"]);
  });

  test("a part without its own count is named by its month", async () => {
    const { damages } = await open((folder) => {
      rmSync(file(folder, "count.txt"));
      rmSync(file(folder, "minmax_time.idx"));
    });
    expect(damages).toHaveLength(1);
    expect(damages[0]!.rows).toBeUndefined();
    expect(damages[0]!.from).toMatch(/^\d{4}-\d\d$/);
  });

  test.each<[string, (folder: string) => void]>([
    ["bytes of data.bin", (folder) => flip(file(folder, "data.bin"), 0)],
    ["the count of rows", (folder) => writeFileSync(file(folder, "count.txt"), "2001")],
  ])("%s changed: the start is refused with the part and the way back", async (_, damage) => {
    await expect(open(damage)).rejects.toMatchObject({
      name: "DamagedStoreError",
      exitCode: 3,
      message: expect.stringMatching(
        new RegExp(`^The time-series store is damaged: raw: part ${parts.raw![0]!.split("/").at(-2)} `),
      ),
      remediation: expect.stringContaining("rollout restore"),
    });
  });

  test("a folder that is gone: its readings are missed on their days", async () => {
    await open((folder) => rmSync(join(folder, parts.raw![2]!), { recursive: true }));
    const found = await missingReadings(store!.checks, country, 20);
    expect(found).toMatchObject([{ table: "raw", rows: readingsOfPart }]);
    const days = [-1, 0, 1].map((later) =>
      new Date(Date.now() - (40 - later) * day).toISOString().slice(0, 10),
    );
    expect(days).toContain(found[0]!.from);
    expect(days).toContain(found[0]!.to);
  });

  test("a part whose rows another part has is no loss", async () => {
    const found = await open(() => {});
    expect(found.damages).toEqual([]);
    const [path] = parts.raw!;
    await store!.writer.command({ query: "OPTIMIZE TABLE raw FINAL" });
    const { path: table } = (
      await rowsOf<{ path: string }>(
        store!.reader,
        "SELECT data_paths[1] AS path FROM system.tables WHERE name = 'raw' AND database = currentDatabase()",
      )
    )[0]!;
    const name = path!.split("/").at(-2)!;
    cpSync(join(intact, path!), join(table, "detached", `broken-on-start_${name}`), { recursive: true });
    expect(await rowsOf(store!.reader, "SELECT name FROM system.detached_parts")).toHaveLength(1);
    expect(await detachedParts(store!.checks)).toEqual([]);
  });

  test("the sources of a part that is set aside as well are not counted again", async () => {
    await open(() => {});
    const [{ path: table } = { path: "" }] = await rowsOf<{ path: string }>(
      store!.reader,
      "SELECT data_paths[1] AS path FROM system.tables WHERE name = 'raw' AND database = currentDatabase()",
    );
    const month = parts.raw![0]!.split("/").at(-2)!.slice(0, 6);
    for (const name of [`${month}_900_909_2`, `${month}_900_900_0`, `${month}_901_909_1`])
      cpSync(join(intact, parts.raw![0]!), join(table, "detached", `broken-on-start_${name}`), {
        recursive: true,
      });
    expect((await detachedParts(store!.checks)).map(({ part }) => part)).toEqual([
      `broken-on-start_${month}_900_909_2`,
    ]);
  });

  test("a part that the retention would have deleted is no loss any more", async () => {
    await open((folder) => cut(file(folder, "data.bin", "raw", 2)));
    const { retention } = country.telemetry;
    expect(await detachedParts(store!.checks, undefined, retention)).toHaveLength(1);
    expect(await detachedParts(store!.checks, undefined, { ...retention, raw: "P30D" })).toEqual([]);
  });

  test("more broken parts than the engine bears: the message names the way back", async () => {
    const folder = mkdtempSync(join(parent, "many-"));
    const made = await openTimeSeriesStore(folder);
    await migrateTimeSeriesStore(made.writer, country);
    await made.writer.command({ query: "ALTER TABLE raw MODIFY SETTING max_suspicious_broken_parts = 0" });
    await insertRaw(made.writer, [{ time: Date.now() }]);
    const [row] = await rowsOf<{ path: string }>(
      made.reader,
      "SELECT path FROM system.parts WHERE active AND table = 'raw'",
    );
    await made.close();
    cut(join(row!.path, "data.bin"));
    await expect(openTimeSeriesStore(folder)).rejects.toMatchObject({
      exitCode: 3,
      remediation: expect.stringContaining("rollout restore"),
    });
  });
});

describe("while it runs", () => {
  test("changed bytes, a deleted file and a detached part are found at the next look, and named once in the log", async () => {
    const found = await open(() => {});
    const [first, second, third] = parts.raw!.map((path) => path.split("/").at(-2)!);
    const paths = await rowsOf<{ name: string; path: string }>(
      store!.reader,
      "SELECT name, path FROM system.parts WHERE active AND table = 'raw'",
    );
    const pathOf = (name: string) => paths.find((part) => part.name === name)!.path;
    await store!.writer.command({ query: "SYSTEM STOP MERGES raw" });
    flip(join(pathOf(first!), "data.bin"), 0);
    rmSync(join(pathOf(second!), "data.bin"));
    await store!.writer.command({ query: `ALTER TABLE raw DETACH PART '${third}'` });
    // A busy machine may not read all parts in the time that a look has.
    await found.look({ milliseconds: 120_000, bytes: 1e9 });
    expect(found.damages.map(({ part }) => part).sort()).toEqual([first, second, third].sort());
    expect(found.damages.every(({ rows }) => rows === readingsOfPart)).toBe(true);
    await found.look();
    expect(logged).toHaveLength(3);

    // What a person has put right is no damage any more.
    await store!.writer.command({ query: `ALTER TABLE raw ATTACH PART '${third}'` });
    await found.look();
    expect(found.damages).toHaveLength(2);
  });

  test("parts are read newest first within the bounds, and what is not read yet is known", async () => {
    await open((folder) => flip(file(folder, "data.bin", "raw", 2), 0)).catch(() => {});
    const checksums = new PartChecksums(store!.checks);
    await checksums.read({ milliseconds: 60_000, bytes: 1 }, true);
    const { parts: all, read } = checksums.progress;
    expect(read).toBe(0);
    expect(all).toBeGreaterThan(8);
    for (let looks = 1; looks <= all; looks += 1) {
      expect(checksums.progress.read).toBe(looks - 1);
      await checksums.read({ milliseconds: 60_000, bytes: 1 });
    }
    expect(checksums.progress.read).toBe(checksums.progress.parts);
    expect(checksums.damages.map(({ part }) => part)).toEqual([parts.raw![2]!.split("/").at(-2)]);
  });
});
