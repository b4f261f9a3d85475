/** The local stack's log: JSON lines in its data folder, the former file kept beside it once it has grown large. */
import { existsSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { type Logger, pino } from "pino";
import { logOptions } from "../../apps/program/log.ts";

const largestBytes = 20 * 1024 * 1024;

export function openLog(file: string): Logger {
  if (existsSync(file) && statSync(file).size > largestBytes) renameSync(file, `${file}.1`);
  const descriptor = openSync(file, "a", 0o600);
  // pino's own destination waits on a full disk until there is space, also when the process ends.
  const destination = {
    write(line: string) {
      try {
        writeSync(descriptor, line);
      } catch {
        // A full disk takes no lines; the process says itself what is wrong.
      }
    },
  };
  return pino(logOptions, destination);
}
