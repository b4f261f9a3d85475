/** Ingest with the real engine: a settled message is stored once, and rollups agree, whatever fails meanwhile. */
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Ingest } from "../../apps/ingest/ingest.ts";
import { MachineRegistry } from "../../apps/ingest/machine-registry.ts";
import type { RelationalStore } from "../../stores/relational/database.ts";
import { machine } from "../../stores/relational/schema.ts";
import { registerTestCompany } from "../broker/data-path.ts";
import { openTestRelational, openTestTimeSeries, type TestTimeSeriesStore } from "../stores/open.ts";
import { disagreements, insertRaw, rowsOf, storedCountry } from "../stores/rows.ts";

const timezone = "Asia/Kolkata";
const country = storedCountry(timezone, { raw: "P20Y", minute: "P20Y", hour: "P20Y", day: "P20Y" });
const day = 86_400_000;

let store: TestTimeSeriesStore;
let relational: RelationalStore;
let ingest: Ingest;
let fatal: Error[];
let warnings: string[];
let logged: string[];
/** Each test has a channel of its own. */
let channel: string;
let tests = 0;

beforeAll(async () => {
  store = await openTestTimeSeries(country);
  relational = await openTestRelational();
  await registerTestCompany(relational.database, "Acme");
});
afterAll(async () => {
  await relational.close();
  await store.close();
});
beforeEach(async () => {
  fatal = [];
  warnings = [];
  logged = [];
  tests += 1;
  channel = `channel-${tests}`;
  ingest = await open();
});
afterEach(async () => {
  await ingest.stop();
  expect(await disagreements(store.reader, timezone)).toEqual([]);
});

function open(): Promise<Ingest> {
  return Ingest.open({
    client: store.writer,
    country,
    registry: new MachineRegistry(relational.database),
    log: {
      warn: (fields, message) => {
        warnings.push(message);
        logged.push(JSON.stringify(fields));
      },
    },
    onFatal: (error) => fatal.push(error),
  });
}

interface Sent {
  readonly machine?: string;
  readonly channel?: string;
  readonly redelivered?: boolean;
}

/** @returns once ingest has settled the message. */
function send(payload: unknown, sent: Sent = {}, to = ingest): Promise<void> {
  return new Promise((resolve, reject) =>
    to.accept(
      {
        company: "acme",
        topic: `sme/v1/acme/plant/${sent.machine ?? "lathe"}/${sent.channel ?? channel}`,
        payload: Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)),
        redelivered: sent.redelivered ?? false,
      },
      (error) => (error === undefined ? resolve() : reject(error)),
    ),
  );
}

interface Stored {
  readonly time: number;
  readonly number: number | null;
  readonly text: string;
}

const stored = (of = channel) =>
  rowsOf<Stored>(
    store.reader,
    "SELECT toUnixTimestamp64Milli(time) AS time, number, text FROM raw WHERE channel = {of:String} ORDER BY time",
    { of },
  );
const rejected = (of = channel) =>
  rowsOf<{ reason: string; readings: number; detail: string; payload: string }>(
    store.reader,
    "SELECT reason, readings, detail, payload FROM rejected WHERE topic LIKE {topic:String} ORDER BY received_at",
    { topic: `%/${of}` },
  );
const command = (query: string) => store.writer.command({ query });

const awkwardTexts = [
  "\\N",
  "\\",
  "a\tb\nc\rd",
  "\0",
  "'; DROP TABLE raw; --",
  "\\'",
  '{"a":1}',
  "\ud800",
  "",
];

test("what is settled is in the store, value by value", async () => {
  const now = Date.now();
  let time = now - 5000;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()), {
          minLength: 20,
          maxLength: 60,
        }),
        fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 100 }), fc.constantFrom(...awkwardTexts)), {
          minLength: 20,
          maxLength: 60,
        }),
      ),
      async (values) => {
        const from = time + 1;
        const items = values.map((v) => ({ t: ++time, v }));
        // A channel has numbers or texts.
        const to = typeof values[0] === "number" ? channel : `${channel}-texts`;
        await send(items, { channel: to });
        const rows = (await stored(to)).filter((row) => row.time >= from);
        expect(rows).toEqual(
          items.map(({ t, v }) => ({
            time: t,
            number: typeof v === "number" ? v + 0 : null,
            text: typeof v === "number" ? "" : v.toWellFormed(),
          })),
        );
        // The same again, as read from the store, is known as the same.
        const { duplicates } = ingest.flow;
        await send(items, { channel: to });
        expect(ingest.flow.duplicates - duplicates).toBe(items.length);
      },
    ),
    { numRuns: 12, seed: 7 },
  );
  expect(await rejected()).toEqual([]);
});

