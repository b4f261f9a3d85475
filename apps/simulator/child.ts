/** The simulator's own process: told by its parent what to simulate, it ends when the parent says so or is gone. */
import { Fleet, type FleetOptions, type FleetStatus } from "./fleet.ts";

export type ToChild = { readonly start: FleetOptions } | { readonly stop: true };
export type FromChild = { readonly ready: true } | { readonly status: FleetStatus };

const statusMilliseconds = 250;

let fleet: Fleet | undefined;

/** What the broker hasn't acknowledged is simulated anew at the next start; the system closes the connections. */
function end(): void {
  process.exit(0);
}

process.on("message", (message: ToChild) => {
  if ("stop" in message) return end();
  fleet = new Fleet(message.start);
  fleet.start();
  setInterval(() => {
    if (fleet !== undefined) process.send?.({ status: fleet.status } satisfies FromChild);
  }, statusMilliseconds);
});
process.on("disconnect", end);
// Ctrl-C reaches the whole group of processes: the parent decides when this one ends.
process.on("SIGINT", () => undefined);
process.send?.({ ready: true } satisfies FromChild);
