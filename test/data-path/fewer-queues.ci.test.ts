/** A broker whose file names fewer queues than it has: what is acknowledged in the others is stored too. */
import { expect, test } from "vitest";
import { takeReadings } from "../../apps/ingest/take-readings.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { insertsEnd } from "../../stores/time-series/running-inserts.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { country, reading } from "../broker/data-path.ts";
import { rowsOf } from "../stores/rows.ts";
import { until } from "../until.ts";
import { rabbitmqIsMissing } from "./rabbitmq.ts";
import { Cluster, queues } from "./stack.ts";

if (rabbitmqIsMissing) console.log(`Tests with RabbitMQ are left out: ${rabbitmqIsMissing}.`);

const sumOf = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);
const machines = Array.from({ length: 12 }, (_, index) => `acme/plant/m${index}`);

test.skipIf(rabbitmqIsMissing !== undefined)(
  "twelve queues become four: 1,200 acknowledged readings are stored, and later ones too",
  { timeout: 240_000 },
  async () => {
    const cluster = await Cluster.start({ machines, definitions: { queues: 12 } });
    const store = await openTimeSeriesStore();
    try {
      await migrateTimeSeriesStore(store.writer, country);
      await publishOf("before");
      await until(() => sumOf(messagesByQueue()) === 1200);
      const before = messagesByQueue();
      expect(before.size).toBe(12);
      expect(Math.min(...before.values())).toBeGreaterThan(0);

      await cluster.broker.kill("SIGTERM");
      cluster.broker.define({ queues: 4 });
      await cluster.broker.start();
      expect(queues).toHaveLength(4);
      const taker = await takeReadings({
        ...cluster.consuming,
        client: store.writer,
        country,
        ingests: async () => 1,
        insertsSettle: () => insertsEnd(store.analytics),
        log: { info: () => {}, warn: () => {} },
        lookMilliseconds: 300,
      });
      await until(async () => (await stored("before")) === 1200);
      expect(taker.consumer.queues).toHaveLength(12);
      // They stay bound to the exchange, so machines still reach them.
      await publishOf("after");
      await until(async () => (await stored("after")) === 1200);
      await until(() => taker.consumer.queues.every(({ waiting }) => waiting === 0));
      expect(await taker.notReady()).toBeUndefined();
      await taker.stop();
      await until(() => sumOf(messagesByQueue()) === 0);
    } finally {
      await store.close();
      await cluster.close();
    }

    /** A hundred series of each machine, acknowledged. */
    async function publishOf(channel: string): Promise<void> {
      for (const machine of machines) {
        const client = await cluster.connect(cluster.logins.get(machine)!);
        await Promise.all(
          Array.from({ length: 100 }, (_, index) =>
            client.publishAsync(`sme/v1/${machine}/${channel}-${index}`, reading(), { qos: 1 }),
          ),
        );
        await client.endAsync();
      }
    }

    /** RabbitMQ counts them every few seconds. */
    function messagesByQueue(): Map<string, number> {
      const text = cluster.broker.control("rabbitmqctl", ["-q", "list_queues", "name", "messages"]);
      const rows = [...text.matchAll(/^(readings-\d+)\s+(\d+)$/gm)];
      return new Map(rows.map(([, name = "", count]) => [name, Number(count)]));
    }

    async function stored(channel: string): Promise<number> {
      const [row] = await rowsOf<{ count: string }>(
        store.reader,
        "SELECT count() AS count FROM raw WHERE startsWith(channel, {channel:String})",
        { channel },
      );
      return Number(row?.count);
    }
  },
);