test("a message sent twice is stored once: in one batch, in a later one, after a start, out of order", async () => {
  const t = Date.now() - 60_000;
  const one = { t, v: 1 };
  await Promise.all([send(one), send(one), send([one, one]), send({ t: t + 1, v: 2 })]);
  await send(one, { redelivered: true });
  await send([{ t: t - 10, v: 3 }, { t: t - 20, v: 4 }, one, { t: t - 10, v: 3 }]);
  await ingest.stop();
  ingest = await open();
  await send(
    [
      { t: t - 20, v: 4 },
      { t: t + 1, v: 2 },
      { t: t + 2, v: 5 },
    ],
    { redelivered: true },
  );
  await send({ t: t + 2, v: 5 });
  expect(await stored()).toEqual(
    [
      [t - 20, 4],
      [t - 10, 3],
      [t, 1],
      [t + 1, 2],
      [t + 2, 5],
    ].map(([time, number]) => ({ time, number, text: "" })),
  );
  expect(await rejected()).toEqual([]);
});

test("another value at a time that has one is rejected, once however often it is sent again", async () => {
  const t = Date.now() - 60_000;
  await Promise.all([send({ t, v: 1 }), send({ t, v: 2 })]);
  await send([
    { t, v: 4 },
    { t: t + 1, v: 0 },
    { t, v: 3 },
  ]);
  await send({ t, v: 2 }, { redelivered: true });
  await ingest.stop();
  ingest = await open();
  await send({ t, v: 2 }, { redelivered: true });
  expect((await stored()).map((row) => row.number)).toEqual([1, 0]);
  const rows = await rejected();
  expect(rows.map(({ reason, readings }) => [reason, readings])).toEqual([
    ["time-conflict", 1],
    ["time-conflict", 2],
  ]);
  expect(rows[0]!.detail).toContain("Another value (1) is already stored");
});

test("a message that cannot be used is kept with its reason and counted, once when it is sent again", async () => {
  await send('{"t":', { redelivered: false });
  await send('{"t":', { redelivered: true });
  await send({ t: Date.now(), v: 1 }, { machine: "unknown" });
  expect((await rejected()).map((row) => row.reason)).toEqual([
    "payload-malformed",
    "machine-not-registered",
  ]);
  expect(ingest.flow).toMatchObject({
    messages: 3,
    stored: 0,
    rejected: 2,
    rejectedByReason: { "payload-malformed": 1, "machine-not-registered": 1 },
    waiting: 0,
  });
});

test("a number in quotes is the number where the channel has numbers, and no text hides those", async () => {
  const now = Date.now();
  const at = (index: number) => now - 60_000 + index;
  await send({ t: at(0), v: "21.5" });
  await send({ t: at(1), v: 20 });
  await send({ t: at(2), v: "21.5" });
  await ingest.stop();
  // After a start what the store has tells it.
  ingest = await open();
  await send([
    { t: at(3), v: " -2e1 " },
    { t: at(4), v: "21,5" },
    { t: at(5), v: "sensor fault" },
  ]);
  expect((await stored()).map(({ number, text }) => [number, text])).toEqual([
    [20, ""],
    [21.5, ""],
    [-20, ""],
  ]);
  const refused = await rejected();
  expect(refused.map(({ reason, readings }) => [reason, Number(readings)])).toEqual([
    ["value-malformed", 1],
    ["value-malformed", 2],
  ]);
  expect(refused[0]!.detail).toContain("send it without quotes");
  expect(refused[1]!.detail).toContain("has numbers");
});

test("a channel of texts keeps those that look like numbers, and another value of one time is told", async () => {
  const time = Date.now() - 60_000;
  await send({ t: time, v: "A-4711" });
  await send({ t: time + 1, v: "4711" });
  expect((await stored()).map(({ number, text }) => [number, text])).toEqual([
    [null, "A-4711"],
    [null, "4711"],
  ]);
  const measured = "temperature";
  await send({ t: time, v: "21.5" }, { channel: measured });
  await send({ t: time, v: "21.6" }, { channel: measured });
  const [conflict] = await rejected(measured);
  expect(conflict?.reason).toBe("time-conflict");
  expect(conflict?.detail).toContain("21.5");
});

