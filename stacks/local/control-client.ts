/** Asks a running stack for a task, from another process. */
import { EnvironmentError, exitCode, InputError } from "../../base/kit-error.ts";
import type { ControlAnswer } from "./control-server.ts";
import type { RunningStack } from "./data-folder.ts";

/**
 * @param address of the task; absent where a former version of the kit started the stack.
 * @param task for the message where it is not done, such as "made no backup".
 * @throws InputError, EnvironmentError
 */
export async function askStack<Result>(
  { pid }: RunningStack,
  address: string | undefined,
  task: string,
  request: object,
  tell: (what: string) => void = () => {},
): Promise<Result> {
  const silent = (cause: unknown) =>
    new EnvironmentError(
      `The stack (process ${pid}) ${task}: ${cause instanceof Error ? cause.message : cause}.`,
      "Check it with `rollout status`. A stack that an earlier version of the kit started must be restarted first.",
    );
  if (address === undefined) throw silent("it has no such command");
  try {
    const response = await fetch(address, { method: "POST", body: JSON.stringify(request) });
    if (!response.ok || response.body === null) throw silent(`HTTP ${response.status}`);
    for await (const answer of answers<Result>(response.body)) {
      if (answer.event === "progress") tell(answer.what);
      else if (answer.event === "done") return answer.result;
      else if (answer.exitCode === exitCode.inputWrong)
        throw new InputError(answer.error, answer.remediation);
      else throw new EnvironmentError(answer.error, answer.remediation);
    }
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof InputError) throw error;
    throw silent(error);
  }
  throw silent("it ended");
}

/** Reads one JSON value per line. */
async function* answers<Result>(body: ReadableStream<Uint8Array>): AsyncGenerator<ControlAnswer<Result>> {
  let rest = "";
  for await (const text of body.pipeThrough(
    new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
  )) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as ControlAnswer<Result>;
  }
}
