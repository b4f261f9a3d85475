/** `rollout policies`: lists the policies and explains each. */

import { Command, Option } from "commander";
import { InputError } from "../../base/kit-error.ts";
import { nearest } from "../../base/nearest.ts";
import { kitVersion } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { clusterTargets } from "../../localisation/schema/hosting.ts";
import { textIn } from "../../localisation/text.ts";
import { enforcementPointsOf } from "../../policies/enforcement/enforcement-points.ts";
import { annexControls, securityControls } from "../../policies/engine/controls.ts";
import { findingsOf, pulumiResources } from "../../policies/engine/example.ts";
import { areas, type Example, type Examples, type Policy, severities } from "../../policies/engine/policy.ts";
import { askingFor } from "../../policies/rules/control-sets/control-sets.ts";
import {
  type FileOptions,
  loadOptions,
  requireClusterTarget,
  targetOption,
  withFile,
} from "../localisation-file.ts";
import { print, printJson, style, table } from "../terminal.ts";

interface ListOptions {
  readonly area?: string;
  readonly severity?: string;
  readonly json?: boolean;
}

export function policiesCommand(): Command {
  const list = new Command("list")
    .description("list the policies by area")
    .addOption(new Option("--area <area>", "only this area").choices(areas))
    .addOption(new Option("--severity <severity>", "only this severity").choices(severities))
    .option("--json", "print JSON")
    .action(async (options: ListOptions) => {
      const { policies } = await import("../../policies/rules/catalogue.ts");
      const wanted = policies.filter(
        ({ area, severity }) =>
          (options.area === undefined || area === options.area) &&
          (options.severity === undefined || severity === options.severity),
      );
      if (options.json) printJson(wanted.map(described));
      else print(table(wanted.map(({ area, id, severity, title }) => [area, id, severity, title])));
    });
  const show = new Command("show")
    .description("explain a policy: risk, law, controls, how to fix it, and samples")
    .argument("<id>", "id of the policy")
    .argument("[file]", "localisation file, to show the country's articles")
    .option("--json", "print JSON")
    .action(async (id: string, file: string | undefined, options: { json?: boolean }) => {
      const { policies } = await import("../../policies/rules/catalogue.ts");
      const policy = policies.find((candidate) => candidate.id === id);
      if (policy === undefined) {
        const near = nearest(
          id,
          policies.map((candidate) => candidate.id),
        );
        throw new InputError(
          `There is no policy "${id}".`,
          near === undefined ? "`rollout policies list` shows them all." : `Did you mean "${near}"?`,
        );
      }
      const articles = file === undefined ? undefined : articlesOf(policy, file);
      if (options.json)
        printJson({
          ...described(policy),
          examples: spelledOut(policy.examples),
          ...(articles && { articles }),
        });
      else explain(policy, articles);
    });
  return new Command("policies")
    .description("list and explain the policies, and print them for a cluster")
    .addCommand(list)
    .addCommand(show)
    .addCommand(admissionCommand());
}

interface AdmissionCommandOptions extends FileOptions {
  readonly out?: string;
  readonly json?: boolean;
}

function admissionCommand(): Command {
  return withFile(
    new Command("admission").description(
      "print the policies as ValidatingAdmissionPolicies, for a cluster that `rollout up` does not manage",
    ),
  )
    .addOption(targetOption(clusterTargets))
    .option("--out <folder>", "write a file for each policy instead")
    .option("--json", "print JSON")
    .action(async (file: string, options: AdmissionCommandOptions) => {
      const loaded = loadCountry(file, loadOptions(options));
      const target = requireClusterTarget(loaded, "has no cluster");
      const { plannedAdmission, writeManifestFiles } = await import("../../stacks/planned-admission.ts");
      const objects = await plannedAdmission(loaded, target, kitVersion());
      if (options.out !== undefined) {
        const names = writeManifestFiles(objects, options.out);
        print(`${names.length} files in ${options.out}. Apply them: kubectl apply -f ${options.out}`);
      } else if (options.json) printJson(objects);
      else {
        const { stringify } = await import("yaml");
        process.stdout.write(objects.map((object) => stringify(object, { lineWidth: 0 })).join("---\n"));
      }
    });
}

