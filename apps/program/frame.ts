/**
 * Runs one program of the cluster: reads the files that the stack mounts, answers health checks from the start, stops in
 * order on SIGTERM or SIGINT, and ends the process where stopping takes too long.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { aborted } from "../../base/aborted.ts";
import { StoppedError } from "../../base/kit-error.ts";
import { stopOnSignals } from "../../base/stop-on-signals.ts";
import { connectionsFolder, readConnections } from "./connections.ts";
import { serveHealth } from "./health-server.ts";
import { localisationFolder, readLocalisationFiles } from "./localisation-files.ts";
import { openProgramLog } from "./log.ts";
import type { ProgramContext, RunningProgram, RunProgram } from "./program.ts";
import { messageOf, Retries } from "./retry.ts";

/** Kubernetes kills the process after 90 seconds. */
const longestStopMilliseconds = 85_000;

export interface FrameOptions {
  readonly connections?: string;
  readonly localisation?: string;
  /** Address to listen on; all where absent, as a pod has to. */
  readonly bind?: string;
}

/**
 * Returns when the program has ended by itself or was told to stop.
 * @param load called once the files are read and health is answered.
 * @throws InputError when a file is missing or invalid; whatever made the program fail.
 */
export async function run(
  name: string,
  load: () => Promise<RunProgram>,
  options: FrameOptions,
): Promise<void> {
  const connections = readConnections(options.connections ?? connectionsFolder);
  const localisation = readLocalisationFiles(options.localisation ?? localisationFolder);
  const log = openProgramLog(name);
  const end = new AbortController();
  stopOnSignals(end, { stopping: (signal) => log.info({ signal }, "stopping") });
  const retries = new Retries(log, end.signal);
  let running: RunningProgram | undefined;
  const health = await serveHealth(
    connections.metricsPort,
    {
      notReady: async () => {
        if (end.signal.aborted) return "stopping";
        if (retries.reason !== undefined) return retries.reason;
        return running === undefined ? "starting" : running.notReady().catch(messageOf);
      },
      metrics: async () => (await running?.metrics()) ?? [],
    },
    options.bind,
  );
  log.info({ port: health.port, country: localisation.country.country }, "started");
  const context: ProgramContext = {
    connections,
    localisation,
    log,
    signal: end.signal,
    ...(options.bind !== undefined && { bind: options.bind }),
    waitFor: (what, attempt, isFinal) => retries.waitFor(what, attempt, isFinal),
  };
  try {
    const runProgram = await load();
    running = await runProgram(context);
    log.info("running");
    await Promise.race([running.finished ?? aborted(end.signal), aborted(end.signal)]);
    end.signal.throwIfAborted();
  } catch (error) {
    if (!(end.signal.reason instanceof StoppedError)) throw error;
    // Kubernetes does not retry a Job that ended without an error.
    if (running?.finished !== undefined) throw new Error(`${name} was told to stop before it was done.`);
  } finally {
    end.abort();
    await stopInTime(running, log);
    await health.close();
    log.info("ended");
  }
}

async function stopInTime(running: RunningProgram | undefined, log: Logger): Promise<void> {
  if (running === undefined) return;
  const inTime = new AbortController();
  const late = delay(longestStopMilliseconds, true, { signal: inTime.signal }).catch(() => false);
  const stopped = running.stop().then(
    () => false,
    (error: unknown) => {
      log.error({ error: messageOf(error) }, "stopping failed");
      return false;
    },
  );
  if (await Promise.race([stopped, late])) {
    log.error({ milliseconds: longestStopMilliseconds }, "what was in progress did not end in time");
    process.exit(3);
  }
  inTime.abort();
}
