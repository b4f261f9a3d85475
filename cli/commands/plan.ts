/** `rollout plan`: the resources of a country's stack, from its file alone: no cluster, cloud or credential is needed. */

import { Command } from "commander";
import { InputError } from "../../base/kit-error.ts";
import { kitVersion } from "../../base/package-root.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { clusterTargets } from "../../localisation/schema/hosting.ts";
import { readGiven, savePlan } from "../given-file.ts";
import {
  clusterTarget,
  type FileOptions,
  readCountry,
  targetOption,
  withFile,
} from "../localisation-file.ts";
import { print, printJson, style, warnOfLosses } from "../terminal.ts";

interface Options extends FileOptions {
  readonly json?: boolean;
  readonly manifests?: string;
  readonly diff?: string;
}

export function planCommand(): Command {
  return withFile(
    new Command("plan").description("show the resources of a country's stack, without touching a cluster"),
  )
    .addOption(targetOption())
    .option("--manifests <folder>", "also write the objects as YAML files for kubectl apply")
    .option("--diff <plan>", "show the differences from a plan saved with --json")
    .option("--json", "print JSON")
    .action((file: string, options: Options) => showPlan(readCountry(file, options), options));
}

async function showPlan(loaded: LoadedCountry, options: Options): Promise<void> {
  const target = clusterTarget(loaded, options.target);
  if (target === undefined) throw noTarget(loaded, options);
  // Pulumi takes a quarter of a second to load, which other commands need not wait for.
  const { planCountry } = await import("../../stacks/country-plan.ts");
  const before = options.diff === undefined ? undefined : await savedPlan(options.diff);
  const plan = await planCountry(loaded, target, kitVersion());
  const { recordedLosses } = await import("../../stacks/engine/present-topology.ts");
  warnOfLosses(recordedLosses(loaded, plan));
  if (options.manifests !== undefined) {
    const { manifests, writeManifests } = await import("../../plan/manifests.ts");
    writeManifests(options.manifests, manifests(plan));
  }
  if (before !== undefined) {
    const { diffPlans, renderDiff } = await import("../../plan/diff.ts");
    const diff = diffPlans(before, plan);
    if (options.json) printJson(diff);
    else
      print(
        renderDiff(diff, {
          added: (text) => style("green", text),
          removed: (text) => style("red", text),
          changed: (text) => style("yellow", text),
        }),
      );
    return;
  }
  if (options.json) {
    const { saveable } = await import("../../plan/plan.ts");
    return printJson(saveable(plan));
  }
  const { renderTree } = await import("../../plan/tree.ts");
  print(
    renderTree(plan, {
      strong: (text) => style("bold", text),
      faint: (text) => style("dim", text),
      warning: (text) => style("yellow", text),
    }),
  );
}

async function savedPlan(file: string) {
  const { parsePlan } = await import("../../plan/plan.ts");
  return readGiven(file, savePlan, parsePlan);
}

function noTarget(loaded: LoadedCountry, options: Options): InputError {
  const { country, file, environment } = loaded;
  const wanted = options.target ?? country.hosting.target;
  if (options.target !== undefined)
    return new InputError(
      `No plan can be made for the target "${wanted}".`,
      `There is: ${clusterTargets.join(", ")}.`,
    );
  const others = Object.entries(country.hosting.environments).flatMap(([name, overlay]) => {
    const target = (overlay as { hosting?: { target?: string } }).hosting?.target;
    return name !== environment && clusterTargets.some((known) => known === target) ? [name] : [];
  });
  const remediation = [
    ...others.map((name) => `\`--env ${name}\``),
    ...(country.hosting.kubernetes === undefined ? [] : ["`--target kubernetes`"]),
  ].join(" or ");
  return new InputError(
    `${file}${environment === undefined ? "" : ` (${environment})`} has the target "${wanted}", which needs no plan.`,
    remediation === "" ? "Describe a cluster under hosting.kubernetes." : `Try ${remediation}.`,
  );
}
