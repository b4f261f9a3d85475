/** Files of the embedded relational store that are cut, changed or gone: named before the engine opens, with the way back. */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addMachine, addSite, registerCompany } from "../../stores/relational/companies.ts";
import { openRelationalStore, restoreRelationalStore } from "../../stores/relational/database.ts";
import { company, machine } from "../../stores/relational/schema.ts";

const parent = mkdtempSync(join(tmpdir(), "relational-damage-"));
const intact = join(parent, "intact");
/** The table's file, in the folder. */
let machineFile: string;
let dump: Blob;

beforeAll(async () => {
  const store = await openRelationalStore(intact);
  await registerCompany(store.database, { name: "Acme", sector: "25", sizeBand: "small", simulated: false });
  const site = await addSite(store.database, "acme", "Plant");
  for (let index = 0; index < 200; index += 1)
    await addMachine(store.database, {
      company: "acme",
      site,
      name: `m-${index}`,
      kind: "lathe",
      plannedRunTimePerItem: 1,
    });
  const found = await store.database.execute(sql`SELECT pg_relation_filepath('machine') AS path`);
  machineFile = (found as { rows: { path: string }[] }).rows[0]!.path;
  dump = await store.dump();
  await store.close();
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

let copies = 0;
/** @param options.killed without what a close leaves. */
function copy({ killed = false } = {}): string {
  const folder = join(parent, `copy-${++copies}`);
  cpSync(intact, folder, { recursive: true });
  if (!killed) cpSync(`${intact}.files.json`, `${folder}.files.json`);
  return folder;
}

/** Of all files and folders by their path. */
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const text = entry.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "";
        return [path, text] as const;
      })
      .sort(),
  );

const cut = (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2));
function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  for (let index = 0; index < 8; index += 1) bytes[at + index]! ^= 0xa5;
  writeFileSync(path, bytes);
}

const refusal = (what: string) => ({
  name: "DamagedStoreError",
  exitCode: 3,
  message: expect.stringContaining(what),
  remediation: expect.stringContaining("rollout restore"),
});

describe("after a stop", () => {
  const control = "global/pg_control";
  const kinds: [string, (folder: string) => void, () => string][] = [
    ["pg_control cut", (folder) => cut(join(folder, control)), () => control],
    ["pg_control changed", (folder) => flip(join(folder, control), 40), () => control],
    ["pg_control gone", (folder) => rmSync(join(folder, control)), () => `${control} is missing`],
    ["PG_VERSION gone", (folder) => rmSync(join(folder, "PG_VERSION")), () => "PG_VERSION is missing"],
    ["a page changed", (folder) => flip(join(folder, machineFile), 8000), () => `${machineFile} has changed`],
    ["a table's file cut", (folder) => cut(join(folder, machineFile)), () => machineFile],
    [
      "a table's file empty",
      (folder) => truncateSync(join(folder, machineFile)),
      () => `${machineFile} has 0`,
    ],
    ["a table's file gone", (folder) => rmSync(join(folder, machineFile)), () => `${machineFile} is missing`],
    ["the log gone", (folder) => rmSync(join(folder, "pg_wal"), { recursive: true }), () => "pg_wal"],
    ["the databases gone", (folder) => rmSync(join(folder, "base"), { recursive: true }), () => "base/1/"],
    ["the configuration gone", (folder) => rmSync(join(folder, "postgresql.conf")), () => "postgresql.conf"],
  ];
  test.each(kinds)("%s: the file is named, and the folder is left unchanged", async (_, damage, what) => {
    const folder = copy();
    damage(folder);
    const before = contents(folder);
    // The second attempt says it again.
    for (let attempt = 0; attempt < 2; attempt += 1)
      await expect(openRelationalStore(folder)).rejects.toMatchObject(refusal(what()));
    expect(contents(folder)).toEqual(before);
  });

  test("a store that is whole opens, also one whose owner has changed its configuration", async () => {
    const folder = copy();
    writeFileSync(join(folder, "postgresql.conf"), "\n# a remark\n", { flag: "a" });
    const store = await openRelationalStore(folder);
    expect(existsSync(`${folder}.files.json`)).toBe(false);
    expect(await store.database.$count(machine)).toBe(200);
    await store.close();
    expect(existsSync(`${folder}.files.json`)).toBe(true);
  });
});

describe("after a kill, without what the close leaves", () => {
  test.each<[string, (file: string) => void, string]>([
    ["a page changed", (file) => flip(file, 8000), "invalid page"],
    ["a table's file empty", (file) => truncateSync(file), "could not read blocks"],
    ["a table's file gone", (file) => rmSync(file), "could not open file"],
  ])("%s: the file is named, at the next attempt as well", async (_, damage, what) => {
    const folder = copy({ killed: true });
    damage(join(folder, machineFile));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const opened = openRelationalStore(folder);
      await expect(opened).rejects.toMatchObject(refusal(what));
      await expect(opened).rejects.toMatchObject(refusal(machineFile));
    }
  });

  test("a log that the engine can't read", async () => {
    const folder = copy({ killed: true });
    for (const name of readdirSync(join(folder, "pg_wal")))
      if (/^0/.test(name)) truncateSync(join(folder, "pg_wal", name), 1000);
    await expect(openRelationalStore(folder)).rejects.toMatchObject(refusal(folder));
  });
});

test("a dump restored over a store's record opens", async () => {
  const folder = join(parent, "restored");
  cpSync(`${intact}.files.json`, `${folder}.files.json`);
  await restoreRelationalStore(folder, dump);
  const store = await openRelationalStore(folder);
  expect(await store.database.$count(company)).toBe(1);
  await store.close();
});
