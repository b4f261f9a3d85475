/** Explains why a run of the engine failed, and how to go on. The engine's own text is shown only where nothing else fits. */

import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { isRunning } from "../../base/is-running.ts";
import { EnvironmentError } from "../../base/kit-error.ts";
import type { EngineRunError } from "./engine-cli.ts";
import { withoutColours } from "./resource-steps.ts";

export type EngineFailureReason =
  | "locked"
  | "wrong-passphrase"
  | "plugin-missing"
  /** The program itself threw. */
  | "program"
  | "state-unreachable"
  /** A resource could not be created, changed or deleted. */
  | "resources"
  | "cancelled"
  | "unknown";

export class EngineFailure extends EnvironmentError {
  readonly reason: EngineFailureReason;
  constructor(reason: EngineFailureReason, message: string, remediation: string, options?: ErrorOptions) {
    super(message, remediation, options);
    this.reason = reason;
  }
}

export function engineFailure(error: EngineRunError, stack: string): EngineFailure {
  const text = withoutColours(`${error.stderr}\n${error.stdout}`);
  const fail = (reason: EngineFailureReason, message: string, remediation: string) =>
    new EngineFailure(reason, message, remediation, { cause: error });
  if (/currently locked by|Another update is currently in progress/.test(text))
    return lock(text, stack, fail);
  if (/incorrect passphrase|passphrase must be set|constructing secrets manager/i.test(text))
    return fail(
      "wrong-passphrase",
      `The passphrase does not open the state of ${stack}.`,
      "Use the passphrase that the stack was created with.",
    );
  const thrown = /Unhandled exception: (?:\w*Error: )?(.*)/.exec(text)?.[1];
  if (thrown !== undefined) return fail("program", `The stack's program failed: ${thrown}`, "");
  const plugin =
    /(?:no resource plugin|could not find|Could not load plugin for) ["'`]?(?:pulumi-resource-)?([a-z0-9-]+)["'`]?/i.exec(
      text,
    )?.[1];
  if (plugin !== undefined && /plugin/i.test(text))
    return fail(
      "plugin-missing",
      `The engine's plugin for ${plugin} is not installed.`,
      "`rollout doctor --fix` installs it.",
    );
  if (
    /error: (open|read|could not|unable to|failed to) .*(bucket|s3:\/\/|file:\/\/)|NoSuchBucket|blob \(.*code=/.test(
      text,
    )
  )
    return fail(
      "state-unreachable",
      `The state of ${stack} can't be read: ${firstError(text)}`,
      "Check hosting.state, the credentials and the network.",
    );
  if (/cancel(l)?ed|update was canceled|signal: interrupt/i.test(text))
    return fail(
      "cancelled",
      "The run was stopped.",
      "Run the same command again: it continues where this run stopped.",
    );
  if (/error: (update|preview|destroy|refresh) failed|resource operation failed/.test(text))
    return fail(
      "resources",
      `Some changes to ${stack} failed.`,
      "Run the same command again: it continues where this run stopped.",
    );
  return fail("unknown", `The engine stopped: ${firstError(text)}`, "");
}

/** `…/locks/…/<id>.json: created by root@host (pid 123) at 2026-11-25T02:00:00Z`. */
function lock(
  text: string,
  stack: string,
  fail: (reason: EngineFailureReason, message: string, remediation: string) => EngineFailure,
): EngineFailure {
  const holder = /created by (\S+)@(\S+) \(pid (\d+)\)(?: at (\S+))?/.exec(text);
  if (holder === null)
    return fail(
      "locked",
      `Another run is working on ${stack}.`,
      "Wait until it ends. If it was interrupted, add --unlock.",
    );
  const [, user, host, pid, since] = holder;
  const when = since === undefined ? "" : ` since ${since}`;
  if (host === hostname() && !holds(Number(pid)))
    return fail(
      "locked",
      `A run on ${stack} was interrupted (process ${pid}${when}) and left its lock.`,
      "Add --unlock: it removes the lock and reads what the run had made.",
    );
  return fail(
    "locked",
    `Another run is working on ${stack}: process ${pid} of ${user} on ${host}${when}.`,
    "Wait until it ends. If you know that it was interrupted, add --unlock.",
  );
}

/** Whether the process still holds the lock: a zombie, or another program with the same number, does not, where /proc shows it. */
function holds(pid: number): boolean {
  if (!isRunning(pid)) return false;
  try {
    const [, program, state] = /^\d+ \((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return program === undefined || (program.startsWith("pulumi") && state !== "Z");
  } catch {
    return existsSync("/proc/self") ? existsSync(`/proc/${pid}`) : true;
  }
}

function firstError(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const line =
    lines.find((each) => each.startsWith("error:")) ?? lines.find((each) => each !== "") ?? "no reason given";
  return line.replace(/^error: /, "").slice(0, 400);
}
