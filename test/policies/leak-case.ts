/**
 * A case: one small leak, weakness or loss beside South Africa's plan, as a file of cases/<kind>.
 *
 * `*.yaml` is a manifest that is added; its first comments say what it is and which policies may speak. `*.json` adds a resource, changes
 * some by RFC 6902 operations (`text`: words inside a long setting), or removes all of some types. `account` is what
 * `hosting.aws.account` names.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadCountry } from "../../localisation/load.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { PlannedResource } from "../../plan/plan.ts";
import { check } from "../../policies/engine/engine.ts";
import type { Finding } from "../../policies/engine/findings.ts";
import type { Policy } from "../../policies/engine/policy.ts";
import { parseManifests } from "../../policies/inputs/manifests.ts";
import { plannedResources } from "../../policies/inputs/planned.ts";
import type { JsonObject, Resource } from "../../policies/resources/resource.ts";
import { ResourceSet } from "../../policies/resources/resource-set.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import type { PlannedTarget } from "../../stacks/country-plan.ts";
import { countryFile, planOnce } from "../plan/planned.ts";
import { exampleToday, overlaid } from "./check-example.ts";

// biome-ignore lint/suspicious/noExplicitAny: operations edit properties of any shape
type Draft = any;

interface Operation {
  readonly op: "add" | "replace" | "remove" | "text";
  readonly path: string;
  readonly value?: unknown;
  readonly edits?: readonly { readonly find: string; readonly put: string; readonly first?: boolean }[];
}

export interface LeakCase {
  readonly file: string;
  readonly says: string;
  readonly expect: readonly string[];
  readonly plan: PlannedTarget;
  readonly account?: string | null;
  readonly manifest?: string;
  readonly add?: { readonly type: string; readonly name: string; readonly properties: JsonObject };
  readonly change?: readonly {
    readonly type: string;
    readonly name: string;
    readonly patch: readonly Operation[];
    readonly secrets?: readonly string[];
  }[];
  readonly remove?: readonly string[];
}

const folder = fileURLToPath(new URL("./cases", import.meta.url));

/** The kinds of cases, each a folder. */
export const kinds = readdirSync(folder).sort();

export function casesOf(kind: string): LeakCase[] {
  return readdirSync(`${folder}/${kind}`)
    .sort()
    .map((file) => {
      const text = readFileSync(`${folder}/${kind}/${file}`, "utf8");
      if (file.endsWith(".json")) return { file, ...JSON.parse(text) };
      const comment = (name: string) => new RegExp(`^# ${name}: (.*)$`, "m").exec(text)?.[1] ?? "";
      return {
        file,
        says: comment("Says"),
        expect: comment("Expect").split(" | "),
        plan: "kubernetes",
        manifest: text,
      };
    });
}

interface Base {
  readonly country: Country;
  readonly planned: readonly PlannedResource[];
  readonly before: ReadonlySet<string>;
}

const bases = new Map<string, Promise<Base>>();

function baseOf({ plan, account }: LeakCase): Promise<Base> {
  const key = `${plan} ${account ?? ""}`;
  const base = bases.get(key) ?? makeBase(plan, account ?? undefined);
  bases.set(key, base);
  return base;
}

async function makeBase(target: PlannedTarget, account: string | undefined): Promise<Base> {
  const loaded = loadCountry(countryFile("za"), { today: exampleToday });
  const hosting = { hosting: { target, ...(account !== undefined && { aws: { account } }) } };
  const country = overlaid(loaded.country, hosting);
  const { resources } = await planOnce({ ...loaded, country }, target);
  return {
    country,
    planned: resources,
    before: new Set(findings(country, plannedResources(resources)).map(print)),
  };
}

function findings(
  country: Country,
  resources: readonly Resource[],
  by: readonly Policy[] = policies,
): readonly Finding[] {
  return check({
    policies: by,
    country,
    today: exampleToday,
    file: "za.yaml",
    resources: new ResourceSet(resources, { kind: "plan", description: "the plan" }),
  }).findings;
}

const print = ({ policy, subject, path, message }: Finding) => [policy, subject, path, message].join("|");

/** What the case adds to the findings of the plan as it stands, by all policies or by some. */
export async function newFindings(given: LeakCase, by?: readonly Policy[]): Promise<readonly Finding[]> {
  const { country, planned, before } = await baseOf(given);
  const manifests = given.manifest === undefined ? [] : parseManifests(given.manifest, given.file);
  const found = findings(country, [...plannedResources(changedPlan(given, planned)), ...manifests], by);
  return found.filter((finding) => !before.has(print(finding)));
}

function changedPlan(given: LeakCase, planned: readonly PlannedResource[]): PlannedResource[] {
  const plan = [...planned];
  if (given.add !== undefined) plan.push(added(given.add, plan));
  for (const { type, name, patch, secrets = [] } of given.change ?? []) {
    const places = [...plan.keys()].filter((at) => plan[at]?.type === type && plan[at]?.name === name);
    if (places.length === 0) throw new Error(`${given.file}: the plan has no ${type} ${name}.`);
    for (const at of places) {
      const resource = structuredClone(plan[at]!);
      for (const operation of patch) edit(resource.properties, operation);
      plan[at] = { ...resource, secrets: [...resource.secrets, ...secrets] };
    }
  }
  return plan.filter(({ type }) => given.remove?.includes(type) !== true);
}

function added(
  { type, name, properties }: NonNullable<LeakCase["add"]>,
  plan: readonly PlannedResource[],
): PlannedResource {
  const ofType = (wanted: string) => plan.find((resource) => resource.type === wanted);
  const aws = ofType("pulumi:providers:aws");
  const { urn } = (aws ?? ofType("pulumi:providers:kubernetes"))!;
  return {
    type,
    name,
    properties,
    urn: urn.replace(/[^:]*:[^:]*:[^:]*::[^:]*$/, `${type}::${name}`),
    parent: null,
    custom: (properties as Draft).__component !== true,
    provider: aws !== undefined && type.startsWith("aws:") ? aws.urn : null,
    secrets: [],
  } as unknown as PlannedResource;
}

/** One operation of RFC 6902, or of words inside a text. */
function edit(properties: unknown, { op, path, value, edits = [] }: Operation): void {
  const keys = path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop()!;
  const at: Draft = keys.reduce((inside: Draft, key) => inside[key], properties);
  if (op === "remove") delete at[last];
  else if (op === "text")
    for (const { find, put, first } of edits) {
      const had: string = at[last];
      at[last] = find === "" ? had + put : first ? had.replace(find, put) : had.replaceAll(find, put);
      if (at[last] === had)
        throw new Error(`Nothing to change at ${path}: the plan no longer has these words.`);
    }
  else if (last === "-") at.push(value);
  else at[last] = value;
}
