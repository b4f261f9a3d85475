/** Turns the engine's events into steps of resources that a person can follow: started, done or failed. */
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { kindOf, type Properties, shownName } from "../../plan/plan.ts";

export type Action = "create" | "update" | "replace" | "delete" | "read";

export interface ResourceStep {
  readonly state: "started" | "done" | "failed";
  readonly action: Action;
  /** `StatefulSet`. */
  readonly kind: string;
  readonly name: string;
  readonly urn: string;
  /** Duration; absent when it starts. */
  readonly milliseconds?: number;
  /** Paths that change. */
  readonly changed: readonly string[];
}

/** A message about a resource while it is being changed, such as that a pod is not ready yet. */
export interface ResourceMessage {
  readonly urn: string;
  readonly severity: "warning" | "error";
  readonly text: string;
  /** It is only true while the step runs. */
  readonly passing: boolean;
}

const actions: Readonly<Record<string, Action>> = {
  create: "create",
  import: "create",
  update: "update",
  // A replacement is a step that creates and one that deletes.
  "create-replacement": "replace",
  "import-replacement": "replace",
  delete: "delete",
  // What a refresh finds: something is gone or different.
  refresh: "read",
};

/** Components only group others, and providers are settings: neither is a real resource. */
const isReal = ({ type, new: fresh, old }: StepEventMetadata): boolean =>
  (fresh ?? old)?.custom === true && !type.startsWith("pulumi:providers:");

export class StepReader {
  readonly #started = new Map<string, number>();
  readonly #titles = new Map<string, ResourceTitle>();

  /** The step that an event is about; undefined where it is about none. */
  step(event: EngineEvent, now: number = performance.now()): ResourceStep | undefined {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent } = event;
    const metadata = (resourcePreEvent ?? resOutputsEvent ?? resOpFailedEvent)?.metadata;
    if (metadata === undefined || !isReal(metadata)) return undefined;
    const action = actions[metadata.op];
    if (action === undefined) return undefined;
    const title = titleOf(metadata.new ?? metadata.old ?? metadata);
    this.#titles.set(metadata.urn, title);
    const base = { action, ...title, urn: metadata.urn, changed: changedPaths(metadata) };
    const key = `${action} ${metadata.urn}`;
    if (resourcePreEvent !== undefined) {
      this.#started.set(key, now);
      return { state: "started", ...base };
    }
    return {
      state: resOutputsEvent === undefined ? "failed" : "done",
      ...base,
      milliseconds: now - (this.#started.get(key) ?? now),
    };
  }

  /** @param urn of a resource; of one that no step was about, the title is what its URN says. */
  titleOf(urn: string): ResourceTitle {
    return this.#titles.get(urn) ?? titleOf({ urn });
  }

  /** Warnings and errors for the user; the engine's messages for its developers are left out. */
  message({ diagnosticEvent }: EngineEvent): ResourceMessage | undefined {
    if (diagnosticEvent === undefined) return undefined;
    const { urn = "", severity, message, ephemeral } = diagnosticEvent;
    if (severity !== "warning" && severity !== "error") return undefined;
    const text = shortened(withoutColours(message));
    // The first comes with every run that finds a plugin on PATH, the second with every run that fails.
    if (text === "" || /^using pulumi-resource-|^(update|preview|destroy|refresh) failed$/.test(text))
      return undefined;
    return { urn, severity, text, passing: ephemeral === true };
  }
}

/** Removes the text that the Kubernetes provider puts around each reason: it only names the resource again. */
function shortened(text: string): string {
  const frame =
    /resource "?urn:\S+"? was (?:successfully created|not successfully (?:created|updated) by the Kubernetes API server)[^:]*: (?:the Kubernetes API server reported that it failed to fully initialize or become live: )?/g;
  return text
    .replaceAll(/^(error: )?\d+ errors? occurred:\s*/gm, "")
    .replaceAll(frame, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* /, "").trim())
    .filter((line) => line !== "" && !line.startsWith("at "))
    .join("\n");
}

export interface ResourceTitle {
  readonly kind: string;
  readonly name: string;
}

interface Titled {
  /** `urn:pulumi:<stack>::<project>::<types>::<name>`. */
  readonly urn: string;
  /** URN. */
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** What people call a resource: the same as in the plan. */
export function titleOf({ urn, parent, inputs }: Titled): ResourceTitle {
  const [, , types = "", ...name] = urn.split("::");
  const type = types.split("$").at(-1) ?? "";
  const properties = (inputs ?? {}) as Properties;
  return {
    kind: kindOf({ type }),
    name: shownName({ type, name: name.join("::"), parent: parent ?? null, properties }),
  };
}

/** The engine marks colours as `<{%fg 2%}>`. */
export const withoutColours = (text: string): string => text.replaceAll(/<\{%[^%]*%\}>/g, "");

function changedPaths({ detailedDiff, diffs, keys, op }: StepEventMetadata): string[] {
  if (op === "create" || op === "delete") return [];
  const paths = detailedDiff == null ? [...(diffs ?? []), ...(keys ?? [])] : Object.keys(detailedDiff);
  return [...new Set(paths)].sort();
}
