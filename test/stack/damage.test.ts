/** A stack whose data was damaged while it was stopped, as its operator sees it: start, status, page, last line, exit codes. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadCountry } from "../../localisation/load.ts";
import type { StackStatus } from "../../stacks/local/status.ts";
import { openRelationalStore } from "../../stores/relational/database.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { insertRaw, rowsOf } from "../stores/rows.ts";
import { RunningStack, rollout } from "./running-stack.ts";

const file = "countries/za.yaml";
const parent = mkdtempSync(join(tmpdir(), "stack-damage-"));
const intact = join(parent, "intact");
const hour = 3_600_000;
/** Folders of the parts of `raw`, within the data folder; the newest first. */
let parts: string[];

beforeAll(async () => {
  const { country } = loadCountry(file);
  const store = await openTimeSeriesStore(join(intact, "za/time-series"));
  await migrateTimeSeriesStore(store.writer, country);
  await store.writer.command({ query: "SYSTEM STOP MERGES raw" });
  for (const age of [2 * hour, hour])
    await insertRaw(
      store.writer,
      Array.from({ length: 3000 }, (_, index) => ({ time: Date.now() - age - index * 100, number: index })),
    );
  const paths = await rowsOf<{ path: string }>(
    store.reader,
    "SELECT path FROM system.parts WHERE active AND table = 'raw' ORDER BY min_block_number DESC",
  );
  parts = paths.map(({ path }) => path.slice(path.indexOf("/za/time-series/") + 1));
  await store.close();
  await (await openRelationalStore(join(intact, "za/relational"))).close();
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

function damaged(damage: (data: string) => void): string {
  const data = mkdtempSync(join(parent, "data-"));
  cpSync(intact, data, { recursive: true, verbatimSymlinks: true });
  damage(data);
  return data;
}

const cut = (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2));
const up = (data: string) =>
  rollout("up", file, "--data", data, "--port", "0", "--no-open", "--no-simulator");

test("a part that is cut: status fails, the operator's page names it, and the last line tells of the loss", async () => {
  const data = damaged((folder) => cut(join(folder, parts[0]!, "data.bin")));
  const stack = await RunningStack.start(file, "--data", data, "--no-simulator");
  const part = parts[0]!.split("/").at(-2)!;
  const status = await rollout("status", "--data", data);
  expect(status.code).toBe(1);
  expect(status.output).toMatch(
    new RegExp(`time-series store +failed +raw: part broken-on-start_${part} \\(3,000 rows, `),
  );
  expect(status.output).toContain("`rollout restore <file>`");
  const asked = await rollout("status", "--data", data, "--json");
  const healthy = (JSON.parse(asked.output) as StackStatus[])[0]!.parts.filter(
    ({ health }) => health === "healthy",
  );
  expect(healthy.map(({ name }) => name)).toContain("relational store");

  const entered = await fetch(stack.ready.logins[0]!.enter, {
    method: "POST",
    headers: { origin: stack.ready.webAddress },
    redirect: "manual",
  });
  const cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
  const page = await fetch(`${stack.ready.webAddress}/ministry`, { headers: { cookie } });
  expect(await page.text()).toContain(`broken-on-start_${part}`);

  const stopped = await stack.end("SIGINT");
  expect(stopped.code).toBe(1);
  expect(stopped.output).not.toContain('"stopped"');
  expect(stopped.output).toContain(`broken-on-start_${part}`);
  expect(readFileSync(join(data, "za/stack.log"), "utf8")).toContain(`broken-on-start_${part}`);
});

test.each<[string, (data: string) => void, () => string]>([
  [
    "pg_control is cut",
    (data) => truncateSync(join(data, "za/relational/global/pg_control"), 100),
    () => "global/pg_control",
  ],
  [
    "the relational store is gone",
    (data) => rmSync(join(data, "za/relational"), { recursive: true }),
    () => "relational store",
  ],
  [
    "the time-series store is gone",
    (data) => rmSync(join(data, "za/time-series"), { recursive: true }),
    () => "time-series store",
  ],
  [
    "a table's definition is gone",
    (data) => rmSync(definitionOfRaw(data)),
    () => "time-series store is damaged",
  ],
])("%s: exit code 3, what is damaged, and the way back", async (_, damage, what) => {
  const { code, errors } = await up(damaged(damage));
  expect(code).toBe(3);
  expect(errors).toContain(what());
  expect(errors).toContain("`rollout restore <file>`");
  expect(errors).not.toContain("did not foresee");
});

function definitionOfRaw(data: string): string {
  return join(data, "za/time-series/metadata/default/raw.sql");
}

describe("a backup of a stopped stack", () => {
  let key: string;
  let backups: string;
  const old = "20200101T000000Z";
  beforeAll(async () => {
    const made = await rollout("backup", "--new-key", join(parent, "key"), "--json");
    key = (JSON.parse(made.output) as { publicKey: string }).publicKey;
  });
  beforeEach(() => {
    backups = mkdtempSync(join(parent, "backups-"));
    mkdirSync(join(backups, "za", old), { recursive: true });
  });
  const backUp = (data: string) =>
    rollout("backup", file, "--data", data, "--to", backups, "--recipient", key);

  test("that has lost nothing removes those past the retention", async () => {
    const { code } = await backUp(damaged(() => {}));
    expect(code).toBe(0);
    expect(existsSync(join(backups, "za", old))).toBe(false);
  });

  test("that has lost a part removes none: an older one may have it", async () => {
    const { code } = await backUp(damaged((data) => cut(join(data, parts[0]!, "data.bin"))));
    expect(code).toBe(0);
    expect(existsSync(join(backups, "za", old))).toBe(true);
  });

  test("whose part does not match its checksums is refused, with the way back", async () => {
    const { code, errors } = await backUp(
      damaged((data) => writeFileSync(join(data, parts[0]!, "data.bin"), "damaged", { flag: "r+" })),
    );
    expect(code).toBe(3);
    expect(errors).toContain("`rollout restore <file>`");
    expect(readdirSync(join(backups, "za"))).toEqual([old]);
  });
});
