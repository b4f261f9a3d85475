/** Ingest and RabbitMQ are killed under load: nothing acknowledged is lost, nothing is stored twice, rollups agree. */
import { expect, test } from "vitest";
import { Publisher } from "../durability/publisher.ts";
import { rabbitmqIsMissing } from "./rabbitmq.ts";
import { Cluster, type IngestProcess } from "./stack.ts";
import { expectAllStoredOnce } from "./stored.ts";

if (rabbitmqIsMissing) console.log(`Tests with RabbitMQ are left out: ${rabbitmqIsMissing}.`);

const rounds = Number(process.env.KILL_ROUNDS ?? 6);
const machines = Array.from({ length: 8 }, (_, index) => `acme/plant/m-${index}`);
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test.skipIf(rabbitmqIsMissing)(
  `${rounds} kills of ingest, two of the broker, a store that is away`,
  {
    timeout: 600_000,
  },
  async () => {
    const cluster = await Cluster.start({ machines });
    const publishers = machines.map(
      (machine, index) =>
        new Publisher(machine.split("/")[2]!, {
          sendsAgainItself: index % 2 === 0,
          qos: 1,
          random: Math.random,
        }),
    );
    const connectAll = () => {
      for (const [index, publisher] of publishers.entries())
        publisher.connect(cluster.broker.mqttsPort, cluster.logins.get(machines[index]!)!, cluster.tls);
    };
    const acknowledged = () => publishers.flatMap((publisher) => publisher.acknowledged);
    const progress = async () => {
      const before = acknowledged().length;
      while (acknowledged().length < before + 50) {
        await pause(20);
        for (const publisher of publishers) publisher.sendForgotten();
      }
    };
    let ingest: IngestProcess | undefined;
    try {
      ingest = await cluster.startIngest();
      connectAll();
      for (let round = 0; round < rounds; round += 1) {
        await progress();
        await pause(Math.random() * 1500);
        await ingest.kill();
        if (round % 3 === 1) {
          // Machines publish while no ingest runs.
          await progress();
          await cluster.broker.kill();
          await cluster.broker.start();
          connectAll();
        }
        ingest = await cluster.startIngest();
      }
      ingest.send({ kind: "store", fails: true });
      await progress();
      while ((await ingest.state()).notReady === undefined) await pause(50);
      await ingest.kill();
      ingest = await cluster.startIngest();
      await progress();
      await Promise.all(publishers.map((publisher) => publisher.end()));
      await emptied(ingest);
      await ingest.stop();
      const all = acknowledged();
      expect(all.length).toBeGreaterThan(rounds * 50);
      const { readings } = await expectAllStoredOnce(cluster.storesOf(), all);
      console.log(`${rounds} kills: ${all.length} messages acknowledged, ${readings} readings stored`);
    } finally {
      await Promise.allSettled([ingest?.kill()]);
      await cluster.close();
    }
  },
);

/** Until neither the broker nor ingest has messages. */
async function emptied(ingest: IngestProcess): Promise<void> {
  let stored = -1;
  for (;;) {
    const { flow, waitingInBroker } = await ingest.state();
    if (flow.waiting === 0 && waitingInBroker === 0 && flow.stored === stored) return;
    ({ stored } = flow);
    await pause(1500);
  }
}
