/**
 * The local stack's log: JSON lines in its data folder. A file that has become large is renamed and kept until the next one is,
 * also while the stack runs; no line is kept for longer than the country's file says. Of lines with the same text the first ones are written and the others counted: a flood of connections
 * must not fill the disk.
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { type Logger, type LoggerOptions, pino } from "pino";
import { logOptions } from "../../apps/program/log.ts";

export interface LogLimits {
  readonly fileBytes: number;
  /** Lines of one text that are written in a period. */
  readonly linesAPeriod: number;
  readonly periodMilliseconds: number;
  /** Older lines are removed. */
  readonly keptMilliseconds: number;
}

const standardLimits: LogLimits = {
  fileBytes: 20 * 1024 * 1024,
  linesAPeriod: 20,
  periodMilliseconds: 60_000,
  keptMilliseconds: Number.POSITIVE_INFINITY,
};

export function openLog(file: string, limits: Partial<LogLimits> = {}): Logger {
  const { fileBytes, linesAPeriod, periodMilliseconds, keptMilliseconds } = { ...standardLimits, ...limits };
  const repeats = new Repeats(linesAPeriod);
  const logFile = new LogFile(file, fileBytes);
  logFile.removeOld(keptMilliseconds);
  setInterval(() => {
    repeats.endPeriod();
    logFile.removeOld(keptMilliseconds);
  }, periodMilliseconds).unref();
  process.once("exit", () => repeats.endPeriod());
  const hooks: LoggerOptions["hooks"] = {
    logMethod(parameters, write, level) {
      const text = String(parameters.find((each) => typeof each === "string"));
      repeats.add(`${level} ${text}`, (alikeSinceLastLine) => {
        const [fields] = parameters as unknown[];
        if (alikeSinceLastLine === 0) write.apply(this, parameters);
        else write.call(this, { ...(typeof fields === "object" && fields), alikeSinceLastLine }, text);
      });
    },
  };
  return pino({ ...logOptions, hooks }, logFile);
}

type Write = (alikeSinceLastLine: number) => void;

/** Counts the lines of each text in a period, and writes the last one with the count at its end. */
class Repeats {
  readonly #most: number;
  readonly #byText = new Map<string, { count: number; write: Write }>();

  constructor(most: number) {
    this.#most = most;
  }

  add(text: string, write: Write): void {
    const count = (this.#byText.get(text)?.count ?? 0) + 1;
    this.#byText.set(text, { count, write });
    if (count <= this.#most) write(0);
  }

  endPeriod(): void {
    for (const { count, write } of this.#byText.values())
      if (count > this.#most) write(count - this.#most - 1);
    this.#byText.clear();
  }
}

/** pino's own destination waits for space on a full disk, even when the process ends. */
class LogFile {
  readonly #file: string;
  readonly #mostBytes: number;
  #descriptor: number;
  #bytes: number;

  constructor(file: string, mostBytes: number) {
    this.#file = file;
    this.#mostBytes = mostBytes;
    this.#descriptor = openSync(file, "a", 0o600);
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  write(line: string): void {
    try {
      if (this.#bytes > this.#mostBytes) this.#turn();
      this.#bytes += writeSync(this.#descriptor, line);
    } catch {
      // The disk is full: the stack itself reports that.
    }
  }

  /** Each of the two files covers half of the time at most. */
  removeOld(keptMilliseconds: number, now = Date.now()): void {
    try {
      const former = statSync(`${this.#file}.1`, { throwIfNoEntry: false });
      if (former !== undefined && now - former.mtimeMs > keptMilliseconds / 2) rmSync(`${this.#file}.1`);
      if (now - firstTimeIn(this.#file) > keptMilliseconds / 2) this.#turn();
    } catch {
      // Tried again in the next period.
    }
  }

  #turn(): void {
    renameSync(this.#file, `${this.#file}.1`);
    const former = this.#descriptor;
    this.#descriptor = openSync(this.#file, "a", 0o600);
    this.#bytes = 0;
    closeSync(former);
  }
}

/** Epoch milliseconds of the first line; NaN where there is none. */
function firstTimeIn(file: string): number {
  const descriptor = openSync(file, "r");
  try {
    const start = Buffer.alloc(200);
    const read = readSync(descriptor, start, 0, start.length, 0);
    return Date.parse(/"time":"([^"]+)"/.exec(start.toString("utf8", 0, read))?.[1] ?? "");
  } finally {
    closeSync(descriptor);
  }
}