/** With resources and findings in place of the texts that hold them. */
function spelledOut({ passing, failing }: Examples): object {
  const resourcesOf = ({ pulumi, region, ...rest }: Example) => ({
    ...rest,
    ...(pulumi !== undefined && { resources: pulumiResources({ pulumi, ...(region && { region }) }) }),
  });
  return {
    passing: passing.map(resourcesOf),
    failing: failing.map((example) => ({ ...resourcesOf(example), findings: findingsOf(example) })),
  };
}

function described(policy: Policy): object {
  const { id, area, scope, title, risk, severity, level, dataClasses, controls, remediation } = policy;
  const types = policy.scope === "file" ? [] : policy.types;
  const enforcementPoints = enforcementPointsOf(policy);
  const askedFor = askingFor(id).map(({ set, controls: asked }) => ({
    set: set.id,
    title: set.title,
    source: set.source,
    checked: set.checked,
    controls: asked.map((control) => control.id),
  }));
  return {
    id,
    area,
    scope,
    title,
    risk,
    severity,
    level,
    dataClasses,
    controls,
    askedFor,
    remediation,
    types,
    enforcementPoints,
  };
}

interface Article {
  readonly reference: string;
  readonly summary: string;
}

function articlesOf({ dataClasses }: Policy, file: string): Article[] {
  const { residency, languages } = loadCountry(file).country;
  const references = new Set(dataClasses.flatMap((name) => residency.dataClasses[name].articles));
  return [...references].map((reference) => {
    const [id = "", ...rest] = reference.split(":");
    const law = residency.laws.find((candidate) => candidate.id === id);
    const article = law?.articles.find((candidate) => candidate.article === rest.join(":"));
    return { reference, summary: textIn(article?.summary ?? law?.title ?? {}, ["en", ...languages]) };
  });
}

function explain(policy: Policy, articles: readonly Article[] | undefined): void {
  const { id, title, severity, level, area, risk, remediation, controls, dataClasses, examples } = policy;
  print(`${style("bold", id)}  ${severity}, ${level}, ${area}`);
  print(`\n${title}\n`);
  print(`Risk:        ${risk}`);
  print(`How to fix:  ${remediation}`);
  print(`Guards:      ${dataClasses.join(", ")}`);
  print(`Enforced:    ${enforcementPointsOf(policy).join(", ")}`);
  print(
    `Checks:      ${policy.scope === "file" ? "the localisation file" : policy.types.join("\n             ")}`,
  );
  if (articles === undefined)
    print(
      "Law:         the articles of these data classes in the country's file; give the file to see them.",
    );
  else for (const { reference, summary } of articles) print(`Law:         ${reference}  ${summary}`);
  for (const control of controls.iso27001)
    print(`Control:     ISO/IEC 27001:2022 ${control}  ${annexControls[control]}`);
  for (const control of controls.nist80053)
    print(`Control:     NIST SP 800-53 ${control}  ${securityControls[control]}`);
  for (const { set, controls: asked } of askingFor(id))
    print(`Asked for:   ${set.title}: ${asked.map((control) => control.id).join(", ")}`);
  for (const example of examples.failing) {
    print(`\n${style("red", "✗")} Fails:`);
    print(sample(example));
    for (const finding of findingsOf(example)) print(style("dim", `  → ${finding}`));
  }
  for (const example of examples.passing) {
    print(`\n${style("green", "✓")} Passes:`);
    print(sample(example));
  }
}

function sample(example: Example): string {
  const { manifests, country, environment } = example;
  const parts = [
    ...(environment === undefined ? [] : [`environment: ${environment}`]),
    ...(country === undefined ? [] : [`localisation file: ${JSON.stringify(country)}`]),
    ...(manifests === undefined ? [] : [manifests.trim()]),
    ...pulumiResources(example).map(({ type, name, properties, provider }) =>
      `${type} ${name} ${JSON.stringify(properties)} ${provider?.region === undefined ? "" : `(provider in ${provider.region})`}`.trim(),
    ),
  ];
  const text = parts.length === 0 ? "the example country as it is" : parts.join("\n");
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
