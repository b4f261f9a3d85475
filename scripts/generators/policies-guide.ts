/** Writes docs/policies.md, the reference of the policies, from the policies themselves. */
import { stringify } from "yaml";
import { hasAdmission } from "../../policies/enforcement/admission/generate.ts";
import { conflicts } from "../../policies/enforcement/conflicts.ts";
import { enforcementPoints, enforcementPointsOf } from "../../policies/enforcement/enforcement-points.ts";
import type { AskedControl } from "../../policies/engine/control-sets.ts";
import { annexControls, securityControls } from "../../policies/engine/controls.ts";
import { dataClassKey } from "../../policies/engine/data-classes.ts";
import { findingsOf, pulumiResources } from "../../policies/engine/example.ts";
import { areas, type Policy } from "../../policies/engine/policy.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { askingFor, controlSets } from "../../policies/rules/control-sets/control-sets.ts";

const covered = policies.filter(hasAdmission).length;
const guide = "[docs/checking.md](checking.md)";

const introduction = `# The policies

\`npx rollout check countries/za.yaml --env production\` checks a country's stack by these ${policies.length} policies. It needs no
cluster, cloud or credential: the plan is made in the process. Options:

- \`--manifests <folder>\` checks any Kubernetes YAML, such as the output of \`helm template\`;
- \`--plan <file>\` checks a plan saved by \`rollout plan --json\`;
- \`--live\` checks what runs on the cluster, and how it differs from the plan; \`--state <file>\` checks Pulumi's state;
- \`--format json|sarif|junit\` prints for other programs; \`--severity high\` ignores less severe findings.

The same policies run at four enforcement points (${guide}): on the *plan*; in \`pulumi *preview*\`, as a policy pack; at the
cluster's *admission*, where CEL can express them (${covered} of them); and on what is *live*.

Exit codes: 0 nothing blocks; 1 a policy failed or could not check; 2 the input, or a part of it, can't be read.

**Verdicts.** *pass*; *fail*; *waived*: a waiver of the file covers it; *undetermined*: a value is not known yet, which
blocks as a failure does; *not applicable*.

**Law.** A policy protects classes of data. The country's file gives the articles for each class (\`residency.dataClasses\`),
and a finding names them. A store says which classes it holds by the annotation (Kubernetes) or tag (AWS)
\`${dataClassKey}\`; without it all classes of the policy apply.

**Waivers.** \`residency.waivers\` names a resource as a finding does (or by its URN), the policy, the reason, the responsible
person, and the last day. A waiver that has ended, covers nothing or names no person is a violation itself.

**Unknown types.** A type of resource that no policy names is refused (\`unmapped-type\`).

*This page is generated from \`policies/\` by \`npm run generate\`. The tests check the examples, word for word, against
[\`policies/example-country.yaml\`](../policies/example-country.yaml).*
`;

const notCheckedIntroduction = `# What public control sets ask for, and what is not checked

For auditors who compare the kit with a set that they know. A policy says in [docs/policies.md](policies.md) which of these sets ask for it. The
policies check what a plan, a manifest or a running stack shows; what only people, nodes or contracts show is in the first table of each set.

*This page is generated from \`policies/rules/control-sets/\` by \`npm run generate\`. What a control asks for is said in words of our own.*
`;

export function policiesGuide(): string {
  return [
    introduction,
    ...areas.flatMap((area) => [
      `## ${area.charAt(0).toUpperCase()}${area.slice(1)}\n`,
      table(
        ["policy", "severity", "enforced at", "rule"],
        ofArea(area).map((policy) => [
          `[\`${policy.id}\`](#${policy.id})`,
          policy.severity,
          shortPoints(policy),
          policy.title,
        ]),
      ),
    ]),
    "## Where generic packs ask for the opposite\n",
    table(
      ["pack", "rule", "it asks that", "refused by", "instead"],
      conflicts.map(({ pack, rule, asks, policy, instead }) => [
        pack,
        `\`${rule}\``,
        asks,
        `[\`${policy}\`](#${policy})`,
        instead,
      ]),
    ),
    "## Each policy\n",
    ...policies.map(section),
  ].join("\n");
}

