/** Messages as large as they may be while the store is away: they wait in the broker, not in ingest's memory. */
import { expect, test } from "vitest";
import { rabbitmqIsMissing } from "./rabbitmq.ts";
import { Cluster } from "./stack.ts";
import { inStore } from "./stored.ts";

if (rabbitmqIsMissing) console.log(`The test of memory is left out: ${rabbitmqIsMissing}.`);

const lathe = "acme/plant/lathe";
const messages = 1200;
const mebibyte = 2 ** 20;

test.skipIf(rabbitmqIsMissing)(
  "large messages fill no memory, and are taken when the store is back",
  {
    timeout: 400_000,
  },
  async () => {
    const cluster = await Cluster.start({ machines: [lathe] });
    try {
      const ingest = await cluster.startIngest();
      const client = await cluster.connect(cluster.logins.get(lathe)!);
      let time = Date.now() - 600_000;
      const publish = (size: number) =>
        client.publishAsync(
          `sme/v1/${lathe}/temperature`,
          JSON.stringify({ t: ++time, v: 1, note: "x".repeat(size) }),
          { qos: 1 },
        );
      await publish(10);
      while ((await ingest.state()).flow.stored < 1) await new Promise((resolve) => setTimeout(resolve, 50));
      const before = await ingest.state();
      ingest.send({ kind: "store", fails: true });
      for (let sent = 0; sent < messages; sent += 50)
        await Promise.all(Array.from({ length: 50 }, () => publish(200_000)));
      while ((await ingest.state()).flow.failure === undefined)
        await new Promise((resolve) => setTimeout(resolve, 50));
      // All messages are 230 MiB; the connection may have been replaced meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 5000));
      const during = await ingest.state();
      expect(during.bufferBytes - before.bufferBytes).toBeLessThan(100 * mebibyte);
      ingest.send({ kind: "store", fails: false });
      while ((await ingest.state()).flow.stored < messages + 1)
        await new Promise((resolve) => setTimeout(resolve, 100));
      await client.endAsync();
      await ingest.stop();
      const [row] = await inStore(cluster.storesOf(), (rows) =>
        rows<{ count: number; different: number }>(
          "SELECT count() AS count, uniqExact(time) AS different FROM raw",
        ),
      );
      expect(row).toEqual({ count: messages + 1, different: messages + 1 });
      console.log(
        `${messages} messages of 200 kB: ${Math.round((during.bufferBytes - before.bufferBytes) / mebibyte)} MiB more`,
      );
    } finally {
      await cluster.close();
    }
  },
);
