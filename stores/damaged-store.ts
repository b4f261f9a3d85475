/** A store whose files are damaged or gone: what is wrong, and the way back. */
import { EnvironmentError } from "../base/kit-error.ts";

export const restoreHint =
  "`rollout restore <file>` brings back the last backup, with `--at <time>` one from before the loss";

export class DamagedStoreError extends EnvironmentError {
  /** @param message names the damaged files. */
  constructor(message: string, cause?: unknown) {
    super(message, `${restoreHint}, and keeps the damaged data under another name.`, { cause });
  }
}
