/** `rollout check`: runs the policies on residency and security on a country's plan, or on anyone's manifests. */

import { Command, Option } from "commander";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { kitVersion } from "../../base/package-root.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { clusterTargets } from "../../localisation/schema/hosting.ts";
import type { Plan } from "../../plan/plan.ts";
import type { CheckSubject } from "../../policies/check-country.ts";
import { type CheckResult, isFailed } from "../../policies/engine/findings.ts";
import { type Severity, severities } from "../../policies/engine/policy.ts";
import type { Resource } from "../../policies/resources/resource.ts";
import { readGiven, savePlan } from "../given-file.ts";
import {
  clusterTarget,
  type FileOptions,
  readCountry,
  targetOption,
  withFile,
} from "../localisation-file.ts";
import { print, printJson, style } from "../terminal.ts";

interface Options extends FileOptions {
  readonly plan?: string;
  readonly manifests?: string;
  readonly live?: boolean;
  readonly state?: string;
  readonly project?: string;
  readonly severity: Severity;
  readonly format: "table" | "json" | "sarif" | "junit";
  readonly json?: boolean;
}

export function checkCommand(): Command {
  return withFile(
    new Command("check").description(
      "check that a country's stack keeps its data where the law allows it, and keeps it safe",
    ),
  )
    .addOption(targetOption())
    .option("--plan <file>", "check a plan saved by `rollout plan --json` instead of planning")
    .option("--manifests <folder>", "check Kubernetes manifests instead, such as what `helm template` prints")
    .option("--live", "check what runs on the cluster instead, and how it is different from the plan")
    .option(
      "--state <file>",
      "check what `pulumi stack export` printed; with --live, only its cloud resources",
    )
    .option("--project <folder>", "also check the Pulumi.yaml and Pulumi.<stack>.yaml of a folder")
    .addOption(
      new Option("--severity <severity>", "fail at findings of this severity or above")
        .choices(severities)
        .default("low"),
    )
    .addOption(
      new Option("--format <format>", "how to print the result")
        .choices(["table", "json", "sarif", "junit"])
        .default("table"),
    )
    .option("--json", "the same as --format json")
    .action(async (file: string, options: Options) => {
      refuseTwoSubjects(options);
      const loaded = readCountry(file, options);
      const subject = await subjectOf(loaded, options);
      const { checkCountry } = await import("../../policies/check-country.ts");
      const { readProject } = await import("../../policies/inputs/project.ts");
      const also = options.project === undefined ? [] : readProject(options.project);
      const result = checkCountry(loaded, { subject, also });
      await show(result, options);
      if (isFailed(result, options.severity)) process.exitCode = exitCode.checkFailed;
      // The rest was checked: its findings are printed too.
      const unread = result.findings.some(
        ({ policy, verdict }) => policy === "input-unread" && verdict === "undetermined",
      );
      if (options.manifests !== undefined && unread) process.exitCode = exitCode.inputWrong;
    });
}

async function subjectOf(loaded: LoadedCountry, options: Options): Promise<CheckSubject> {
  if (options.manifests !== undefined) return { kind: "manifests", folder: options.manifests };
  if (options.plan !== undefined) return savedPlan(loaded, options.plan);
  if (options.state !== undefined && !options.live)
    return { kind: "state", resources: await stateResources(options.state), description: options.state };
  const planned = await ownPlan(loaded, options);
  if (planned === undefined) return { kind: "file" };
  if (options.live) return liveSubject(loaded, planned, options);
  return {
    kind: "plan",
    plan: planned,
    description: `the plan of ${loaded.file} for ${planned.target}`,
  };
}

/** @returns undefined where the file's own target has no plan. */
async function ownPlan(loaded: LoadedCountry, options: Options): Promise<Plan | undefined> {
  const target = clusterTarget(loaded, options.target);
  if (target === undefined) {
    if (options.target === undefined && !options.live) return undefined;
    throw new InputError(
      `No plan can be made for the target "${options.target ?? loaded.country.hosting.target}".`,
      `There is: ${clusterTargets.join(", ")}.`,
    );
  }
  const { planCountry } = await import("../../stacks/country-plan.ts");
  return planCountry(loaded, target, kitVersion());
}

