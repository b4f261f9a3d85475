/** The simulator's own process: its parent says what to simulate; it ends when the parent says so or has ended. */
import { Fleet, type FleetOptions, type FleetStatus } from "./fleet.ts";

export type ToChild = { readonly start: FleetOptions } | { readonly stop: true };
export type FromChild = { readonly ready: true } | { readonly status: FleetStatus };

const statusMilliseconds = 250;

let fleet: Fleet | undefined;

/** Readings that the broker has not acknowledged are simulated again at the next start. */
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
// Ctrl-C reaches the whole process group: the parent decides when this process ends.
process.on("SIGINT", () => undefined);
process.send?.({ ready: true } satisfies FromChild);
