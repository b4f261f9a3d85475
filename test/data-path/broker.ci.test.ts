/** Machines, RabbitMQ, the web app's login checks and ingest together: who gets in, what is stored, what is refused. */
import type { MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ReadingsTaker, takeReadings } from "../../apps/ingest/take-readings.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { insertsEnd } from "../../stores/time-series/running-inserts.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../stores/time-series/store.ts";
import { country, reading } from "../broker/data-path.ts";
import { disagreements, rowsOf } from "../stores/rows.ts";
import { until } from "../until.ts";
import { rabbitmqIsMissing } from "./rabbitmq.ts";
import { Cluster } from "./stack.ts";

if (rabbitmqIsMissing) console.log(`Tests with RabbitMQ are left out: ${rabbitmqIsMissing}.`);
const withRabbitmq = test.skipIf(rabbitmqIsMissing !== undefined);

const lathe = "acme/plant/lathe";
const machines = [lathe, "acme/plant/mill", "other/plant/lathe"];
let cluster: Cluster;
let store: TimeSeriesStore;
const takers = new Set<ReadingsTaker>();

async function startIngest(): Promise<ReadingsTaker> {
  const taker = await takeReadings({
    ...cluster.consuming,
    client: store.writer,
    country,
    ingests: async () => takers.size,
    insertsSettle: () => insertsEnd(store.analytics),
    log: { info: () => {}, warn: () => {} },
    lookMilliseconds: 300,
  });
  takers.add(taker);
  await until(async () => (await taker.notReady()) === undefined);
  return taker;
}

async function stopIngest(taker: ReadingsTaker): Promise<void> {
  takers.delete(taker);
  await taker.stop();
}

const login = (key: string) => cluster.logins.get(key)!;
const active = (taker: ReadingsTaker) => taker.consumer.queues.filter(({ isActive }) => isActive).length;

async function storedOn(channel: string): Promise<number> {
  const [row] = await rowsOf<{ count: string }>(
    store.reader,
    "SELECT count() AS count FROM raw WHERE channel = {channel:String}",
    { channel },
  );
  return Number(row!.count);
}

async function rejectedReasons(channel: string): Promise<string[]> {
  const rows = await rowsOf<{ reason: string }>(
    store.reader,
    "SELECT reason FROM rejected WHERE topic LIKE {topic:String} ORDER BY reason",
    { topic: `%/${channel}%` },
  );
  return rows.map(({ reason }) => reason);
}

/** Publishes until told to stop, on enough series to reach every queue. @returns the acknowledged readings. */
function publishing(client: MqttClient, channel: string): () => Promise<number> {
  let isOver = false;
  let acknowledged = 0;
  const lane = async (index: number) => {
    while (!isOver) {
      await client.publishAsync(`sme/v1/${lathe}/${channel}-${index}`, reading(), { qos: 1 });
      acknowledged += 1;
    }
  };
  const lanes = Promise.all(Array.from({ length: 24 }, (_, index) => lane(index)));
  return async () => {
    isOver = true;
    await lanes;
    return acknowledged;
  };
}

beforeAll(async () => {
  if (rabbitmqIsMissing) return;
  cluster = await Cluster.start({ machines });
  store = await openTimeSeriesStore();
  await migrateTimeSeriesStore(store.writer, country);
}, 120_000);

afterAll(async () => {
  if (rabbitmqIsMissing) return;
  for (const taker of takers) await taker.stop();
  await store?.close();
  await cluster?.close();
}, 60_000);

withRabbitmq(
  "a reading over TLS is stored, and its company's subscriber sees it",
  { timeout: 120_000 },
  async () => {
    const taker = await startIngest();
    const client = await cluster.connect(login(lathe));
    const subscriber = await cluster.connect(login("acme"));
    const heard: string[] = [];
    subscriber.on("message", (topic) => heard.push(topic));
    await subscriber.subscribeAsync("sme/v1/acme/#", { qos: 1 });
    await client.publishAsync(`sme/v1/${lathe}/seen`, reading(42), { qos: 1, retain: true });
    await until(async () => (await storedOn("seen")) === 1 && heard.length === 1);
    expect(heard).toEqual([`sme/v1/${lathe}/seen`]);
    // Nothing is retained for later subscribers.
    const later = await cluster.connect(login("acme"), { clientId: "acme/later" });
    const retained: string[] = [];
    later.on("message", (topic) => retained.push(topic));
    await later.subscribeAsync("sme/v1/acme/#", { qos: 1 });
    await client.publishAsync(`sme/v1/${lathe}/after`, reading(), { qos: 1 });
    await until(() => retained.length > 0);
    expect(retained).toEqual([`sme/v1/${lathe}/after`]);
    for (const each of [client, subscriber, later]) await each.endAsync();
    await stopIngest(taker);
  },
);

withRabbitmq.each([
  ["a wrong password", { password: "wrong" }],
  ["an unknown machine", { username: "acme/plant/press" }],
  ["the part that takes readings", { username: "ingest", password: "" }],
  ["another company's client id", { clientId: lathe, login: "other/plant/lathe" }],
] as const)("%s is refused", { timeout: 60_000 }, async (_what, change) => {
  const { login: whose = lathe, ...options } = change as { login?: string };
  await expect(cluster.connect(login(whose), options)).rejects.toThrow(
    /Bad username or password|[Nn]ot authorized/,
  );
});

