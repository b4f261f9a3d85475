/**
 * Judges what the engine shows a pack. A resource is judged when it is registered, so that an update stops before it is
 * made; where a verdict hangs on other resources, when all of them are known.
 */
import type { LoadedCountry } from "../../../localisation/load.ts";
import { checkResources } from "../../check-country.ts";
import { PoliciesByType } from "../../engine/engine.ts";
import type { Finding } from "../../engine/findings.ts";
import type { Policy } from "../../engine/policy.ts";
import type { Resource } from "../../engine/resource.ts";
import { ResourceSet } from "../../engine/resource-set.ts";
import { policies } from "../../rules/catalogue.ts";
import { type PackSettings, packCountry } from "./pack-settings.ts";

const byType = new PoliciesByType(policies);
const resourcePolicyIds = new Set(policies.filter(({ scope }) => scope === "resource").map(({ id }) => id));

const key = ({ policy, urn, path }: Pick<Finding, "policy" | "urn" | "path">): string =>
  `${policy} ${urn ?? ""} ${path}`;

export class PackCheck {
  readonly #resources = new Map<string, Resource>();
  readonly #told = new Set<string>();
  #loaded: LoadedCountry | undefined;
  #ofResource: { readonly urn: string; readonly findings: Map<string, readonly Finding[]> } | undefined;
  #ofStack: Map<string, readonly Finding[]> | undefined;

  /**
   * Begins a run.
   * @returns what is wrong with the localisation file.
   */
  open(settings: PackSettings): string | undefined {
    this.#resources.clear();
    this.#told.clear();
    this.#loaded = undefined;
    const found = packCountry(settings);
    if (typeof found === "string") return found;
    this.#loaded = found;
    return undefined;
  }

  add(resource: Resource): void {
    this.#resources.set(resource.urn, resource);
    this.#ofResource = undefined;
    this.#ofStack = undefined;
  }

  /** What was never registered in this run. Its inputs are not known then: it shows what the provider made of them. */
  addMissing(resource: Resource): void {
    if (!this.#resources.has(resource.urn)) this.add(resource);
  }

  /** What a policy finds in the resource alone; undefined where it judges no single resources. */
  ofResource(policy: string, urn: string): readonly Finding[] | undefined {
    if (!resourcePolicyIds.has(policy)) return undefined;
    if (this.#ofResource?.urn !== urn) this.#ofResource = { urn, findings: this.#checkAlone(urn) };
    const findings = this.#ofResource.findings.get(policy) ?? [];
    for (const finding of findings) this.#told.add(key(finding));
    return findings;
  }

  /** What a policy finds in the whole and has not told before. */
  ofStack(policy: string): readonly Finding[] {
    this.#ofStack ??= byPolicy(this.#judge([...this.#resources.values()], policies));
    return (this.#ofStack.get(policy) ?? []).filter((finding) => !this.#told.has(key(finding)));
  }

  #checkAlone(urn: string): Map<string, readonly Finding[]> {
    const resource = this.#resources.get(urn);
    if (resource === undefined || resource.component) return new Map();
    const found = byType.of(resource.type).flatMap((policy) => {
      const plan = new LonePlan([resource], source);
      const findings = this.#judge(plan, [policy]);
      return plan.wasConsulted ? [] : findings;
    });
    return byPolicy(found);
  }

  #judge(subject: ResourceSet | readonly Resource[], by: readonly Policy[]): readonly Finding[] {
    if (this.#loaded === undefined) return [];
    const plan = subject instanceof ResourceSet ? subject : new ResourceSet(subject, source);
    return checkResources(this.#loaded, { policies: by, plan }).findings;
  }
}

const source = { kind: "plan", description: "the stack that pulumi previews" } as const;

/** One resource by itself, which knows whether a policy asked for others. */
class LonePlan extends ResourceSet {
  wasConsulted = false;

  override ofTypes(types: readonly string[]): readonly Resource[] {
    this.wasConsulted = true;
    return super.ofTypes(types);
  }

  override get names(): ResourceSet["names"] {
    this.wasConsulted = true;
    return super.names;
  }
}

function byPolicy(findings: readonly Finding[]): Map<string, readonly Finding[]> {
  const lists = new Map<string, Finding[]>();
  for (const finding of findings) {
    const list = lists.get(finding.policy);
    if (list === undefined) lists.set(finding.policy, [finding]);
    else list.push(finding);
  }
  return lists;
}
