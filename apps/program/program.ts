/**
 * The interface between the programs of a cluster and the frame that runs them. `apps/<name>/program.ts`, listed in
 * `programs.ts`, exports a `RunProgram`; `frame.ts` reads the files, serves health, handles signals and the end.
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
  /** Aborted when the program is to stop, also while it is starting. */
  readonly signal: AbortSignal;
  /**
   * Retries until it succeeds, with a log line each time and growing pauses (at most 15 s), while `/ready` says why.
   * For stores and brokers that do not answer yet. An `InputError`, and an error that `isFinal` accepts, is thrown at once.
   * @param what is waited for, for people: "the time-series store".
   * @throws the signal's reason when the program is to stop.
   */
  readonly waitFor: <T>(
    what: string,
    attempt: () => Promise<T>,
    isFinal?: (error: unknown) => boolean,
  ) => Promise<T>;
}

export interface RunningProgram {
  /** Why the program is not ready now; undefined when it is. Asked every few seconds; a rejection counts as a reason. */
  notReady(): Promise<string | undefined>;
  /** Asked at each scrape. */
  metrics(): readonly Metric[] | Promise<readonly Metric[]>;
  /** Finishes what is in progress and closes connections; it has 85 seconds. */
  stop(): Promise<void>;
  /** For a program that ends by itself: settles when it is done. */
  readonly finished?: Promise<void>;
}

export type RunProgram = (context: ProgramContext) => Promise<RunningProgram>;
