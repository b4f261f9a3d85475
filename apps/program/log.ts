/** A program's log in a cluster: JSON lines on standard output, where the cluster collects them. */
import { type Logger, type LoggerOptions, pino } from "pino";

export const logOptions: LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  // In case a secret is passed to the log by mistake.
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
    // Synchronous: the last lines before the process ends matter most.
    pino.destination({ dest: 1, sync: true }),
  );
}