/** What runs on the cluster that the machine's kubeconfig leads to, and where a state is given on the cloud. */
export async function liveSubject(
  loaded: LoadedCountry,
  plan: Plan,
  options: Pick<Options, "state">,
): Promise<Extract<CheckSubject, { readonly kind: "live" }>> {
  const { readLive } = await import("../../policies/inputs/live.ts");
  const { plannedResources } = await import("../../policies/inputs/planned.ts");
  const { ClusterClient } = await import("../../cluster/cluster-client.ts");
  const { kubeconfigFiles } = await import("../../cluster/kubeconfig.ts");
  const namespace = String(plan.outputs.namespace);
  const context = plan.target === "aws" ? undefined : loaded.country.hosting.kubernetes?.context;
  const client = ClusterClient.ofFiles(kubeconfigFiles(process.env), context);
  try {
    const live = await readLive(client, namespace, plannedResources(plan.resources));
    const clouds =
      options.state === undefined
        ? []
        : (await stateResources(options.state)).filter(({ type }) => !type.startsWith("kubernetes:"));
    const parts = [
      `what runs in the namespace ${namespace} of the context ${client.access.context}`,
      ...(options.state === undefined ? [] : [`what ${options.state} says of the cloud`]),
    ];
    if (plan.target === "aws" && options.state === undefined)
      process.stderr.write(
        "What runs on AWS itself is not read. Give the stack's state with --state (`pulumi stack export`).\n",
      );
    return {
      kind: "live",
      live: { ...live, resources: [...live.resources, ...clouds] },
      plan,
      description: parts.join(", and "),
    };
  } finally {
    client.close();
  }
}

async function stateResources(file: string): Promise<readonly Resource[]> {
  const { readState } = await import("../../policies/inputs/state.ts");
  return readGiven(
    file,
    "Save one with `pulumi stack export --file state.json` (without --show-secrets).",
    readState,
  );
}

function refuseTwoSubjects({ plan, manifests, live, state }: Options): void {
  const given = [
    ...(plan === undefined ? [] : ["--plan"]),
    ...(manifests === undefined ? [] : ["--manifests"]),
    ...(live ? ["--live"] : state === undefined ? [] : ["--state"]),
  ];
  if (given.length > 1)
    throw new InputError(`${given.join(" and ")} exclude each other.`, "Use one of them.");
}

async function savedPlan(loaded: LoadedCountry, file: string): Promise<CheckSubject> {
  const { readPlan } = await import("../../policies/inputs/planned.ts");
  const { plan } = readGiven(file, savePlan, readPlan);
  if (plan.country !== loaded.country.country)
    throw new InputError(
      `${file} is a plan of ${plan.country}, and ${loaded.file} is the file of ${loaded.country.country}.`,
      "Give a plan and a file of the same country.",
    );
  if (plan.environment !== (loaded.environment ?? null))
    throw new InputError(
      `${file} is a plan of ${plan.environment ?? "no environment"}, and ${loaded.environment ?? "no environment"} is asked for.`,
      plan.environment === null ? "Leave --env out." : `Add --env ${plan.environment}.`,
    );
  return { kind: "plan", plan, description: file };
}

async function show(result: CheckResult, options: Options): Promise<void> {
  const format = options.json ? "json" : options.format;
  if (format === "table") {
    const { textTable } = await import("../../policies/outputs/table.ts");
    print(textTable(result, options.severity, style));
    return;
  }
  if (format === "json") {
    const { causesOf } = await import("../../policies/engine/causes.ts");
    const places = new Map(result.findings.map((finding, index) => [finding, index]));
    printJson({
      ok: !isFailed(result, options.severity),
      severity: options.severity,
      ...result,
      // What is wrong, once, and its places as positions in `findings`.
      causes: causesOf(result.findings).map(({ findings, message, remediation }) => ({
        policy: findings[0].policy,
        verdict: findings[0].verdict,
        severity: findings[0].severity,
        message,
        remediation,
        findings: findings.map((finding) => places.get(finding)),
      })),
    });
    return;
  }
  const { policies } = await import("../../policies/rules/catalogue.ts");
  if (format === "sarif") {
    const { sarif } = await import("../../policies/outputs/sarif.ts");
    printJson(sarif(result, policies, kitVersion()));
  } else {
    const { junit } = await import("../../policies/outputs/junit.ts");
    process.stdout.write(junit(result, policies));
  }
}
