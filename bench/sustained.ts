/**
 * Minutes of load: does memory stay constant, and do merges keep up with the parts that inserts create?
 * `node bench/sustained.ts [seconds] [machines] [window]`
 */
import { fork } from "node:child_process";
import type { Publishing } from "./publisher-process.ts";
import { seconds, startBenchStack } from "./stack.ts";

const [duration = 180, machines = 1000, window = 10] = process.argv.slice(2).map(Number);
const stepSeconds = 15;

const stack = await startBenchStack(machines);
const publisher = fork(new URL("./publisher-process.ts", import.meta.url), { execArgv: [] });
publisher.send({
  stack,
  machines: Array.from({ length: machines }, (_, index) => index),
  window,
} satisfies Publishing);
const results: Record<string, number>[] = [];
let stored = 0;
for (let at = stepSeconds; at <= duration; at += stepSeconds) {
  await seconds(stepSeconds);
  const { flow, memory, mostParts } = await stack.measure();
  results.push({
    atSeconds: at,
    messagesPerSecond: Math.round((flow.stored - stored) / stepSeconds),
    residentMebibytes: Math.round(memory.rss / 1024 / 1024),
    heapMebibytes: Math.round(memory.heapUsed / 1024 / 1024),
    mostParts,
    lagMilliseconds: flow.lagMilliseconds,
  });
  stored = flow.stored;
}
publisher.disconnect();
await stack.stop();
console.table(results);
console.log(JSON.stringify(results));
process.exit(0);
