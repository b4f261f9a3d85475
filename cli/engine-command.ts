/** What `up`, `preview`, `refresh` and `down` share: their options, the file, and how a run ends. */
import { type Command, Option } from "commander";
import { kitVersion } from "../base/package-root.ts";
import { formatProblem, type LoadedCountry, loadCountry } from "../localisation/load.ts";
import type { CheckResult } from "../policies/engine/findings.ts";
import type { Conversation } from "../stacks/engine/conversation.ts";
import type { RolloutRequest } from "../stacks/engine/session.ts";
import { engineConversation } from "./engine-conversation.ts";
import { exitCode, InputError } from "./failure.ts";
import { loadOptions } from "./load-options.ts";
import { print, printEvent, style } from "./terminal.ts";

export interface EngineOptions {
  readonly env?: string;
  readonly target?: string;
  readonly state?: string;
  readonly yes?: boolean;
  readonly deleteData?: boolean;
  readonly unlock?: boolean;
  readonly json?: boolean;
}

export const engineTargets = ["kubernetes", "aws"] as const;

/** Those that every one of them has. */
export function withEngineOptions(command: Command): Command {
  return command
    .option("--env <name>", "environment of the file, such as production")
    .addOption(
      new Option("--target <target>", "this target of the file instead of hosting.target").choices(
        engineTargets,
      ),
    )
    .option(
      "--state <folder>",
      "where the state lies, instead of .rollout/state beside the file, or its bucket",
    )
    .option("--unlock", "take away the lock of a run that broke off")
    .option("--json", "print one JSON value a line");
}

/** @param run gets what the engine needs; it is loaded only now. */
export async function runEngine(
  file: string,
  options: EngineOptions,
  run: (request: RolloutRequest, conversation: Conversation) => Promise<void>,
  loaded: LoadedCountry = load(file, options),
): Promise<void> {
  const target = engineTargets.find((known) => known === loaded.country.hosting.target);
  if (target === undefined)
    throw new InputError(
      `${file} has the target ${loaded.country.hosting.target}, which the engine has nothing to do with.`,
      `Name an environment that has a cluster by --env, or a target by --target (${engineTargets.join(", ")}).`,
    );
  const [{ StackSettingsError }, { NotHealthy, PoliciesRefuse, Stopped }] = await Promise.all([
    import("../stacks/kubernetes/stack.ts"),
    import("../stacks/engine/refusals.ts"),
  ]);
  const conversation = engineConversation(options.json === true);
  const request: RolloutRequest = {
    loaded,
    target,
    version: kitVersion(),
    environment: process.env,
    ...(options.state !== undefined && { state: options.state }),
    yes: options.yes === true,
    deleteData: options.deleteData === true,
    unlock: options.unlock === true,
  };
  try {
    await run(request, conversation).finally(() => conversation.end());
  } catch (error) {
    if (error instanceof StackSettingsError) throw new InputError(error.message, error.remediation);
    if (error instanceof PoliciesRefuse) {
      await showRefusal(error.result, options.json === true);
      process.exitCode = exitCode.checkFailed;
    } else if (error instanceof NotHealthy) {
      if (options.json) printEvent({ ok: false, error: error.message, remediation: error.remediation });
      else process.stderr.write(`${style("red", error.message, process.stderr)} ${error.remediation}\n`);
      process.exitCode = exitCode.checkFailed;
    } else if (error instanceof Stopped) {
      if (options.json) printEvent({ ok: false, stopped: true, error: error.message });
      else print(error.message);
      // As a shell says it of Ctrl-C.
      process.exitCode = conversation.signal.aborted ? 130 : exitCode.fine;
    } else throw error;
  }
}

/** Each finding in a sentence; `rollout check` tells more of them. */
async function showRefusal(result: CheckResult, json: boolean): Promise<void> {
  const { blocks, formatFinding } = await import("../policies/engine/findings.ts");
  const refused = result.findings.filter((finding) => blocks(finding, "low"));
  if (json) printEvent({ ok: false, error: "The policies refuse this plan.", findings: refused });
  else {
    for (const finding of refused)
      process.stderr.write(
        `${style("red", `✗ ${finding.policy}`, process.stderr)}  ${formatFinding(finding)}\n`,
      );
    process.stderr.write(
      "The policies refuse this plan: nothing was changed. `rollout check` names the articles.\n",
    );
  }
}

function load(file: string, options: EngineOptions): LoadedCountry {
  const loaded = loadCountry(file, loadOptions(options));
  for (const warning of loaded.warnings)
    process.stderr.write(`${formatProblem(warning)} ${style("yellow", "(warning)", process.stderr)}\n`);
  return loaded;
}
