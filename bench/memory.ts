/**
 * Memory of the data path's process with 100, 1,000 and 10,000 machines connected over TLS, each publishing a reading
 * of four channels every ten seconds; compared with the same process without machines in the same run.
 *
 * `node bench/memory.ts [machines...]`; other counts than the three may be given.
 */
import { fork } from "node:child_process";
import type { Clients } from "./clients-process.ts";
import { messageOf, seconds, startBenchStack } from "./stack.ts";

const given = process.argv.slice(2).map(Number);
const counts = given.length > 0 ? given : [100, 1000, 10_000];
const periodSeconds = 10;
const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

const results: Record<string, number>[] = [];
for (const machines of [0, ...counts]) {
  const stack = await startBenchStack(Math.max(machines, 1));
  const clients = fork(new URL("./clients-process.ts", import.meta.url), { execArgv: [] });
  const started = performance.now();
  clients.send({ stack, machines, periodSeconds } satisfies Clients);
  await messageOf<string>(clients);
  const connectingSeconds = (performance.now() - started) / 1000;
  const first = await stack.measure();
  await seconds(3 * periodSeconds);
  const last = await stack.measure();
  results.push({
    machines,
    residentMebibytes: mebibytes(last.memory.rss),
    heapMebibytes: mebibytes(last.memory.heapUsed),
    externalMebibytes: mebibytes(last.memory.external),
    kibibytesPerMachine:
      machines === 0
        ? 0
        : Math.round((last.memory.rss / 1024 - results[0]!.residentMebibytes! * 1024) / machines),
    connections: last.connections,
    connectingSeconds: Math.round(connectingSeconds),
    messagesPerSecond: Math.round((last.flow.messages - first.flow.messages) / (3 * periodSeconds)),
    lagMilliseconds: last.flow.lagMilliseconds,
  });
  clients.disconnect();
  await stack.stop();
}
console.table(results);
console.log(JSON.stringify(results));
process.exit(0);
