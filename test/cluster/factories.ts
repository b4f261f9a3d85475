/** The simulator's own process, for a broker whose name the machine's DNS does not know. */
import { type ChildProcess, fork } from "node:child_process";
import type { FromChild } from "../../apps/simulator/child.ts";
import type { FleetOptions, FleetStatus } from "../../apps/simulator/fleet.ts";

export class Factories {
  readonly #child: ChildProcess;
  #status: FleetStatus | undefined;
  #complaint = "";

  /** @param address at which the broker is reached under its name. */
  constructor(options: FleetOptions, address: string) {
    const child = fork(new URL("../../apps/simulator/child.ts", import.meta.url), [], {
      env: { RESOLVED_NAME: options.broker.host, RESOLVED_ADDRESS: address },
      execArgv: ["--import", new URL("./resolve-broker.ts", import.meta.url).href],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#complaint = `${this.#complaint}${chunk.toString("utf8")}`.slice(-2000);
    });
    child.on("message", (message: FromChild) => {
      if ("status" in message) this.#status = message.status;
      else child.send({ start: options });
    });
    this.#child = child;
  }

  /** @throws when the process has ended by itself or has not told anything yet. */
  get status(): FleetStatus {
    if (this.#child.exitCode !== null) throw new Error(`The simulator ended: ${this.#complaint}`);
    if (this.#status === undefined) throw new Error("The simulator has not told anything yet.");
    return this.#status;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
