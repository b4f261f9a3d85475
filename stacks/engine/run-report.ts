/** Reports the steps and messages of a run as they happen, counts the steps, and keeps those that failed. */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Conversation } from "./conversation.ts";
import { type Action, type ResourceStep, StepReader } from "./resource-steps.ts";

export class RunReport {
  readonly failed: ResourceStep[] = [];
  readonly counts: Partial<Record<Action, number>> = {};
  readonly #reader = new StepReader();
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  readonly read = (event: EngineEvent): void => {
    const step = this.#reader.step(event);
    if (step !== undefined) {
      if (step.state === "done") this.counts[step.action] = (this.counts[step.action] ?? 0) + 1;
      if (step.state === "failed") this.failed.push(step);
      if (step.state !== "failed" || !this.#conversation.signal.aborted)
        this.#conversation.tell({ event: "resource", ...step });
    }
    const message = this.#reader.message(event);
    // A stopped run only reports that it was stopped.
    if (message === undefined || this.#conversation.signal.aborted) return;
    const subject = message.urn === "" ? { kind: "", name: "" } : this.#reader.titleOf(message.urn);
    this.#conversation.tell({ event: "message", ...subject, ...message });
  };
}
