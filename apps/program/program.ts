/**
 * What each program of the cluster is to the frame that runs it. `apps/<name>/program.ts`, listed in `programs.ts`, exports a function
 * of the type `RunProgram`; the frame reads the files, serves health, handles signals and the end.
 */
import type { Logger } from "pino";
import type { Connections } from "./connections.ts";
import type { LocalisationFiles } from "./localisation-files.ts";
import type { Metric } from "./metrics.ts";

export interface ProgramContext {
  readonly connections: Connections;
  readonly localisation: LocalisationFiles;
  readonly log: Logger;
  /** Address to listen on; all where absent. */
  readonly bind?: string;
  /** Aborted when the program is to stop, also while it still starts. */
  readonly signal: AbortSignal;
  /**
   * Tries until it succeeds, with a log line each time, ever longer pauses (at most 15 s) and `/ready` answering why.
   * For stores and brokers that are not there yet. What can't succeed is thrown: a `InputError`, or what
   * `isFinal` says of an error.
   * @param what is waited for, as a person would say it: "the time-series store".
   * @throws the signal's reason when the program is to stop.
   */
  readonly waitFor: <T>(
    what: string,
    attempt: () => Promise<T>,
    isFinal?: (error: unknown) => boolean,
  ) => Promise<T>;
  /** The program can't go on: it is stopped in order and the process ends with exit code 3. */
  readonly fail: (error: Error) => void;
}

export interface RunningProgram {
  /** Why the program is not ready now; undefined when it is. Asked every few seconds; a rejection counts as a reason. */
  notReady(): Promise<string | undefined>;
  /** Asked at each scrape. */
  metrics(): readonly Metric[] | Promise<readonly Metric[]>;
  /** Finishes what is under way and closes connections; it has 85 seconds. */
  stop(): Promise<void>;
  /** For a program that ends by itself: settles when it is done. */
  readonly finished?: Promise<void>;
}

export type RunProgram = (context: ProgramContext) => Promise<RunningProgram>;
