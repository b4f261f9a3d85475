/** Stops on signals, such as Ctrl-C: the first signal stops in order, the second at once. */
import { exitCode, StoppedError } from "./kit-error.ts";

export interface StopOptions {
  /** SIGINT and SIGTERM where absent. */
  readonly signals?: readonly NodeJS.Signals[];
  /** What the command line says about the stop. */
  readonly message?: string;
  /** Called at the first signal. */
  readonly stopping?: (signal: NodeJS.Signals) => void;
}

/** @param end is aborted by the first signal, with a StoppedError as its reason. */
export function stopOnSignals(
  end: AbortController,
  { signals = ["SIGINT", "SIGTERM"], message = "Stopped.", stopping }: StopOptions = {},
): void {
  let isStopping = false;
  for (const name of signals)
    process.on(name, () => {
      if (isStopping) process.exit(exitCode.interrupted);
      isStopping = true;
      stopping?.(name);
      end.abort(new StoppedError(message, exitCode.interrupted));
    });
}
