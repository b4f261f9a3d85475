/** What the benchmarks share: starting the data path in a separate process, and its messages. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqttPacket from "mqtt-packet";
import type { Country } from "../localisation/schema/country.ts";
import type { MessageFlow } from "../stores/relational/message-flow.ts";

/** As much of a country as the data path reads. */
export const benchCountry = {
  timezone: "Africa/Johannesburg",
  telemetry: { retention: { raw: "P13M", minute: "P3Y", hour: "P10Y", day: "P10Y", rejected: "P90D" } },
} as unknown as Country;

export const machineName = (index: number) => `machine-${index}`;
export const companyName = (index: number) => `company-${Math.floor(index / 100)}`;

export interface Ready {
  readonly kind: "ready";
  readonly mqttPort: number;
  readonly mqttsPort: number;
  /** PEM. */
  readonly ca: string;
  /** By machine's index. */
  readonly passwords: readonly string[];
}

export interface Measured {
  readonly kind: "measured";
  readonly flow: MessageFlow;
  readonly connections: number;
  readonly processorSeconds: number;
  readonly memory: NodeJS.MemoryUsage;
  /** Active parts in the fullest partition of any table. */
  readonly mostParts: number;
}

export type FromStack = Ready | Measured;
export interface ToStack {
  readonly kind: "measure" | "stop";
}

export interface BenchStack extends Ready {
  readonly process: ChildProcess;
  measure(): Promise<Measured>;
  stop(): Promise<void>;
}

export async function startBenchStack(
  machines: number,
  nodeArguments: readonly string[] = [],
): Promise<BenchStack> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const child = fork(new URL("./stack-process.ts", import.meta.url), [folder, String(machines)], {
    execArgv: [...nodeArguments],
  });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", () => {
    child.kill("SIGKILL");
    remove();
  });
  const ready = await messageOf<Ready>(child);
  return {
    ...ready,
    process: child,
    measure: () => {
      const measured = messageOf<Measured>(child);
      child.send({ kind: "measure" } satisfies ToStack);
      return measured;
    },
    stop: async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.send({ kind: "stop" } satisfies ToStack);
      await exited;
      remove();
    },
  };
}

export function messageOf<M>(child: ChildProcess): Promise<M> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error("The process ended."));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as M);
    });
  });
}

export const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** The packet with which a machine logs in. */
export const connectPacket = (index: number, passwords: Ready["passwords"], clientId: string): Buffer =>
  mqttPacket.generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: 0,
    username: `${companyName(index)}/plant/${machineName(index)}`,
    password: Buffer.from(passwords[index]!),
  });
