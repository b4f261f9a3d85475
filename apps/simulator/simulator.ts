/**
 * Simulated factories in a process of their own, which reach the stack over MQTT and TLS like any device. They begin in the
 * past, so that pages show whole shifts at once, catch up with the clock, and then follow it.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";
import { acceptedAge } from "../../stores/time-series/retention.ts";
import { calendarOf } from "../analytics/calendar.ts";
import { keyOf } from "../analytics/machine-key.ts";
import type { FromChild, ToChild } from "./child.ts";
import type { MqttAddress } from "./device.ts";
import { noCounts } from "./device-counts.ts";
import type { FleetMachine, FleetOptions, FleetStatus } from "./fleet.ts";
import { lastStored, startOfHistory } from "./history.ts";
import type { RegisteredMachine } from "./registration.ts";

export interface SimulatorOptions {
  readonly country: Country;
  readonly machines: readonly RegisteredMachine[];
  readonly broker: MqttAddress;
  /** Of the time-series store: counters continue from their stored values. */
  readonly reader: ClickHouseClient;
  /** Seconds between two readings of a channel; the country's sampling interval where absent. */
  readonly rate?: number | undefined;
  /** Simulated seconds in a real one until the present is reached; where absent, so many that it takes some seconds. */
  readonly speed?: number | undefined;
  readonly log: { warn(fields: object, message: string): void };
}

export interface Simulator {
  readonly status: FleetStatus;
  /**
   * Settles when the machines have reached the present and their readings are stored, or after 20 seconds: then they
   * continue to catch up.
   */
  caughtUp(tell?: (detail: string) => void): Promise<void>;
  /** Ends the process in less than two seconds. */
  stop(): Promise<void>;
}

const catchUpSeconds = 7;
const longestWaitMilliseconds = 20_000;
/**
 * About the number of readings that a first start sends, so that it takes seconds: of more machines each measures less
 * often, and of very many only the first have a past.
 */
const readingsInThePast = 200_000;
const mostReadingsInThePast = 400_000;
const otherChannels = 5;
/** Seconds. */
const longestInThePast = 900;
const stopMilliseconds = 1000;
const firstRestartMilliseconds = 2000;
const longestRestartMilliseconds = 60_000;
const hour = 3_600_000;

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const simulator = new SimulatorProcess(options);
  await simulator.start();
  return simulator;
}

class SimulatorProcess implements Simulator {
  readonly #options: SimulatorOptions;
  #status: FleetStatus;
  #child: ChildProcess | undefined;
  #startedAt = Date.now();
  #stopped = false;
  #restartMilliseconds = firstRestartMilliseconds;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.#status = {
      ...noCounts(),
      machines: options.machines.length,
      waiting: 0,
      dropped: 0,
      simulatedUntil: Date.now(),
      caughtUp: false,
      processId: 0,
      residentBytes: 0,
    };
  }

  get status(): FleetStatus {
    return this.#status;
  }

  async start(): Promise<void> {
    const fleet = await this.#fleetOptions(Date.now());
    if (this.#stopped) return;
    const startsAt = fleet.machines.reduce((first, machine) => Math.min(first, machine.startsAt), Date.now());
    this.#startedAt = startsAt;
    this.#status = { ...this.#status, simulatedUntil: startsAt };
    // The same file as source and compiled.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    const entry = fileURLToPath(new URL(`./child${extension}`, import.meta.url));
    const child = fork(entry, [], {
      // Passwords are sent by the channel between the processes: other users can read arguments and environment.
      env: {},
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child = child;
    let errorOutput = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      errorOutput = (errorOutput + chunk.toString("utf8")).slice(-2000);
    });
    child.on("message", (message: FromChild) => {
      if ("status" in message) {
        this.#status = message.status;
        if (message.status.caughtUp) this.#restartMilliseconds = firstRestartMilliseconds;
      } else tell(child, { start: fleet });
    });
    child.on("error", (error) => {
      errorOutput = error.message;
    });
    child.on("exit", (code, signal) => this.#onExit(code, signal, errorOutput));
  }

  async caughtUp(tell: (detail: string) => void = () => undefined): Promise<void> {
    const until = Date.now() + longestWaitMilliseconds;
    while (!this.#status.caughtUp && !this.#stopped && Date.now() < until) {
      const hours = (time: number) => `${((time - this.#startedAt) / hour).toFixed(1)} h`;
      tell(`${hours(this.#status.simulatedUntil)} of ${hours(Date.now())}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { machines, connected, acknowledged } = this.#status;
    tell(`${connected} of ${machines} machines connected, ${acknowledged} readings stored`);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const timer = setTimeout(() => child.kill("SIGKILL"), stopMilliseconds);
    tell(child, { stop: true });
    await ended;
    clearTimeout(timer);
  }

  #onExit(code: number | null, signal: string | null, errorOutput: string): void {
    this.#child = undefined;
    if (this.#stopped) return;
    const failure = `The simulator's process ended (${signal ?? `exit code ${code}`}) and is started again.`;
    this.#status = { ...this.#status, connected: 0, failure };
    this.#options.log.warn({ output: errorOutput }, failure);
    this.#restart = setTimeout(() => {
      this.start().catch((error: unknown) => this.#onExit(1, null, String(error)));
    }, this.#restartMilliseconds);
    this.#restartMilliseconds = Math.min(longestRestartMilliseconds, this.#restartMilliseconds * 2);
  }

  async #fleetOptions(now: number): Promise<FleetOptions> {
    const { country, broker, reader, machines } = this.#options;
    const calendar = calendarOf(country);
    const oldest = now - acceptedAge(country.telemetry.retention) + hour;
    const first = Math.max(startOfHistory(calendar, now), oldest);
    const stored = await lastStored(reader, machines);
    // A lasting state must be sent again before the machine counts as offline.
    const longestRate = 0.4 * country.telemetry.offlineAfterSeconds;
    const rate = Math.min(longestRate, this.#options.rate ?? country.telemetry.sampling.intervalSeconds);
    const readingsOfMachine = ((now - first) / 1000) * (1 / longestRate + otherChannels / longestInThePast);
    const machinesWithPast = Math.ceil(mostReadingsInThePast / readingsOfMachine);
    const fleetMachines = machines.map((machine, index): FleetMachine => {
      const last = stored.get(keyOf(machine));
      return {
        ...machine,
        counters: last?.counters ?? { produced: 0, scrap: 0, energy: 0 },
        startsAt: Math.max(index < machinesWithPast ? first : now - rate * 1000, last?.time ?? 0),
      };
    });
    const starts = fleetMachines.map((machine) => machine.startsAt);
    const pastSeconds = starts.reduce((total, start) => total + Math.max(0, now - start), 0) / 1000;
    const longestSeconds = (now - starts.reduce((earliest, start) => Math.min(earliest, start), now)) / 1000;
    const values = Math.max(rate, (pastSeconds * otherChannels) / readingsInThePast);
    return {
      broker: { ...broker, host: broker.host.replace(/^\[(.*)\]$/, "$1") },
      calendar,
      machines: fleetMachines,
      seed: 1,
      rate,
      rateInThePast: {
        state: Math.min(longestRate, values),
        values: Math.min(values, longestInThePast),
      },
      speed: Math.max(1.1, this.#options.speed ?? Math.max(60, longestSeconds / catchUpSeconds)),
    };
  }
}

function tell(child: ChildProcess, message: ToChild): void {
  // The process may have ended, which `exit` reports.
  child.send(message, () => undefined);
}
