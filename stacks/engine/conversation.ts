/** The events and questions of a run on a stack, as data; the command line prints them. */
import type { PodTrouble } from "../../cluster/pod-troubles.ts";
import type { Action, ResourceMessage, ResourceStep } from "./resource-steps.ts";

/** A change that a run would make. */
export interface ResourceChange {
  readonly action: Exclude<Action, "read">;
  readonly kind: string;
  readonly name: string;
  readonly urn: string;
  /** Paths that change. */
  readonly changed: readonly string[];
  /** It stores data, which is lost or left behind with it. */
  readonly holdsData: boolean;
}

/** The change deletes stored data, or leaves it where nothing reads it. */
export const losesData = ({ action, holdsData }: ResourceChange): boolean =>
  holdsData && (action === "delete" || action === "replace");

export type RolloutEvent =
  | {
      readonly event: "stack";
      readonly stack: string;
      readonly target: string;
      /** Where the state is stored. */
      readonly state: string;
      /** What encrypts its secrets, in words. */
      readonly secrets: string;
      readonly cluster?: string;
      readonly namespace: string;
    }
  | { readonly event: "note"; readonly text: string }
  | { readonly event: "warning"; readonly text: string }
  | { readonly event: "changes"; readonly changes: readonly ResourceChange[] }
  | ({ readonly event: "resource" } & ResourceStep)
  | ({ readonly event: "message"; readonly kind: string; readonly name: string } & ResourceMessage)
  | ({ readonly event: "pod" } & PodTrouble)
  | {
      readonly event: "done";
      readonly stack: string;
      readonly did: "previewed" | "updated" | "read" | "removed" | "nothing";
      readonly counts: Readonly<Partial<Record<Action, number>>>;
      readonly milliseconds: number;
      readonly outputs: Readonly<Record<string, unknown>>;
    };

export interface Conversation {
  /** Runs a step, and shows its title meanwhile. */
  step<T>(title: string, action: (tell: (detail: string) => void) => Promise<T> | T): Promise<T>;
  tell(event: RolloutEvent): void;
  /** Absent where there is no terminal. */
  readonly ask?: {
    text(question: string): Promise<string>;
    /** What is typed is not shown. */
    secret(question: string): Promise<string>;
  };
  /** Aborted when the user stops the run. */
  readonly signal: AbortSignal;
}
