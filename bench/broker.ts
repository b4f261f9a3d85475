/**
 * Messages a second from publishers in processes of their own (QoS 1, one reading a message) to committed rows through
 * RabbitMQ and an ingest as on a cluster, beside the embedded broker in the same run: the ratio tells what the quorum
 * queue and the second hop cost on one machine. Both commit into the engine in the process.
 *
 * `node bench/broker.ts [seconds] [machines] [window]`; needs root and `test/data-path/install-rabbitmq`.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { ToIngest } from "../test/data-path/messages.ts";
import { rabbitmqIsMissing } from "../test/data-path/rabbitmq.ts";
import { Cluster } from "../test/data-path/stack.ts";
import type { Published, Publishing } from "./publisher-process.ts";
import { companyName, machineName, messageOf, seconds, startBenchStack } from "./stack.ts";

const [duration = 15, machines = 100, window = 200] = process.argv.slice(2).map(Number);
const publisherProcesses = 2;

if (rabbitmqIsMissing) {
  console.error(`RabbitMQ can't be measured here: ${rabbitmqIsMissing}.`);
  process.exit(3);
}

interface Measured {
  /** Since start. */
  readonly acknowledged: number;
  readonly stored: number;
  readonly at: number;
}

/** Messages acknowledged and readings committed a second, past the first compilations. */
async function measure(
  stack: Publishing["stack"],
  storedSinceStart: () => Promise<number>,
): Promise<{ acknowledged: number; stored: number }> {
  const publishers = Array.from({ length: publisherProcesses }, (_, part) => {
    const child = fork(new URL("./publisher-process.ts", import.meta.url), { execArgv: [] });
    const own = Array.from({ length: machines }, (_, index) => index).filter(
      (index) => index % publisherProcesses === part,
    );
    child.send({ stack, machines: own, window } satisfies Publishing);
    return child;
  });
  const look = async (what: "report" | "end"): Promise<Measured> => {
    const reports = await Promise.all(
      publishers.map((child) => {
        const report = messageOf<Published>(child);
        child.send(what);
        return report;
      }),
    );
    return {
      acknowledged: reports.reduce((sum, report) => sum + report.acknowledged, 0),
      stored: await storedSinceStart(),
      at: performance.now(),
    };
  };
  await seconds(5);
  const before = await look("report");
  await seconds(duration);
  const after = await look("end");
  for (const child of publishers) {
    child.disconnect();
    await once(child, "exit");
  }
  const perSecond = (of: (measured: Measured) => number) =>
    Math.round(((of(after) - of(before)) * 1000) / (after.at - before.at));
  return { acknowledged: perSecond((m) => m.acknowledged), stored: perSecond((m) => m.stored) };
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
