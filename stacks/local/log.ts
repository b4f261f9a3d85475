/** The local stack's log: JSON lines in its data folder, the former file kept beside it once it has grown large. */
import { existsSync, renameSync, statSync } from "node:fs";
import { type Logger, pino } from "pino";
import { logOptions } from "../../apps/run/log.ts";

const largestBytes = 20 * 1024 * 1024;

export function openLog(file: string): Logger {
  if (existsSync(file) && statSync(file).size > largestBytes) renameSync(file, `${file}.1`);
  const destination = pino.destination({ dest: file, mkdir: true, sync: false, mode: 0o600 });
  // A full disk takes no lines; it must not end the process, which says itself what is wrong.
  destination.on("error", () => {});
  return pino(logOptions, destination);
}
