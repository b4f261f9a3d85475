/**
 * Messages per second from publishers in separate processes (QoS 1, one reading per message) to committed rows: through
 * RabbitMQ and an ingest as on a cluster, and through the embedded broker in the same run. The ratio shows the cost of the
 * quorum queue and the second hop on one machine. Both commit into the engine in the process.
 *
 * `node bench/broker.ts [seconds] [machines] [window]`; needs root and `test/data-path/install-rabbitmq`.
 */
import type { ToIngest } from "../test/data-path/messages.ts";
import { rabbitmqIsMissing } from "../test/data-path/rabbitmq.ts";
import { Cluster } from "../test/data-path/stack.ts";
import type { Publishing } from "./publisher-process.ts";
import { Publishers } from "./publishers.ts";
import { companyName, machineName, seconds, startBenchStack } from "./stack.ts";

const [duration = 15, machines = 100, window = 200] = process.argv.slice(2).map(Number);

if (rabbitmqIsMissing) {
  console.error(`RabbitMQ can't be measured here: ${rabbitmqIsMissing}.`);
  process.exit(3);
}

/** Messages acknowledged and readings committed a second, past the first compilations. */
async function measure(
  stack: Publishing["stack"],
  storedSinceStart: () => Promise<number>,
): Promise<{ acknowledged: number; stored: number }> {
  const publishers = new Publishers(stack, machines, window);
  const look = async (what: "report" | "end") => ({
    ...(await publishers.ask(what)),
    stored: await storedSinceStart(),
  });
  await seconds(5);
  const before = await look("report");
  await seconds(duration);
  const after = await look("end");
  await publishers.close();
  const perSecond = (count: number) => Math.round((count * 1000) / (after.at - before.at));
  return {
    acknowledged: perSecond(after.acknowledged - before.acknowledged),
    stored: perSecond(after.stored - before.stored),
  };
}

async function throughEmbeddedBroker() {
  const stack = await startBenchStack(machines);
  try {
    return await measure(stack, async () => (await stack.measure()).flow.stored);
  } finally {
    await stack.stop();
  }
}

async function throughRabbitmq() {
  const keys = Array.from(
    { length: machines },
    (_, index) => `${companyName(index)}/plant/${machineName(index)}`,
  );
  const cluster = await Cluster.start({ machines: keys });
  try {
    const ingest = await cluster.startIngest();
    const stack = {
      mqttPort: cluster.broker.mqttsPort,
      passwords: keys.map((key) => cluster.logins.get(key)!.password),
      tls: cluster.tls,
    };
    const measured = await measure(stack, async () => (await ingest.state()).flow.stored);
    const { waitingInBroker } = await ingest.state();
    ingest.send({ kind: "stop" } satisfies ToIngest);
    return { ...measured, waitingInBroker };
  } finally {
    await cluster.close();
  }
}

const embedded = await throughEmbeddedBroker();
const rabbitmq = await throughRabbitmq();
const result = {
  embeddedStoredPerSecond: embedded.stored,
  rabbitmqAcknowledgedPerSecond: rabbitmq.acknowledged,
  rabbitmqStoredPerSecond: rabbitmq.stored,
  ratioStored: Number((rabbitmq.stored / embedded.stored).toFixed(3)),
  waitingInRabbitmq: rabbitmq.waitingInBroker,
  machines,
  window,
};
console.table(result);
console.log(JSON.stringify(result));
process.exit(0);