/** Many policies run at all four. */
function shortPoints(policy: Policy): string {
  const own = enforcementPointsOf(policy);
  return own.length === enforcementPoints.length ? "all four" : own.join(", ");
}

const ofArea = (area: string) => policies.filter((policy) => policy.area === area);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n")}\n`;
}

function section(policy: Policy): string {
  const { id, title, risk, remediation, severity, level, area, dataClasses, controls, examples } = policy;
  const [example] = examples.failing;
  const controlled = [
    ...controls.iso27001.map((control) => `ISO/IEC 27001:2022 ${control} ${annexControls[control]}`),
    ...controls.nist80053.map((control) => `NIST SP 800-53 ${control} ${securityControls[control]}`),
  ];
  const checked =
    policy.scope === "file" ? "the localisation file" : policy.types.map((type) => `\`${type}\``).join(", ");
  return [
    `### ${id}\n`,
    `${title} *${severity}, ${level}, ${area}*\n`,
    `- **Risk**: ${risk}`,
    `- **How to fix**: ${remediation}`,
    `- **Protects**: ${dataClasses.join(", ")}`,
    `- **Checks**: ${checked}`,
    `- **Enforced at**: ${enforcementPointsOf(policy).join(", ")}${policy.scope === "resource" && policy.admission?.misses !== undefined ? `. At admission: ${policy.admission.misses}` : ""}`,
    `- **Controls**: ${controlled.join("; ")}`,
    ...askedBy(id),
    "",
    ...(example === undefined
      ? []
      : [sample(example), ...findingsOf(example).map((finding) => `> ${finding}\n`)]),
  ].join("\n");
}

function askedBy(id: string): string[] {
  const sets = askingFor(id).map(
    ({ set, controls }) =>
      `[${set.name}](not-checked.md#${set.id}) ${controls.map((control) => control.id).join(", ")}`,
  );
  return sets.length === 0 ? [] : [`- **Asked for by**: ${sets.join("; ")}`];
}

/** docs/not-checked.md: what public sets of controls ask for, and which policies check it or why none does. */
export function notCheckedGuide(): string {
  return [
    notCheckedIntroduction,
    ...controlSets.flatMap((set) => {
      const [unchecked, checked] = [true, false].map((isOpen) =>
        set.controls.filter(({ notChecked }) => (notChecked !== undefined) === isOpen),
      ) as [AskedControl[], AskedControl[]];
      const read = set.readAt === undefined ? "" : ` Numbers and names were read at <${set.readAt}>.`;
      return [
        `<a id="${set.id}"></a>\n\n## ${set.title}\n`,
        `[Source](${set.source}), checked on ${set.checked}.${read}\n`,
        `${checked.length} of ${set.controls.length} are checked in full. These are not, or only in part:\n`,
        table(
          ["control", "it asks for", "why it is not checked", "checked in part by"],
          unchecked.map(({ id, title, notChecked = "", policies: ids }) => [
            id,
            title,
            notChecked,
            linked(ids),
          ]),
        ),
        "These are:\n",
        table(
          ["control", "it asks for", "checked by"],
          checked.map(({ id, title, policies: ids }) => [id, title, linked(ids)]),
        ),
      ];
    }),
  ].join("\n");
}

const linked = (ids: readonly string[]): string =>
  ids.map((id) => `[\`${id}\`](policies.md#${id})`).join(", ");

function sample(example: Policy["examples"]["failing"][number]): string {
  const { manifests, country, environment, planned } = example;
  const parts = [
    ...(planned === undefined ? [] : [`# planned\n${planned.trim()}`]),
    ...(environment === undefined ? [] : [`# environment: ${environment}`]),
    ...(country === undefined ? [] : [`# in the localisation file\n${yaml(country)}`]),
    ...(manifests === undefined ? [] : [manifests.trim()]),
    ...pulumiResources(example).map(
      ({ type, name, properties, provider }) =>
        `# ${name}${provider?.region === undefined ? "" : `, by a provider in ${provider.region}`}\ntype: ${type}\n${yaml({ properties })}`,
    ),
  ];
  return `\`\`\`yaml\n${parts.join("\n---\n")}\n\`\`\`\n`;
}

const yaml = (value: unknown): string => stringify(value, { lineWidth: 110 }).trim();
