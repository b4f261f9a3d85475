/** Asks a person before something is changed. */
import { EnvironmentError, exitCode, StoppedError } from "../../base/kit-error.ts";
import type { Conversation } from "./conversation.ts";
import type { RolloutRequest } from "./session.ts";

/**
 * @param agrees whether an answer is a yes.
 * @throws StoppedError, EnvironmentError where there is nobody to ask
 */
export async function confirm(
  { yes }: Pick<RolloutRequest, "yes">,
  { ask, signal }: Conversation,
  question: string,
  agrees: (answer: string) => boolean = (answer) => /^y(es)?$/i.test(answer),
): Promise<void> {
  if (yes) return;
  if (ask === undefined)
    throw new EnvironmentError(
      "This asks for a confirmation, and there is no terminal to ask at.",
      "Add --yes if you mean it.",
    );
  if (!agrees((await ask.text(question)).trim()))
    throw new StoppedError("Nothing was changed.", signal.aborted ? exitCode.interrupted : exitCode.fine);
}