test("a machine is accepted soon after it is registered, and refused soon after it is removed", async () => {
  const registry = new MachineRegistry(relational.database);
  const keys = ["acme/plant/press", "acme/plant/lathe", "acme/plant", "x/y/z"];
  const now = Date.now();
  expect(await registry.unregistered(keys, now)).toEqual(
    new Set(["acme/plant/press", "acme/plant", "x/y/z"]),
  );
  await relational.database.insert(machine).values({
    companyId: "acme",
    siteId: "plant",
    id: "press",
    name: "Press",
    kind: "press",
    plannedRunTimePerItem: 1,
  });
  expect(await registry.unregistered(["acme/plant/press"], now + 1000)).toEqual(
    new Set(["acme/plant/press"]),
  );
  expect(await registry.unregistered(["acme/plant/press"], now + 3000)).toEqual(new Set());
  await relational.database.execute("DELETE FROM machine WHERE id = 'press'");
  expect(await registry.unregistered(["acme/plant/press"], now + 70_000)).toEqual(
    new Set(["acme/plant/press"]),
  );
});

test("a machine has at most 200 channels, and keeps those after a start", async () => {
  const t = Date.now();
  const machine = "mill";
  await Promise.all(
    Array.from({ length: 200 }, (_, index) => send({ t, v: 1 }, { machine, channel: `c-${index}` })),
  );
  await send({ t, v: 1 }, { machine });
  await ingest.stop();
  ingest = await open();
  await send({ t, v: 1 }, { machine });
  await send({ t: t + 1, v: 1 }, { machine, channel: "c-7" });
  expect((await rejected()).map((row) => row.reason)).toEqual(["too-many-channels", "too-many-channels"]);
  expect(await stored("c-7")).toHaveLength(2);
});

test("an insert that fails is tried again until it succeeds, and nothing is stored twice", async () => {
  const t = Date.now() - 1000;
  await send({ t, v: 0 });
  await command("DETACH TABLE rollup_hour");
  let settled = 0;
  const sent = Array.from({ length: 50 }, (_, index) =>
    send({ t: t + 1 + index, v: index }).then(() => (settled += 1)),
  );
  while (ingest.flow.failure === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(settled).toBe(0);
  await command("ATTACH TABLE rollup_hour");
  await Promise.all(sent);
  expect(ingest.flow.failure).toBeUndefined();
  expect(await stored()).toHaveLength(51);
  expect(ingest.flow).toMatchObject({ stored: 51, duplicates: 0 });
});

test("an insert of which raw was stored and a rollup was not counts once", async () => {
  const t = Date.now() - 1000;
  // The views' inserts fail half-way, as they would without enough memory.
  await command("ALTER TABLE rollup_hour ADD COLUMN broken UInt8 DEFAULT throwIf(samples >= 0, 'no memory')");
  const sent = Array.from({ length: 50 }, (_, index) => send({ t: t + 1 + index, v: index }));
  while (ingest.flow.failure === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await stored()).toHaveLength(50);
  expect(await disagreements(store.reader, timezone)).not.toEqual([]);
  await command("ALTER TABLE rollup_hour DROP COLUMN broken");
  await Promise.all(sent);
  expect(await stored()).toHaveLength(50);
  expect(ingest.flow).toMatchObject({ stored: 50, duplicates: 0 });
});

test("readings are accepted from two days before raw ones of their age are deleted to ten minutes ahead", async () => {
  const now = Date.now();
  const minute = 60_000;
  const oldest = now - 20 * 365 * day;
  await send({ t: now + 9 * minute, v: 1 });
  await send({ t: now + 11 * minute, v: 2 });
  await send({ t: oldest + 3 * day, v: 3 });
  await send({ t: oldest + day, v: 4 });
  expect((await stored()).map(({ number }) => number)).toEqual([3, 1]);
  expect((await rejected()).map(({ reason }) => reason)).toEqual(["time-out-of-range", "time-out-of-range"]);
});

test("a message that the store refuses delays no other", async () => {
  const t = Date.now() - 1000;
  await command("ALTER TABLE raw ADD CONSTRAINT small CHECK number < 1000");
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => send({ t: t + index, v: index === 13 ? 5432.25 : index })),
  );
  await command("ALTER TABLE raw DROP CONSTRAINT small");
  expect(await stored()).toHaveLength(39);
  expect(await rejected()).toEqual([
    expect.objectContaining({
      reason: "refused-by-store",
      readings: 1,
      payload: JSON.stringify({ t: t + 13, v: 5432.25 }),
    }),
  ]);
  // The engine's message quotes the value. It is the company's, and the log is not.
  expect(logged.join()).toContain("VIOLATED_CONSTRAINT");
  expect(logged.join()).not.toContain("5432");
});

