/** A program's log in a cluster: JSON lines on standard output, where the cluster collects them. */
import { type Logger, type LoggerOptions, pino } from "pino";

export const logOptions: LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  // A second fence: nothing should pass a secret to the log at all.
  redact: [
    "password",
    "*.password",
    "token",
    "*.token",
    "cookie",
    "*.cookie",
    "authorization",
    "*.authorization",
  ],
};

export function openProgramLog(program: string): Logger {
  return pino(
    { ...logOptions, base: { program }, formatters: { level: (label) => ({ level: label }) } },
    // Synchronous: the last lines before an end are the ones that are looked for.
    pino.destination({ dest: 1, sync: true }),
  );
}
