/** `rollout erase` on a stack that runs, as its operator uses it: connections end, a killed one is gone on with, a restore obeys. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { packageRoot } from "../../base/package-root.ts";
import { issueCredential } from "../../stores/relational/companies.ts";
import { openRelationalStore } from "../../stores/relational/database.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { registerTestCompany } from "../broker/data-path.ts";
import { RunningStack, rollout } from "../stack/running-stack.ts";
import { until } from "../until.ts";
import { relationalRowsWith, timeSeriesRowsWith } from "./every-row.ts";

let folder: string;
let file: string;
const stacks: RunningStack[] = [];
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rollout-erase-"));
  const { output } = await rollout("backup", "--new-key", at("key"), "--json");
  const document = parseDocument(readFileSync(join(packageRoot, "countries", "za.yaml"), "utf8"));
  const { publicKey } = JSON.parse(output) as { publicKey: string };
  document.setIn(["hosting", "backup", "local"], { folder: at("backups"), recipients: [publicKey] });
  file = at("za.yaml");
  writeFileSync(file, document.toString());
});
afterAll(async () => {
  for (const stack of stacks) await stack.end("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function start(data: string): Promise<RunningStack> {
  const stack = await RunningStack.start(file, "--data", at(data), "--companies", "1");
  stacks.push(stack);
  return stack;
}

const erase = (data: string, ...parameters: string[]) =>
  rollout("erase", ...parameters, file, "--data", at(data), "--json");
const records = async (data: string) => JSON.parse((await erase(data, "--list")).output).erasures;

/** Rows by table with a text, of a stopped stack. */
async function rowsWith(data: string, text: string): Promise<Record<string, number>> {
  const relational = await openRelationalStore(at(data, "za", "relational"));
  const timeSeries = await openTimeSeriesStore(at(data, "za", "time-series"));
  try {
    return {
      ...(await relationalRowsWith(relational.database, text)),
      ...(await timeSeriesRowsWith(timeSeries.analytics, text)),
    };
  } finally {
    await relational.close();
    await timeSeries.close();
  }
}
const withRows = (counts: Record<string, number>) =>
  Object.keys(counts).filter((table) => counts[table]! > 0);

async function register(data: string, name: string) {
  const { database, close } = await openRelationalStore(at(data, "za", "relational"));
  const { company } = await registerTestCompany(database, name);
  const login = await issueCredential(database, { company });
  await close();
  return { company, login };
}

