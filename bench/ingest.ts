/**
 * Messages per second from publishers in separate processes (QoS 1, one reading per message) to committed rows, compared with
 * the engine's own limit: the same rows written directly to the same tables, in batches, with nothing else running.
 *
 * `node bench/ingest.ts [seconds] [machines] [window]`; `PROFILE=1` writes a processor profile of the stack.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { insertReadings } from "../apps/ingest/raw-table.ts";
import type { Reading } from "../apps/ingest/reading.ts";
import { migrateTimeSeriesStore } from "../stores/time-series/migrate.ts";
import { openTimeSeriesStore } from "../stores/time-series/store.ts";
import { Publishers } from "./publishers.ts";
import { benchCountry, companyName, machineName, seconds, startBenchStack } from "./stack.ts";

const [duration = 15, machines = 100, window = 200] = process.argv.slice(2).map(Number);
const channels = ["produced", "energy", "temperature", "power"];

/** Rows a second that the engine takes in batches like ingest's, made beforehand. */
async function engineCeiling(): Promise<{ rowsPerSecond: number; microsecondsPerRow: number }> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const store = await openTimeSeriesStore(folder);
  await migrateTimeSeriesStore(store.writer, benchCountry);
  const batchRows = 20_000;
  let time = Date.now() - 600_000;
  const batch = (): Reading[] =>
    Array.from({ length: batchRows }, (_, index) => {
      const machineIndex = index % machines;
      const [company, machine] = [companyName(machineIndex), machineName(machineIndex)];
      const channel = channels[Math.floor(index / machines) % 4]!;
      const series = { company, site: "plant", machine, channel, machineKey: "", key: "" };
      time += index % machines === 0 ? 1 : 0;
      return { series, time, number: (time % 100_000) / 8, text: "" };
    });
  let rows = 0;
  let busy = 0;
  let processor = 0;
  while (busy < (duration * 1000) / 3) {
    const readings = batch();
    const [started, usedBefore] = [performance.now(), process.cpuUsage()];
    await insertReadings(store.writer, readings, Date.now());
    busy += performance.now() - started;
    const used = process.cpuUsage(usedBefore);
    processor += used.user + used.system;
    rows += batchRows;
  }
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return { rowsPerSecond: (rows / busy) * 1000, microsecondsPerRow: processor / rows };
}

const ceiling = await engineCeiling();
const profile = process.env.PROFILE === "1" ? ["--cpu-prof", "--cpu-prof-dir=profiles"] : [];
const stack = await startBenchStack(machines, profile);
const publishers = new Publishers(stack, machines, window);
// Past the first compilations.
await seconds(4);
const [before, stackBefore] = [await publishers.ask("report"), await stack.measure()];
await seconds(duration);
const [after, stackAfter] = [await publishers.ask("report"), await stack.measure()];
await publishers.ask("end");
await seconds(1);
const elapsed = (after.at - before.at) / 1000;
const result = {
  messagesPerSecond: Math.round((after.acknowledged - before.acknowledged) / elapsed),
  rowsPerSecond: Math.round((stackAfter.flow.stored - stackBefore.flow.stored) / elapsed),
  engineCeilingRowsPerSecond: Math.round(ceiling.rowsPerSecond),
  ratioToCeiling: Number(
    ((after.acknowledged - before.acknowledged) / elapsed / ceiling.rowsPerSecond).toFixed(3),
  ),
  stackProcessors: Number(
    ((stackAfter.processorSeconds - stackBefore.processorSeconds) / elapsed).toFixed(2),
  ),
  publisherProcessors: Number(((after.processorSeconds - before.processorSeconds) / elapsed).toFixed(2)),
  microsecondsPerMessage: Math.round(
    ((stackAfter.processorSeconds - stackBefore.processorSeconds) * 1e6) /
      (after.acknowledged - before.acknowledged),
  ),
  engineMicrosecondsPerRow: Number(ceiling.microsecondsPerRow.toFixed(1)),
  lagMilliseconds: stackAfter.flow.lagMilliseconds,
  mostParts: stackAfter.mostParts,
  machines,
  window,
};
await publishers.close();
await stack.stop();
console.table(result);
console.log(JSON.stringify(result));
process.exit(0);