test("above the limit of memory callers are asked to wait, and are told when there is room", async () => {
  const t = Date.now() - 100_000;
  let relieved = 0;
  ingest.onRelieved(() => (relieved += 1));
  await command("DETACH TABLE rollup_hour");
  const sent: Promise<void>[] = [];
  while (!ingest.saturated) sent.push(send({ t: t + sent.length, v: 1 }));
  expect(sent.length).toBeLessThanOrEqual(50_000);
  expect(relieved).toBe(0);
  await command("ATTACH TABLE rollup_hour");
  await Promise.all(sent);
  expect(ingest.saturated).toBe(false);
  expect(relieved).toBeGreaterThan(0);
  expect(await stored()).toHaveLength(sent.length);
});

test("a stop commits what came in and refuses what comes later", async () => {
  const t = Date.now() - 1000;
  const sent = Array.from({ length: 500 }, (_, index) => send({ t: t + index, v: 1 }));
  const stopped = ingest.stop();
  await expect(send({ t: t + 600, v: 1 })).rejects.toThrow("stopping");
  await stopped;
  await Promise.all(sent);
  expect(await stored()).toHaveLength(500);
});

test("a stop while the store fails gives up after a few attempts, with an error", async () => {
  await command("DETACH TABLE rollup_hour");
  const sent = send({ t: Date.now(), v: 1 });
  const refused = expect(sent).rejects.toThrow("rollup_hour");
  while (ingest.flow.failure === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  await ingest.stop();
  await refused;
  await command("ATTACH TABLE rollup_hour");
  expect(await stored()).toEqual([]);
  expect(fatal).toEqual([]);
});

test("a start repairs rollups that a killed process left behind, and reads what raw has", async () => {
  const t = Date.now() - 60_000;
  await send({ t: t - 1, v: 0 });
  await ingest.stop();
  await command("DETACH TABLE rollup_minute_view");
  const rows = Array.from({ length: 10 }, (_, index) => ({
    channel,
    time: t + index,
    number: index,
    receivedAt: Date.now() + 1000,
  }));
  await insertRaw(store.writer, rows);
  await command("ATTACH TABLE rollup_minute_view");
  ingest = await open();
  expect(warnings).toEqual(["rollups lacked readings of the last run and were repaired"]);
  await Promise.all(rows.map(({ time, number }) => send({ t: time, v: number }, { redelivered: true })));
  expect(await stored()).toHaveLength(11);
  expect(ingest.flow).toMatchObject({ stored: 0, duplicates: 10 });
});

test("each insert is received later than the one before, whatever the clock says", async () => {
  const t = Date.now() - 1000;
  for (const index of [0, 1, 2]) await send({ t: t + index, v: index });
  const times = await rowsOf<{ at: number }>(
    store.reader,
    "SELECT toUnixTimestamp64Milli(received_at) AS at FROM raw WHERE channel = {channel:String} ORDER BY time",
    { channel },
  );
  const newest = await rowsOf<{ at: number }>(
    store.reader,
    "SELECT toUnixTimestamp64Milli(max(received_at)) AS at FROM raw",
  );
  expect(new Set(times.map((row) => row.at)).size).toBe(3);
  expect(times[2]!.at).toBe(newest[0]!.at);
});

// Last, because its parts of many months slow down later tests.
test("readings of more months than the engine's default limit are inserted together", async () => {
  const now = Date.now();
  const items = Array.from({ length: 110 }, (_, index) => ({ t: now - index * 31 * day, v: index }));
  await send(items);
  expect(await stored()).toHaveLength(110);
  await send(items, { redelivered: true });
  expect(await stored()).toHaveLength(110);
});
