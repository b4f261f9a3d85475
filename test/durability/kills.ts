/** Runs the data path under load, kills it again and again, and looks at what is stored. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Credential } from "../../apps/relational/companies.ts";
import { openRelationalStore } from "../../apps/relational/database.ts";
import { machine } from "../../apps/relational/schema.ts";
import { openTimeSeriesStore } from "../../apps/store/store.ts";
import { country } from "../broker/data-path.ts";
import { disagreements, rowsOf } from "../store/rows.ts";
import type { FromStack, ToStack } from "./messages.ts";
import { Publisher } from "./publisher.ts";

const machines = 8;
const stackProcess = new URL("./stack-process.ts", import.meta.url);

/** Mulberry32: the same moments for the same seed, as far as the machine allows. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function answer<K extends FromStack["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<FromStack, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error(`The stack ended before it was ${kind}.`));
    child.once("exit", onExit);
    child.on("message", (message: FromStack) => {
      if (message.kind !== kind) return;
      child.off("exit", onExit);
      resolve(message as Extract<FromStack, { kind: K }>);
    });
  });
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

export interface Outcome {
  readonly acknowledged: number;
  readonly readings: number;
  /** Starts that found rollups behind raw. */
  readonly repairs: number;
}

/** @throws (by expect) where anything acknowledged is missing or anything is there twice. */
export async function runKills(rounds: number, seed: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "kills-"));
  const random = randomOf(seed);
  const publishers = Array.from(
    { length: machines },
    (_, index) =>
      new Publisher(`m-${index}`, { sendsAgainItself: index % 2 === 0, qos: index === 5 ? 2 : 1, random }),
  );
  const registered: string[] = [];
  const logins: Record<string, Credential> = {};
  let repairs = 0;
  let port = 0;
  let child: ChildProcess | undefined;
  const start = () =>
    fork(stackProcess, [folder, String(port), String(machines)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  try {
    for (let round = 0; round <= rounds; round += 1) {
      child = start();
      if (round % 5 === 4) {
        // Killed again while it starts.
        await pause(random() * 1500);
        child.kill("SIGKILL");
        await exited(child);
        child = start();
      }
      const ready = await answer(child, "ready");
      expect(ready.disagreements, `round ${round}`).toEqual([]);
      repairs += ready.repaired;
      port = ready.mqttPort;
      const before = publishers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
      Object.assign(logins, ready.logins);
      for (const publisher of publishers) publisher.connect(port, logins[publisher.machine]!);
      const name = `extra-${round}`;
      child.send({ kind: "register", machine: name } satisfies ToStack);
      registered.push((await answer(child, "registered")).machine);
      while (publishers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0) === before)
        await pause(5);
      if (round === rounds) break;
      await pause(random() * 800);
      child.kill("SIGKILL");
      await exited(child);
    }
    await Promise.all(publishers.map((publisher) => publisher.end()));
    child!.send({ kind: "stop" } satisfies ToStack);
    await exited(child!);
    return { ...(await look(folder, publishers, registered)), repairs };
  } finally {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function look(folder: string, publishers: readonly Publisher[], registered: readonly string[]) {
  const store = await openTimeSeriesStore(join(folder, "time-series"));
  const rows = await rowsOf<{ series: string; time: number; values: number[] }>(
    store.reader,
    `SELECT concat('sme/v1/', company, '/', site, '/', machine, '/', channel) AS series,
       toUnixTimestamp64Milli(time) AS time, groupArray(number) AS values
     FROM raw GROUP BY series, time`,
  );
  const differing = await disagreements(store.reader, country.timezone);
  await store.close();
  const stored = new Map(rows.map(({ series, time, values }) => [`${series}@${time}`, values]));
  expect(rows.filter(({ values }) => values.length !== 1)).toEqual([]);
  let acknowledged = 0;
  const wrong: unknown[] = [];
  for (const publisher of publishers) {
    acknowledged += publisher.acknowledged.length;
    for (const { topic, readings } of publisher.acknowledged)
      for (const [time, value] of readings)
        if (stored.get(`${topic}@${time}`)?.[0] !== value)
          wrong.push({ topic, time, value, stored: stored.get(`${topic}@${time}`) });
  }
  expect(wrong).toEqual([]);
  expect(differing).toEqual([]);
  const relational = await openRelationalStore(join(folder, "relational"));
  const known = (await relational.database.select({ id: machine.id }).from(machine)).map(({ id }) => id);
  await relational.close();
  expect(known).toEqual(expect.arrayContaining([...registered]));
  return { acknowledged, readings: rows.length };
}
