/** Updates the state from the cluster or cloud, and says what was different. */
import { exitCode, StoppedError } from "../../base/kit-error.ts";
import type { Conversation } from "./conversation.ts";
import { unknownStack } from "./refusals.ts";
import { RunReport } from "./run-report.ts";
import { openSession, type RolloutRequest } from "./session.ts";

/** @throws StoppedError, EnvironmentError */
export async function reload(request: RolloutRequest, conversation: Conversation): Promise<void> {
  const began = performance.now();
  const session = await openSession(request, conversation);
  const { stack, existed, cluster } = session;
  try {
    if (!existed) throw unknownStack(stack.name);
    const report = new RunReport(conversation);
    try {
      await stack.refresh({ onEvent: report.read, signal: conversation.signal });
    } catch (error) {
      if (conversation.signal.aborted)
        throw new StoppedError("Stopped. Nothing in the cluster was changed.", exitCode.interrupted);
      throw error;
    }
    conversation.tell({
      event: "done",
      stack: stack.name,
      did: "read",
      counts: report.counts,
      milliseconds: performance.now() - began,
      outputs: {},
    });
  } finally {
    cluster?.close();
  }
}
