/**
 * `node bench/start.ts [file]`: time from the command to a ready stack, first start and later starts, with and without
 * simulated factories, compared with the start of an empty Node.js process in the same run.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunningStack } from "../test/stack/running-stack.ts";

const parameters = process.argv.slice(2, 3);
const rounds = 3;
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function start(data: string, ...more: string[]): Promise<{ ready: number; stopped: number }> {
  const started = performance.now();
  const stack = await RunningStack.start("--data", data, ...parameters, ...more);
  const ready = performance.now() - started;
  const stopping = performance.now();
  await stack.end("SIGINT");
  return { ready, stopped: performance.now() - stopping };
}

const times: Record<string, { ready: number; stopped: number }[]> = {};
const empty: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const began = performance.now();
  spawnSync(process.execPath, ["-e", "0"]);
  empty.push(performance.now() - began);
  for (const [name, ...more] of [["with factories"], ["without factories", "--no-simulator"]]) {
    const data = mkdtempSync(join(tmpdir(), "bench-start-"));
    for (const turn of ["first start", "second start"]) {
      const title = `${turn}, ${name}`;
      times[title] = [...(times[title] ?? []), await start(data, ...more)];
    }
    rmSync(data, { recursive: true, force: true });
  }
}
const floor = median(empty);
const rows = Object.entries(times).map(([name, runs]) => ({
  start: name,
  "ready (s)": Number((median(runs.map(({ ready }) => ready)) / 1000).toFixed(2)),
  "stopped (s)": Number((median(runs.map(({ stopped }) => stopped)) / 1000).toFixed(2)),
  "of an empty process": Math.round(median(runs.map(({ ready }) => ready)) / floor),
}));
console.table(rows);
console.log(JSON.stringify({ rounds, emptyProcessMilliseconds: Math.round(floor), rows }));
