/** The local stack's log: JSON lines in its data folder. A large file is renamed at the next start and kept. */
import { existsSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { type Logger, pino } from "pino";
import { logOptions } from "../../apps/program/log.ts";

const largestBytes = 20 * 1024 * 1024;

export function openLog(file: string): Logger {
  if (existsSync(file) && statSync(file).size > largestBytes) renameSync(file, `${file}.1`);
  const descriptor = openSync(file, "a", 0o600);
  // pino's own destination waits for space on a full disk, even when the process ends.
  const destination = {
    write(line: string) {
      try {
        writeSync(descriptor, line);
      } catch {
        // The disk is full: the stack itself reports that.
      }
    },
  };
  return pino(logOptions, destination);
}
