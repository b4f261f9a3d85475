import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Analytics } from "../../apps/analytics/analytics.ts";
import { calendarOf, shiftsBetween } from "../../apps/analytics/calendar.ts";
import { kpiByShift } from "../../apps/analytics/queries.ts";
import { type Factory, planFactories } from "../../apps/simulator/factories.ts";
import { type RegisteredMachine, registerFactories } from "../../apps/simulator/registration.ts";
import type { Simulator } from "../../apps/simulator/simulator.ts";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { type DataPath, startDataPath } from "../broker/data-path.ts";
import { rowsOf } from "../stores/rows.ts";
import { until } from "../until.ts";
import { isAlive, type Line, lineTo, restartBroker, startOn } from "./plant.ts";

const file = join(packageRoot, "countries", "za.yaml");
const { country } = loadCountry(file);
const rate = 0.5;

let path: DataPath;
let port: number;
let line: Line;
let factories: Factory[];
let machines: RegisteredMachine[];
let simulator: Simulator;

beforeAll(async () => {
  path = await startDataPath();
  port = path.broker.mqttsPort;
  line = await lineTo(port);
  factories = planFactories(country, { companies: 4, seed: 1 });
  machines = await registerFactories(path.database, factories);
  simulator = await startOn(path, { country, machines, port: line.port, rate });
  await simulator.caughtUp();
  // On a busy machine it continues to catch up after that.
  await until(() => simulator.status.caughtUp);
});

afterAll(async () => {
  await simulator.stop();
  line.close();
  expect(path.fatal).toEqual([]);
  await path.close();
});

const raw = <Row>(query: string) => rowsOf<Row>(path.store.reader, query, {});

/** A counter that falls would mean that its device lost the count. */
const fallsOfCounters = () =>
  raw<{ machine: string }>(
    `SELECT company, machine, channel, time, number, before FROM (
       SELECT *, lagInFrame(number, 1, number) OVER (PARTITION BY company, machine, channel ORDER BY time
         ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS before
       FROM raw WHERE channel IN ('produced', 'scrap', 'energy')) WHERE number < before`,
  );

/** Readings of the same machine, channel and time, and messages that the ingest refused. */
async function expectNothingTwiceOrRefused(): Promise<void> {
  expect(
    await raw("SELECT company, machine, channel, time FROM raw GROUP BY ALL HAVING count() > 1 LIMIT 5"),
  ).toEqual([]);
  expect(await raw("SELECT topic, reason, detail FROM rejected LIMIT 5")).toEqual([]);
}

describe("a first start", () => {
  test("brings every machine to the present, with all that was acknowledged stored once", async () => {
    expect(simulator.status).toMatchObject({ caughtUp: true, connected: machines.length, dropped: 0 });
    const { acknowledged } = simulator.status;
    const [stored] = await raw<{ readings: number; machines: number }>(
      "SELECT count() AS readings, uniq(company, machine) AS machines FROM raw",
    );
    expect(Number(stored!.readings)).toBeGreaterThanOrEqual(acknowledged);
    expect(Number(stored!.machines)).toBe(machines.length);
    await expectNothingTwiceOrRefused();
    expect(await raw("SELECT time FROM raw WHERE time > now64(3) + toIntervalSecond(1)")).toEqual([]);
  });

  test("gives whole shifts of figures at once", async () => {
    const { database, store } = path;
    const analytics = await Analytics.open({
      client: store.analytics,
      database,
      country,
      log: { warn: () => undefined },
    });
    await analytics.runOnce();
    await analytics.stop();
    const now = Date.now();
    const last = shiftsBetween(calendarOf(country), now - 10 * 86_400_000, now).findLast(
      (shift) => shift.to <= now,
    )!;
    const rows = await Promise.all(
      factories.map(({ id }) =>
        kpiByShift(store.reader, { company: id }, { from: last.shiftDate, to: last.shiftDate }),
      ),
    );
    const working = factories.filter(({ habit }) => habit.continuous || habit.shifts.includes(last.shift));
    const ofShift = rows.flat().filter((row) => row.from === last.from && row.complete);
    for (const factory of working) {
      const own = ofShift.filter((row) => row.company === factory.id);
      expect(own.map((row) => row.machine).sort()).toEqual(factory.machines.map((one) => one.machine).sort());
      for (const row of own) {
        expect(row.seconds.unknown! / ((row.to - row.from) / 1000)).toBeLessThan(0.01);
        expect(row.availability! > 0.2 && row.availability! <= 1).toBe(true);
        expect(row.effectiveness! > 0.5 && row.effectiveness! < 1.1).toBe(true);
        expect(row.qualityRatio! > 0.7 && row.qualityRatio! <= 1).toBe(true);
      }
    }
    expect(ofShift.length).toBeGreaterThan(0);
  });

  test.skipIf(!existsSync("/proc/self/environ"))("keeps passwords out of the process list", () => {
    const seen = ["cmdline", "environ"]
      .map((name) => readFileSync(`/proc/${simulator.status.processId}/${name}`, "utf8"))
      .join("\n");
    expect(seen).toContain("child.ts");
    for (const { password } of machines) expect(seen).not.toContain(password);
  });
});

