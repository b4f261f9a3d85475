/** Starts the data path as a process of its own, and checks what it has left in its folder. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";
import { openRelationalStore } from "../../stores/relational/database.ts";
import { machine } from "../../stores/relational/schema.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { country } from "../broker/data-path.ts";
import { disagreements, rowsOf } from "../stores/rows.ts";
import type { FromStack } from "./messages.ts";
import type { Message } from "./publisher.ts";

const stackProcess = new URL("./stack-process.ts", import.meta.url);

export function startStack(folder: string, port: number, machines: number): ChildProcess {
  return fork(stackProcess, [folder, String(port), String(machines)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function answer<K extends FromStack["kind"]>(
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

export function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** @throws when the process ends by itself before that settles. */
export async function whileRunning<T>(child: ChildProcess, action: Promise<T>): Promise<T> {
  let onExit: () => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    onExit = () => reject(new Error("The stack ended by itself."));
  });
  child.once("exit", onExit);
  if (child.exitCode !== null) onExit();
  try {
    return await Promise.race([action, ended]);
  } finally {
    child.off("exit", onExit);
    ended.catch(() => {});
  }
}

/**
 * What is stored, after a check (by expect) that nothing acknowledged is missing, nothing is there twice, and rollups
 * agree with raw.
 */
export async function storedOf(
  folder: string,
  publishers: readonly { readonly acknowledged: readonly Message[] }[],
  registered: readonly string[] = [],
) {
  const store = await openTimeSeriesStore(join(folder, "time-series"));
  const rows = await rowsOf<{ series: string; time: number; values: string[] }>(
    store.reader,
    `SELECT concat('sme/v1/', company, '/', site, '/', machine, '/', channel) AS series,
       toUnixTimestamp64Milli(time) AS time, groupArray(ifNull(toString(number), text)) AS values
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
        if (stored.get(`${topic}@${time}`)?.[0] !== String(value))
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
