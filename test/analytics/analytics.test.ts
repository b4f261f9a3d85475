import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Analytics } from "../../apps/analytics/analytics.ts";
import { leftOutByCompany, leftOutOf } from "../../apps/analytics/queries.ts";
import { company, machine as machineTable } from "../../stores/relational/schema.ts";
import { countryWith, threeShifts } from "./country.ts";
import type { RawReading } from "./reference.ts";
import { Stores } from "./stores.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** 06:00 in Istanbul, when the morning shift starts. */
const morning = Date.UTC(2026, 2, 3, 3);
const country = countryWith();

let stores: Stores;
beforeAll(async () => {
  stores = await Stores.open(country);
});
afterAll(() => stores.close());
beforeEach(() => stores.empty());

const lathe = { company: "acme", site: "main", machine: "lathe", plannedRunTimePerItem: 10 };

function send(
  channel: string,
  values: readonly (readonly [time: number, value: number | string])[],
  machine = lathe,
): RawReading[] {
  const { company, site, machine: id } = machine;
  return values.map(([time, value]) => ({
    company,
    site,
    machine: id,
    channel,
    time,
    number: typeof value === "number" ? value : null,
    text: typeof value === "number" ? "" : value,
  }));
}

/** Produces without a stop, an item every ten seconds, and says so every minute. */
function working(from: number, to: number, machine = lathe, counted = 0): RawReading[] {
  const times = Array.from({ length: (to - from) / minute }, (_, index) => from + index * minute);
  return [
    ...send(
      "state",
      times.map((time) => [time, "producing"]),
      machine,
    ),
    ...send(
      "produced",
      times.map((time, index) => [time, counted + index * 6]),
      machine,
    ),
    ...send(
      "scrap",
      times.map((time) => [time, 0]),
      machine,
    ),
  ];
}