/** Waits until all that the machines have measured is acknowledged, and looks for gaps in what is stored. */
async function expectNothingLost(from: number, to: number): Promise<void> {
  await until(() => simulator.status.connected === machines.length);
  // Readings that are always in flight do not count.
  const measured = simulator.status.acknowledged + simulator.status.waiting;
  await until(() => simulator.status.acknowledged >= measured);
  expect(simulator.status.dropped).toBe(0);
  for (const channel of ["produced", "energy"]) {
    const gaps = await rowsOf<{ machine: string; gap: number }>(
      path.store.reader,
      `SELECT company, machine, max(gap) AS gap FROM (
         SELECT company, machine, date_diff('millisecond', lagInFrame(time, 1, time) OVER (
           PARTITION BY company, machine ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), time) AS gap
         FROM raw WHERE channel = {channel:String} AND time BETWEEN fromUnixTimestamp64Milli({from:Int64})
           AND fromUnixTimestamp64Milli({to:Int64})
       ) GROUP BY company, machine`,
      { channel, from, to },
    );
    expect(gaps).toHaveLength(machines.length);
    // A reading every half second, whether the broker was there or not.
    for (const { gap } of gaps) expect(Number(gap)).toBe(rate * 1000);
  }
  await expectNothingTwiceOrRefused();
}

test("connections that are cut lose none of the messages sent over them", async () => {
  const before = Date.now() - 5000;
  for (let cuts = 0; cuts < 2; cuts += 1) {
    const { reconnects, waiting } = simulator.status;
    line.lose();
    await until(() => simulator.status.waiting > waiting + 12 * machines.length);
    line.cut();
    await until(() => simulator.status.reconnects >= reconnects + machines.length);
  }
  await expectNothingLost(before, Date.now());
});

test("while the broker is away devices keep their readings, and send them when it is back", async () => {
  const before = Date.now();
  await path.broker.close();
  await until(() => simulator.status.connected === 0);
  await until(() => simulator.status.waiting > 6 * machines.length);
  const broker = await restartBroker(path, port);
  await expectNothingLost(before - 5000, Date.now());
  await broker.close();
  Object.assign(path, { broker: await restartBroker(path, port) });
  await until(() => simulator.status.connected === machines.length);
});

test("a process that is killed is started again and continues from what is stored", async () => {
  const { processId } = simulator.status;
  process.kill(processId, "SIGKILL");
  await until(() => simulator.status.failure?.includes("SIGKILL") === true);
  await until(() => simulator.status.processId !== processId && simulator.status.caughtUp);
  expect(simulator.status.connected).toBe(machines.length);
  expect(await fallsOfCounters()).toEqual([]);
  await expectNothingTwiceOrRefused();
});

test("a restart continues the counters, with new passwords", async () => {
  const { processId } = simulator.status;
  await simulator.stop();
  expect(isAlive(processId)).toBe(false);
  await until(() => path.ingest.flow.waiting === 0);
  const [last] = await raw<{ newest: string; produced: number }>(
    "SELECT toUnixTimestamp64Milli(max(time)) AS newest, max(number) AS produced FROM raw WHERE channel = 'produced'",
  );
  machines = await registerFactories(path.database, factories);
  simulator = await startOn(path, { country, machines, port: line.port, rate });
  await until(() => simulator.status.caughtUp);
  expect(simulator.status).toMatchObject({ connected: machines.length });
  expect(await fallsOfCounters()).toEqual([]);
  await expectNothingTwiceOrRefused();
  const [now] = await raw<{ newest: string; produced: number }>(
    "SELECT toUnixTimestamp64Milli(max(time)) AS newest, max(number) AS produced FROM raw WHERE channel = 'produced'",
  );
  expect(Number(now!.newest)).toBeGreaterThan(Number(last!.newest));
  expect(now!.produced).toBeGreaterThanOrEqual(last!.produced);
});

test("the process ends by itself when its parent is killed", async () => {
  const parent = fork(fileURLToPath(new URL("./orphan.ts", import.meta.url)), [file, path.certificates.ca], {
    execArgv: [],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const told = await new Promise<string>((resolve) =>
    parent.stdout!.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8"))),
  );
  const { processId, failure } = JSON.parse(told) as { processId: number; failure: string };
  expect(failure).toMatch(/ECONNREFUSED/);
  expect(isAlive(processId)).toBe(true);
  parent.kill("SIGKILL");
  await until(() => !isAlive(processId));
});
