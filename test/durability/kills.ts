/** Runs the data path under load, kills it repeatedly, and checks what is stored. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Credential } from "../../stores/relational/companies.ts";
import type { ToStack } from "./messages.ts";
import { Publisher } from "./publisher.ts";
import { answer, exited, pause, startStack, storedOf, whileRunning } from "./stack.ts";

const machines = 8;

/** Mulberry32: the same times for the same seed, as far as the machine allows. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Outcome {
  readonly acknowledged: number;
  readonly readings: number;
  /** Starts that found rollups behind raw. */
  readonly repairs: number;
}

/** @throws (by expect) where anything acknowledged is missing or anything is stored twice. */
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
  const start = () => startStack(folder, port, machines);
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
        await whileRunning(child, pause(5));
      if (round === rounds) break;
      await pause(random() * 1200);
      child.kill("SIGKILL");
      await exited(child);
    }
    await whileRunning(child!, Promise.all(publishers.map((publisher) => publisher.end())));
    child!.send({ kind: "stop" } satisfies ToStack);
    await exited(child!);
    return { ...(await storedOf(folder, publishers, registered)), repairs };
  } finally {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}