async function rowOf(from: number) {
  const rows = (await stores.rows()).filter((row) => row.from === from);
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

describe("planned run time per item", () => {
  const change = (seconds: number) =>
    stores.relational.database
      .update(machineTable)
      .set({ plannedRunTimePerItem: seconds })
      .where(and(eq(machineTable.companyId, "acme"), eq(machineTable.id, "lathe")));

  test("a change applies to the shift in progress and not to those that have ended", async () => {
    await stores.register([lathe]);
    let now = morning + 9 * hour;
    const analytics = await stores.analytics({ clock: () => now });
    await stores.insert(working(morning, now));
    await analytics.runOnce();
    await change(5);
    now += 10 * minute;
    // Late readings of the shift that has ended: it is computed again.
    await stores.insert(
      send("energy", [[morning + hour, 1]]).map((one) => ({ ...one, receivedAt: now - second })),
    );
    await analytics.runOnce();
    expect(await rowOf(morning)).toMatchObject({ plannedRunTimePerItem: 10, energyKilowattHours: 0 });
    expect(await rowOf(morning + 8 * hour)).toMatchObject({ plannedRunTimePerItem: 5, complete: false });
  });
});

test("a counter that reads every second, up and down, fits into the memory of a query", async () => {
  await stores.register([lathe]);
  const until = morning + 8 * hour;
  const seconds = Array.from({ length: (until - morning) / second }, (_, index) => index);
  const readings = seconds.map((index) => [morning + index * second, Math.floor(index / 10)] as const);
  // Each fall is one of the readings that are kept.
  const falling = seconds.map((index) => [morning + index * second, index % 2] as const);
  await stores.insert([
    ...working(morning, until).filter(({ channel }) => channel === "state"),
    ...send("produced", readings),
    ...send("scrap", falling),
  ]);
  await (await stores.analytics({ clock: () => until + hour })).runOnce();
  expect(await rowOf(morning)).toMatchObject({ produced: 2879, complete: true });
}, 60_000);

describe("an open shift", () => {
  test("is provisional, and complete when it has ended, even without further readings", async () => {
    await stores.register([lathe]);
    let now = morning + 2 * hour;
    await stores.insert(working(morning, now));
    await (await stores.analytics({ clock: () => now })).runOnce();
    expect(await rowOf(morning)).toMatchObject({
      complete: false,
      plannedBusySeconds: 7200,
      actualProductionSeconds: 7200,
      availability: 1,
    });
    // Nothing ran for two days.
    now += 2 * day;
    await (await stores.analytics({ clock: () => now })).runOnce();
    const row = await rowOf(morning);
    expect(row.complete).toBe(true);
    expect(row.actualProductionSeconds).toBe(2 * 3600 - 60 + 300);
    expect(row.seconds.unknown).toBe(8 * 3600 - row.actualProductionSeconds!);
    expect(await stores.rows()).toHaveLength(1);
  });

  test("is shown as one row, however often it was computed", async () => {
    await stores.register([lathe]);
    let now = morning + minute;
    const analytics = await stores.analytics({ clock: () => now });
    for (let run = 0; run < 6; run += 1) {
      await stores.insert(working(now - minute, now, lathe, run * 6));
      await analytics.runOnce();
      now += minute;
    }
    expect((await rowOf(morning)).produced).toBe(30);
  });
});

describe("a changed calendar", () => {
  const shorter = countryWith({
    shifts: [
      { ...threeShifts[0]!, start: "07:00", end: "12:00" },
      { ...threeShifts[1]!, start: "12:00" },
      threeShifts[2]!,
    ],
  });

  test("replaces the rows whose readings are still stored, and those that a killed run left", async () => {
    await stores.register([lathe]);
    const now = morning + 2 * day;
    await stores.insert(working(morning, morning + 8 * hour));
    await (await stores.analytics({ clock: () => now })).runOnce();
    expect((await stores.rows()).map((row) => [row.from, row.to])).toEqual([[morning, morning + 8 * hour]]);
    const dying = await stores.analytics({
      clock: () => now,
      country: shorter,
      client: new Proxy(stores.timeSeries.analytics, {
        get: (target, name) =>
          name === "command"
            ? () => Promise.reject(new Error("the engine is gone"))
            : Reflect.get(target, name).bind(target),
      }),
    });
    await expect(dying.runOnce()).rejects.toThrow("the engine is gone");
    await (await stores.analytics({ clock: () => now, country: shorter })).runOnce();
    const rows = await stores.rows();
    expect(rows.map((row) => [row.from, row.to, row.shift, row.produced])).toEqual([
      // Counting starts at the first reading.
      [morning + hour, morning + 6 * hour, "morning", 5 * 360],
      [morning + 6 * hour, morning + 16 * hour, "afternoon", 2 * 360 - 6],
    ]);
  });
});

test("all is computed again when the store has got more shards: a company may be on another one", async () => {
  await stores.register([lathe]);
  const now = morning + 2 * day;
  await stores.insert(working(morning, morning + 8 * hour));
  const runOn = async (shards: number) => {
    const layout = { ...stores.timeSeries.layout, shards: async () => shards };
    const analytics = await stores.analytics({ clock: () => now, layout });
    await analytics.runOnce();
    return analytics.status.rows;
  };
  expect([await runOn(1), await runOn(1), await runOn(2), await runOn(2)]).toEqual([1, 0, 1, 0]);
  expect(await stores.rows()).toHaveLength(1);
});

describe("late readings", () => {
  const received = (readings: readonly RawReading[], receivedAt: number) =>
    readings.map((reading) => ({ ...reading, receivedAt }));

  test("whose batch took minutes to commit are found", async () => {
    await stores.register([lathe]);
    let now = morning + 12 * hour;
    await stores.insert(working(morning, morning + 8 * hour));
    const analytics = await stores.analytics({ clock: () => now });
    await analytics.runOnce();
    const receivedAt = now + minute;
    const early = send("energy", [[morning + hour, 0]]);
    const slow = send("energy", [[morning + hour + second, 3]]);
    const slower = send("energy", [[morning + 2 * hour, 9]]);
    await stores.insert(received(early, receivedAt));
    now += 2 * minute;
    await analytics.runOnce();
    expect((await rowOf(morning)).energyKilowattHours).toBe(0);
    // Received in the same minute and of the same quarter of an hour as one that the last run included.
    await stores.insert(received(slow, receivedAt));
    now += minute;
    await analytics.runOnce();
    expect((await rowOf(morning)).energyKilowattHours).toBe(3);
    // The process was restarted in between.
    await stores.insert(received(slower, receivedAt));
    now += minute;
    await (await stores.analytics({ clock: () => now })).runOnce();
    expect((await rowOf(morning)).energyKilowattHours).toBe(9);
  });

  test("change the next shift that has a row, however far ahead", async () => {
    await stores.register([lathe]);
    let now = morning + 30 * hour;
    const night = morning + 16 * hour;
    await stores.insert([
      ...working(morning, morning + 7 * hour),
      ...send("produced", [[night + minute, 3000]]),
      ...send("energy", [[night + minute, 1]]),
    ]);
    const analytics = await stores.analytics({ clock: () => now });
    await analytics.runOnce();
    expect((await rowOf(night)).produced).toBe(3000 - (7 * 360 - 6));
    now += minute;
    await stores.insert(received(send("produced", [[morning + 7.5 * hour, 2900]]), now - second));
    await analytics.runOnce();
    expect((await rowOf(night)).produced).toBe(100);
    expect((await rowOf(morning)).produced).toBe(2900);
  });

  test("of the very end of a shift count in it", async () => {
    await stores.register([lathe]);
    let now = morning + 12 * hour;
    await stores.insert(working(morning, morning + 8 * hour));
    const analytics = await stores.analytics({ clock: () => now });
    await analytics.runOnce();
    now += minute;
    await stores.insert(received(send("produced", [[morning + 8 * hour, 8 * 360]]), now - second));
    await analytics.runOnce();
    expect((await rowOf(morning)).produced).toBe(8 * 360);
  });
});

test("a counter that reads 0 once counts as if it hadn't, and what was left out is said", async () => {
  const press = { ...lathe, machine: "press" };
  await stores.register([lathe, press]);
  const now = morning + 9 * hour;
  const readings = working(morning, morning + 8 * hour, press, 50_000);
  await stores.insert(working(morning, morning + 8 * hour, lathe, 50_000));
  await stores.insert(
    readings.map((reading) =>
      reading.channel === "produced" && reading.time === morning + 3 * hour
        ? { ...reading, number: 0 }
        : reading,
    ),
  );
  await (await stores.analytics({ clock: () => now })).runOnce();
  const rows = (await stores.rows()).filter((row) => row.from === morning);
  expect(rows.map(({ machine, produced }) => [machine, produced])).toEqual([
    ["lathe", 479 * 6],
    ["press", 479 * 6],
  ]);
  const period = { from: rows[0]!.shiftDate, to: rows[0]!.shiftDate };
  const leftOut = (machine: typeof lathe) => leftOutOf(stores.timeSeries.reader, machine, period);
  expect([await leftOut(lathe), await leftOut(press)]).toEqual([0, 1]);
  expect(await leftOutByCompany(stores.timeSeries.reader, period)).toEqual(new Map([[lathe.company, 1]]));
});

test("a machine that goes down as the shift starts has failed in that shift", async () => {
  await stores.register([lathe]);
  const now = morning + hour;
  const energy = Array.from({ length: 240 }, (_, at): [number, number] => [
    morning - 3 * hour + at * minute,
    at,
  ]);
  await stores.insert([
    ...send("energy", energy),
    ...send("state", [
      [morning - 3 * hour, "idle"],
      [morning, "down"],
    ]),
  ]);
  await (await stores.analytics({ clock: () => now })).runOnce();
  const row = await rowOf(morning);
  expect(row).toMatchObject({ failures: 1, secondsToRepair: 3600 });
  expect(row.seconds).toMatchObject({ down: 3600, idle: 0, unknown: 0 });
});

describe("the clock set back", () => {
  test("loses no late readings, and no older row replaces a newer one", async () => {
    await stores.register([lathe]);
    let now = morning + 9 * hour;
    const analytics = await stores.analytics({ clock: () => now });
    await stores.insert(working(morning, morning + 8 * hour));
    await analytics.runOnce();
    now -= 30 * minute;
    await stores.insert(
      send("energy", [
        [morning + minute, 0],
        [morning + hour, 7],
      ]).map((one) => ({ ...one, receivedAt: now - minute })),
    );
    await (await stores.analytics({ clock: () => now })).runOnce();
    expect((await rowOf(morning)).energyKilowattHours).toBe(7);
  });
});

describe("the job itself", () => {
  const broken = () =>
    new Proxy(stores.timeSeries.analytics, {
      get: (target, name) =>
        name === "query"
          ? () => Promise.reject(new Error("no disk"))
          : Reflect.get(target, name).bind(target),
    });

  test("keeps a failure in its status, logs it, and continues after it", async () => {
    await stores.register([lathe]);
    const now = morning + hour;
    await stores.insert(working(morning, now));
    let fails = false;
    const client = new Proxy(stores.timeSeries.analytics, {
      get: (target, name) => Reflect.get(fails && name === "query" ? broken() : target, name).bind(target),
    });
    const analytics = await stores.analytics({ clock: () => now, client });
    fails = true;
    await expect(analytics.runOnce()).rejects.toThrow("no disk");
    expect(analytics.status).toMatchObject({ failure: "no disk", lastRun: now });
    expect(analytics.status.lagMilliseconds).toBeUndefined();
    fails = false;
    await analytics.runOnce();
    expect(analytics.status).toEqual({
      lastRun: now,
      durationMilliseconds: expect.any(Number),
      rows: 1,
      rowsTotal: 1,
      lagMilliseconds: 0,
    });
  });

  test("started with a broken engine it does not end the process, and can be stopped", async () => {
    const analytics = await stores.analytics({ clock: () => morning });
    const failing = Object.assign(analytics as Analytics, {});
    await stores.timeSeries.writer.command({ query: "RENAME TABLE raw TO raw_away" });
    failing.start();
    while (failing.status.failure === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await stores.timeSeries.writer.command({ query: "RENAME TABLE raw_away TO raw" });
    await failing.stop();
    expect(failing.status.failure).toMatch(/raw/);
  });

  test("runs requested at the same time run one after another", async () => {
    await stores.register([lathe]);
    const now = morning + hour;
    await stores.insert(working(morning, now));
    const analytics = await stores.analytics({ clock: () => now });
    await Promise.all([analytics.runOnce(), analytics.runOnce(), analytics.runOnce()]);
    expect(await stores.rows()).toHaveLength(1);
  });

  test("does not compute late shifts again", async () => {
    await stores.register([lathe]);
    let now = morning + 9 * hour;
    await stores.insert(working(morning, morning + 8 * hour));
    const analytics = await stores.analytics({ clock: () => now });
    await analytics.runOnce();
    const late = send("energy", [[morning + hour, 1]]).map((one) => ({ ...one, receivedAt: now + second }));
    await stores.insert(late);
    now += 10 * second;
    await analytics.runOnce();
    expect(analytics.status.rows).toBe(1);
    for (let run = 0; run < 3; run += 1) {
      now += 10 * second;
      await analytics.runOnce();
      expect(analytics.status.rows).toBe(0);
    }
  });

  test("ignores machines that are no longer registered", async () => {
    await stores.register([lathe]);
    const now = morning + hour;
    await stores.insert(working(morning, now));
    await stores.relational.database.delete(machineTable);
    const analytics = await stores.analytics({ clock: () => now });
    await analytics.runOnce();
    expect(await stores.rows()).toEqual([]);
  });
});

test("erasing a company deletes its rows from every table, and no other rows", async () => {
  const other = { ...lathe, company: "acme-2" };
  await stores.register([lathe, other]);
  const now = morning + 9 * hour;
  await stores.insert([...working(morning, now), ...working(morning, now, other)]);
  for (const id of ["acme", "acme-2"])
    await stores.timeSeries.writer.insert({
      table: "rejected",
      values: [
        {
          received_at: "2026-03-03 03:00:00.000",
          company: id,
          topic: "t",
          payload: "p",
          reason: "r",
          detail: "d",
        },
      ],
      format: "JSONEachRow",
    });
  const analytics = await stores.analytics({ clock: () => now });
  await analytics.runOnce();
  await stores.relational.database.delete(company).where(eq(company.id, "acme"));
  await Promise.all([analytics.runOnce(), analytics.eraseCompany("acme"), analytics.runOnce()]);
  const tables = ["raw", "rejected", "rollup_minute", "rollup_hour", "rollup_day", "kpi_shift"];
  for (const table of tables) {
    const result = await stores.timeSeries.reader.query({
      query: `SELECT company, count() AS rows FROM ${table} GROUP BY company`,
      format: "JSONEachRow",
    });
    expect((await result.json<{ company: string }>()).map((row) => row.company)).toEqual(["acme-2"]);
  }
  await analytics.eraseCompany("'; DROP TABLE raw; --");
  expect(await stores.rows()).toHaveLength(2);
});