withRabbitmq(
  "no login reaches beyond its own topics, and none without TLS",
  { timeout: 120_000 },
  async () => {
    for (const topic of [
      "sme/v1/other/plant/lathe/stolen",
      `sme/v1/acme/plant/mill/stolen`,
      "refused",
      "readings",
    ]) {
      const client = await cluster.connect(login(lathe));
      const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
      client.publish(topic, reading(), { qos: 1 });
      await closed;
    }
    for (const filter of ["#", "sme/v1/other/#", "sme/v1/+/plant/lathe/#", "$SYS/#"]) {
      const client = await cluster.connect(login(lathe));
      await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow();
      client.end(true);
    }
    await expect(cluster.connect(login(lathe), { ca: undefined } as never)).rejects.toThrow();
    const taker = await startIngest();
    const client = await cluster.connect(login(lathe));
    await client.publishAsync(`sme/v1/${lathe}/last`, reading(), { qos: 1 });
    await until(async () => (await storedOn("last")) === 1);
    expect(await storedOn("stolen")).toBe(0);
    expect(cluster.checks.refused["topic-not-allowed"]).toBeGreaterThanOrEqual(4);
    await client.endAsync();
    await stopIngest(taker);
  },
);

withRabbitmq(
  "what can't be used is kept with its reason and holds up nothing",
  { timeout: 120_000 },
  async () => {
    const client = await cluster.connect(login(lathe));
    const poison: [string, Buffer | string][] = [
      ["poison", Buffer.from([0, 255, 254, 1])],
      ["poison", ""],
      ["poison", "[".repeat(100_000)],
      ["poison", JSON.stringify(Array.from({ length: 1001 }, () => ({ t: Date.now(), v: 1 })))],
      ["poison", JSON.stringify({ t: Date.now(), v: "x".repeat(200_000) })],
      ["poison", JSON.stringify({ t: Date.now(), v: "\ud800\0" })],
      ["poison/too/deep", reading()],
      ["poison.dotted.deep", reading()],
      ["Poison", reading()],
    ];
    for (const [level, payload] of poison)
      await client.publishAsync(`sme/v1/${lathe}/${level}`, payload, { qos: 1 });
    const company = await cluster.connect(login("acme"));
    await company.publishAsync("sme/v1/acme/plant/ghost/poison", reading(), { qos: 1 });
    const taker = await startIngest();
    await client.publishAsync(`sme/v1/${lathe}/good`, reading(), { qos: 1 });
    await until(async () => (await storedOn("good")) === 1 && taker.ingest.flow.waiting === 0);
    await until(async () => (await rejectedReasons("poison")).length >= 8);
    expect(await rejectedReasons("poison")).toEqual([
      "machine-not-registered",
      "payload-malformed",
      "payload-malformed",
      "payload-malformed",
      "payload-too-long",
      "topic-malformed",
      "topic-malformed",
      "value-malformed",
    ]);
    expect(await rejectedReasons("Poison")).toEqual(["topic-malformed"]);
    await until(() => taker.consumer.queues.every(({ waiting }) => waiting === 0));
    for (const each of [client, company]) await each.endAsync();
    await stopIngest(taker);
  },
);

withRabbitmq(
  "two ingests share the queues, and each takes over the other's",
  { timeout: 240_000 },
  async () => {
    const first = await startIngest();
    const client = await cluster.connect(login(lathe));
    const stop = publishing(client, "shared");
    await until(() => active(first) === 4);
    const second = await startIngest();
    await until(() => active(first) === 2 && active(second) === 2);
    await stopIngest(first);
    await until(() => active(second) === 4);
    const third = await startIngest();
    await until(() => active(second) === 2 && active(third) === 2);
    const acknowledged = await stop();
    const stored = async () => {
      const rows = await rowsOf<{ count: string; different: string }>(
        store.reader,
        "SELECT count() AS count, uniqExact(channel, time) AS different FROM raw WHERE startsWith(channel, 'shared')",
      );
      return [Number(rows[0]!.count), Number(rows[0]!.different)];
    };
    await until(async () => (await stored())[0]! >= acknowledged);
    expect(await stored()).toEqual([acknowledged, acknowledged]);
    await client.endAsync();
    await stopIngest(second);
    await stopIngest(third);
    expect(await disagreements(store.reader, country.timezone)).toEqual([]);
  },
);

withRabbitmq(
  "a full queue gives no PUBACK, and everything that got one is stored",
  { timeout: 240_000 },
  async () => {
    const small = await Cluster.start({ machines, definitions: { queueBytes: 4 * 100_000 } });
    try {
      const client = await small.connect(small.logins.get(lathe)!, { reconnectPeriod: 100, clean: false });
      let acknowledged = 0;
      let sent = 0;
      const publish = () => {
        sent += 1;
        const items = Array.from({ length: 100 }, () => JSON.parse(reading()) as object);
        client.publish(`sme/v1/${lathe}/full`, JSON.stringify(items), { qos: 1 }, (error) => {
          if (!error) acknowledged += 1;
        });
      };
      for (let index = 0; index < 200; index += 1) publish();
      let seen = -1;
      while (seen !== acknowledged || seen === 0) {
        seen = acknowledged;
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
      expect(acknowledged).toBeLessThan(sent);
      const taker = await takeReadings({
        ...small.consuming,
        ingests: async () => 1,
        client: store.writer,
        country,
        log: { info: () => {}, warn: () => {} },
      });
      await until(async () => (await storedOn("full")) >= acknowledged * 100);
      await client.endAsync(true);
      await taker.stop();
    } finally {
      await small.close();
    }
  },
);