test("a company's connections end, nothing of it stays or comes back, and a restore erases it again", async () => {
  expect((await (await start("data")).end("SIGINT")).code).toBe(0);
  const acme = await register("data", "Acme");
  const zubrowka = await register("data", "Zubrowka");
  const stack = await start("data");
  const connect = ({ company, login }: typeof acme) =>
    mqtt.connectAsync(stack.ready.mqttAddress, {
      clientId: company,
      protocolVersion: 4,
      reconnectPeriod: 0,
      ...login,
    });
  const publish = (client: mqtt.MqttClient, company: string, v: unknown) =>
    client.publishAsync(`sme/v1/${company}/plant/lathe/temperature`, JSON.stringify({ t: Date.now(), v }), {
      qos: 1,
    });
  const [ofAcme, ofZubrowka] = [await connect(acme), await connect(zubrowka)];
  for (const v of [20, 21, "no number", [1]]) {
    await publish(ofAcme, "acme", v);
    await publish(ofZubrowka, "zubrowka", v);
  }
  expect((await rollout("backup", file, "--data", at("data"), "--json")).errors).toBe("");

  const refused = await rollout("erase", "company", "Zubrowka", "--data", at("data"));
  expect([refused.code, refused.errors]).toEqual([
    2,
    expect.stringContaining("There is no terminal to ask at."),
  ]);
  const unknown = await erase("data", "company", "Nobody", "--yes");
  expect([unknown.code, unknown.output]).toEqual([
    2,
    expect.stringContaining('No company has the id or the name \\"Nobody\\".'),
  ]);
  const ended = new Promise<void>((resolve) => ofZubrowka.once("close", () => resolve()));
  const erased = await erase("data", "company", "Zubrowka", "--yes", "--by", "the data protection officer");
  expect(erased.code).toBe(0);
  const { removed, finishedAt, copies } = JSON.parse(erased.output);
  expect(removed).toMatchObject({ company: 1, machine: 2, credential: 2, raw: 2, rejected: 2 });
  expect(finishedAt).not.toBeNull();
  expect(copies.join(" ")).toMatch(/by 20\d\d-\d\d-\d\d/);
  await ended;
  await expect(connect(zubrowka)).rejects.toThrow("Bad username or password");
  // The others go on.
  await publish(ofAcme, "acme", 22);
  expect(await records("data")).toMatchObject([
    { kind: "company", orderedBy: "the data protection officer", subject: expect.stringMatching(/^sha256:/) },
  ]);
  expect(JSON.stringify(await records("data"))).not.toMatch(/zubrowka/i);
  await ofAcme.endAsync();
  expect((await stack.end("SIGINT")).code).toBe(0);
  expect(withRows(await rowsWith("data", "zubrowka"))).toEqual([]);
  const { raw, rejected } = await rowsWith("data", "acme");
  expect([raw, rejected]).toEqual([3, 2]);
  // Without the stores being opened.
  expect(await records("data")).toHaveLength(1);

  const restore = (data: string) =>
    rollout("restore", file, "--identity", at("key"), "--data", at(data), "--yes", "--json");
  const restored = await restore("data");
  expect(JSON.parse(restored.output)).toMatchObject({ companies: 2, erased: { companies: 1, people: 0 } });
  expect(withRows(await rowsWith("data", "zubrowka"))).toEqual([]);
  expect((await rowsWith("data", "acme")).raw).toBe(2);
  expect(await records("data")).toHaveLength(1);
  // The machine is lost: what was erased is known next to the backups.
  const elsewhere = await restore("elsewhere");
  expect(JSON.parse(elsewhere.output)).toMatchObject({ companies: 2, erased: { companies: 1, people: 0 } });
  expect(withRows(await rowsWith("elsewhere", "zubrowka"))).toEqual([]);
  expect(await records("elsewhere")).toHaveLength(1);
}, 900_000);

test("a stack that is killed while it erases goes on at its next start; a stopped one erases too", async () => {
  const { company, login } = await register("data", "Kilimanjaro");
  const stack = await start("data");
  const client = await mqtt.connectAsync(stack.ready.mqttAddress, { protocolVersion: 4, ...login });
  await client.publishAsync(`sme/v1/${company}/plant/lathe/temperature`, `{"t":${Date.now()},"v":1}`, {
    qos: 1,
  });
  await client.endAsync();
  const child = spawn(process.execPath, [
    join(packageRoot, "cli", "bin.mjs"),
    ...["erase", "company", company, file, "--data", at("data"), "--yes", "--json"],
  ]);
  const list = at("data", "za", "erasures.json");
  await until(() => existsSync(list) && JSON.parse(readFileSync(list, "utf8")).length === 2, { every: 1 });
  await stack.end("SIGKILL");
  await once(child, "close");
  const next = await start("data");
  await until(
    async () => (await records("data")).every((record: { finishedAt: unknown }) => record.finishedAt),
    {
      every: 500,
    },
  );
  const simulated = next.ready.logins.find(({ role }) => role === "company")!.email;
  expect((await next.end("SIGINT")).code).toBe(0);
  expect(withRows(await rowsWith("data", "kilimanjaro"))).toEqual([]);

  const person = await erase("data", "person", simulated, "--yes");
  expect(JSON.parse(person.output)).toMatchObject({ kind: "person", removed: { account: 1 } });
  expect(withRows(await rowsWith("data", simulated))).toEqual([]);
  // A simulated company that is erased stays away too.
  const id = /@(.*)\.example$/.exec(simulated)![1]!;
  expect((await erase("data", "company", id, "--yes")).code).toBe(0);
  const last = await start("data");
  expect((await last.end("SIGINT")).code).toBe(0);
  expect(withRows(await rowsWith("data", id))).toEqual([]);
}, 900_000);
