/** Writes docs/sizing.md, how large each part is and why, from the formulas and the countries' own files. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../base/package-root.ts";
import { type ScaledSize, type StackSize, type StatefulSize, sizeStack } from "../../components/sizing.ts";
import * as assumed from "../../components/sizing-assumptions.ts";
import { loadCountry } from "../../localisation/load.ts";

const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 1 });
const perSecond = (value: number) => `${number(value)}/s`;

const formulas = `# How large a stack is

A stack in a cluster is sized for \`programme.scale.inThreeYears\`: disks are hard to shrink, and a national programme buys its capacity
once. \`hosting.sizes\` overrides any value; \`rollout plan\` shows the result. The formulas are \`components/sizing.ts\`, what they
assume is \`components/sizing-assumptions.ts\`; \`bench/\` measures it on a machine of yours.

**Messages.** mean = machines × channels of a machine ÷ seconds between readings. peak = ${assumed.peakFactor} × mean: shifts start together, and
devices send what they kept while they were offline.

| part | how many | processors | memory | disk |
|---|---|---|---|---|
| broker | ${assumed.brokerCounts.join(", ")}: the fewest whose others take the peak while one is upgraded, at ${number(assumed.messagesPerBrokerProcessor)} messages a second and processor, ${assumed.processorsPerBroker} processors at most; odd, so that one side of a split has a majority | peak ÷ ${number(assumed.messagesPerBrokerProcessor)} ÷ (brokers − 1) | 1.5 GiB + ${assumed.connectionKibibytes} KiB for each connection of a device | ${assumed.outageHours} hours of readings at the mean, ${assumed.queuedMessageBytes} bytes each, ${assumed.queueCopies} copies over all brokers, half as much again for compaction |
| queues | two for each ingest at the least, ${assumed.queuesAtMost} at most: each has one consumer at a time | | | full, they refuse: machines keep what they have |
| ingest | peak ÷ ${number(assumed.messagesPerIngest)}, two at least; up to twice as many by load | 1 | 384 MiB + 400 bytes for each channel, to tell duplicates | |
| time-series store | shards: as many as ${assumed.processorsPerShard} processors and ${number(assumed.gibibytesPerShard / 1024)} TiB each hold; three replicas over three zones, else two | peak ÷ ${number(assumed.readingsPerProcessor)} ÷ shards + 1: as much again is left for queries and merges | 3 GiB for each processor | each retention's rows × ${assumed.bytesPerRow.raw} bytes (readings) or ${assumed.bytesPerRow.rollup} (rollups), × ${assumed.diskHeadroom}: merges write a part before they drop its sources |
| keeper | three; one next to a single store | 0.5 | 1 GiB | 10 GiB |
| relational store | three; one is the primary, a commit waits for a second | companies ÷ 4,000 | 0.75 GiB + 0.25 MiB for each company | 5 GiB + 2 MiB for each company + 20 KiB for each machine |
| analytics | two: one works, one waits | machines ÷ 10,000, four at most | 384 MiB + 25 KiB for each machine | |
| web app | companies ÷ ${number(assumed.companiesPerDiagnostic)}, two at least; up to three times as many by load: about 5 % of the companies at once | 0.5 | 512 MiB | |

Bytes of a row are twice (readings) and one and a half times (rollups) what five million readings of six channels took in the engine. A broker
cluster takes ${number(assumed.brokerCeiling)} messages a second at the most; a plan above it says so.

**Beyond it.** Ingest and the web app grow by processor load (70 %). Brokers, queues, shards and their replicas are added by
\`hosting.sizes\`, and what is stored stays where it is. Set \`storage\` to what the disks have, because a computed disk gets smaller with
more pods. The namespace's quota is what all parts ask for at their largest, times 1.5.

**Never fewer, never other disks.** A stack that runs keeps its queues, brokers, keepers, shards, replicas and disks, also when the file
expects fewer machines, longer intervals or shorter retention than before: what is acknowledged or stored is on them. \`rollout up\` refuses
such a change and says which value of \`hosting.sizes\` keeps what is there ([rolling-out.md](rolling-out.md)).

## What the pages ask for

Key figures of a period read that period's months, however old the store is ([why](decisions/key-figures-of-a-period.md)).
\`node bench/dashboards.ts [readings] [machines] [years]\` fills a store and times the pages' own queries beside the engine's floor in the same
run, which reads the same columns of the same rows and does nothing with them. With 4,000 machines of 400 companies, three years of
shifts, 100 million readings (the arguments' defaults) and one thread for each query, on two cores that forty other processes were busy on:

| question | processor time | times the floor |
|---|---|---|
| a company's key figures of 7, 31, 365 days | 13, 16, 135 ms | 1.4, 1.4, 2.3 |
| a nation's key figures of 7, 31, 365 days | 52, 70, 1,107 ms | 2.1, 2.1, 4.5 |
| the ministry's figures with all that they need of both stores | 84 ms | 2.4 |
| a company's latest values | 21 ms | 0.9 |
| a machine's states of 8 hours | 45 ms | 4.5 |
| a chart of an hour, 8 hours, 30 days | 10, 46, 35 ms | 1.1, 1.4, 1.0 |

Processor time is the least of nine rounds: what an answer takes on a machine that does nothing else. On that busy one the median
answer took 58 ms for a company's week (2.4 times the floor's) and 266 ms for a nation's (4.8).

## The countries' stacks

Three zones, three years ahead. "× 3" is the number of replicas; memory and disk are each one's.
`;

export function sizingGuide(): string {
  const files = readdirSync(join(packageRoot, "countries"))
    .filter((name) => /^[a-z]{2}\.yaml$/.test(name))
    .sort();
  const sections = files.map((name) => {
    const { country } = loadCountry(join(packageRoot, "countries", name));
    const { companies, machines } = country.programme.scale.inThreeYears;
    const size = sizeStack(country, 3);
    return `### ${country.names.en ?? country.country}

${number(companies)} companies, ${number(machines)} machines: ${perSecond(size.messages.mean)} on average, ${perSecond(size.messages.peak)} at the peak,
${size.broker.queues} queues.

| part | replicas | processors | memory | disk |
|---|---|---|---|---|
${rows(size).join("\n")}
`;
  });
  return [
    formulas,
    ...sections,
    "*This page is generated from the code and `countries/` by `npm run generate`.*\n",
  ].join("\n");
}

function rows({
  broker,
  timeSeries,
  keeper,
  relational,
  ingest,
  analytics,
  diagnostic,
}: StackSize): string[] {
  const shards = timeSeries.shards > 1 ? `${timeSeries.shards} shards × ` : "";
  return [
    stateful("broker", broker),
    stateful("time-series store", timeSeries, shards),
    stateful("keeper", keeper),
    stateful("relational store", relational),
    scaled("ingest", ingest),
    scaled("analytics", analytics),
    scaled("web app", diagnostic),
  ];
}

const amounts = (cpu: number, memory: number) => `${number(cpu / 1000)} | ${number(memory / 1024)} GiB`;

function stateful(part: string, { replicas, cpu, memory, storage }: StatefulSize, shards = ""): string {
  return `| ${part} | ${shards}× ${replicas} | ${amounts(cpu, memory)} | ${number(storage)} GiB |`;
}

function scaled(part: string, { minimumReplicas, maximumReplicas, cpu, memory }: ScaledSize): string {
  const replicas =
    minimumReplicas === maximumReplicas ? `${minimumReplicas}` : `${minimumReplicas}–${maximumReplicas}`;
  return `| ${part} | × ${replicas} | ${amounts(cpu, memory)} | |`;
}
