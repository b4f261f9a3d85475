/**
 * Checks the resources that the engine shows a pack. A resource is checked when it is registered, so that an update stops
 * before the resource is made. Where a verdict depends on other resources, it is checked when all of them are known.
 */
import type { LoadedCountry } from "../../../localisation/load.ts";
import { checkResources } from "../../engine/check-resources.ts";
import { PoliciesByType } from "../../engine/engine.ts";
import type { Finding } from "../../engine/findings.ts";
import type { Policy } from "../../engine/policy.ts";
import type { Resource } from "../../resources/resource.ts";
import { ResourceSet } from "../../resources/resource-set.ts";
import { policies } from "../../rules/catalogue.ts";
import { type PackSettings, packCountry } from "./pack-settings.ts";

const byType = new PoliciesByType(policies);
const resourcePolicyIds = new Set(policies.filter(({ scope }) => scope === "resource").map(({ id }) => id));

const key = ({ policy, urn, path }: Pick<Finding, "policy" | "urn" | "path">): string =>
  `${policy} ${urn ?? ""} ${path}`;

export class PackCheck {
  readonly #resources = new Map<string, Resource>();
  readonly #reported = new Set<string>();
  #loaded: LoadedCountry | undefined;
  #ofResource: { readonly urn: string; readonly findings: Map<string, readonly Finding[]> } | undefined;
  #ofStack: Map<string, readonly Finding[]> | undefined;

  /**
   * Begins a run.
   * @returns what is wrong with the localisation file.
   */
  open(settings: PackSettings): string | undefined {
    this.#resources.clear();
    this.#reported.clear();
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

  /** Adds a resource that was not registered in this run. Its inputs are unknown, so it has what the provider made of them. */
  addMissing(resource: Resource): void {
    if (!this.#resources.has(resource.urn)) this.add(resource);
  }

  /** The findings of a policy in one resource; undefined where its scope is not the single resource. */
  ofResource(policy: string, urn: string): readonly Finding[] | undefined {
    if (!resourcePolicyIds.has(policy)) return undefined;
    if (this.#ofResource?.urn !== urn) this.#ofResource = { urn, findings: this.#checkAlone(urn) };
    const findings = this.#ofResource.findings.get(policy) ?? [];
    for (const finding of findings) this.#reported.add(key(finding));
    return findings;
  }

  /** The findings of a policy in the whole stack that were not reported before. */
  ofStack(policy: string): readonly Finding[] {
    this.#ofStack ??= byPolicy(this.#check([...this.#resources.values()], policies));
    return (this.#ofStack.get(policy) ?? []).filter((finding) => !this.#reported.has(key(finding)));
  }

  #checkAlone(urn: string): Map<string, readonly Finding[]> {
    const resource = this.#resources.get(urn);
    if (resource === undefined || resource.component) return new Map();
    const found = byType.of(resource.type).flatMap((policy) => {
      const alone = new SingleResource([resource], source);
      const findings = this.#check(alone, [policy]);
      return alone.wasConsulted ? [] : findings;
    });
    return byPolicy(found);
  }

  #check(subject: ResourceSet | readonly Resource[], by: readonly Policy[]): readonly Finding[] {
    if (this.#loaded === undefined) return [];
    const resources = subject instanceof ResourceSet ? subject : new ResourceSet(subject, source);
    return checkResources(this.#loaded, { policies: by, resources }).findings;
  }
}

const source = { kind: "plan", description: "the stack that pulumi previews" } as const;

/** One resource alone, which notes whether a policy asked for others. */
class SingleResource extends ResourceSet {
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

const byPolicy = (findings: readonly Finding[]): Map<string, readonly Finding[]> =>
  Map.groupBy(findings, ({ policy }) => policy);
