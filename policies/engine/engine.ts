/**
 * Runs policies over resources and the localisation file. One pass over the resources, each with the policies of its
 * type. A policy that throws an error gives an undetermined finding, never a crash.
 */

import { logicalName, type Resource, typeKey, typeToken } from "../resources/resource.ts";
import { Undetermined } from "../resources/undetermined.ts";
import { type ContextOptions, PolicyContext } from "./context.ts";
import { guardedClasses } from "./data-classes.ts";
import type { CheckResult, Finding, PolicyResult, Verdict, WaiverResult } from "./findings.ts";
import {
  notApplicable,
  type Outcome,
  type Policy,
  type ResourcePolicy,
  severities,
  type Violation,
  violationsOf,
} from "./policy.ts";

/** A policy lists this many findings and counts the others, so that no input takes unbounded memory. */
export const maximumFindingsPerPolicy = 1000;

export interface CheckOptions extends ContextOptions {
  readonly policies: readonly Policy[];
  /** Name of the localisation file, as findings on it show it. */
  readonly file: string;
}

export function check(options: CheckOptions): CheckResult {
  const context = new PolicyContext(options);
  const tallies = new Map(
    options.policies.map((policy) => [policy.id, new Tally(policy, context, options.file)]),
  );
  const tallyOf = (policy: Policy) => tallies.get(policy.id) as Tally;
  const byType = new PoliciesByType(options.policies);
  for (const resource of context.resources.all)
    for (const policy of byType.of(resource.type))
      tallyOf(policy).run(resource, () => policy.check(resource, context));
  for (const policy of options.policies)
    if (policy.scope === "stack" && context.resources.ofTypes(policy.types).length > 0)
      tallyOf(policy).run(undefined, () => policy.check(context));
  // Last, because policies on waivers read which of them were used.
  for (const policy of options.policies)
    if (policy.scope === "file") tallyOf(policy).run(undefined, () => policy.check(context));
  return {
    country: options.country.country,
    ...(options.environment !== undefined && { environment: options.environment }),
    target: options.country.hosting.target,
    today: options.today,
    source: context.resources.source.description,
    resources: context.resources.all.length,
    policies: [...tallies.values()].map((tally) => tally.result()),
    findings: [...tallies.values()].flatMap((tally) => tally.findings).sort(bySeverity),
    waivers: waiverResults(context),
  };
}

/** Runs one policy and collects its findings. */
class Tally {
  readonly findings: Finding[] = [];
  readonly #policy: Policy;
  readonly #context: PolicyContext;
  readonly #file: string;
  readonly #passed: string[] = [];
  readonly #counts = { fail: 0, undetermined: 0, waived: 0 };
  #unlisted = 0;

  constructor(policy: Policy, context: PolicyContext, file: string) {
    this.#policy = policy;
    this.#context = context;
    this.#file = file;
  }

  run(resource: Resource | undefined, check: () => Outcome): void {
    let outcome: Outcome;
    try {
      outcome = check();
    } catch (error) {
      this.#add(undetermined(this.#policy, error), "undetermined", resource);
      return;
    }
    if (outcome === notApplicable) return;
    const violations = violationsOf(outcome);
    if (violations.length === 0) this.#passed.push(resource?.name ?? this.#ownSubject);
    for (const violation of violations)
      this.#add(violation, violation.undetermined ? "undetermined" : "fail", violation.resource ?? resource);
  }

  get #ownSubject(): string {
    return this.#policy.scope === "file" ? this.#file : "the whole stack";
  }

  #add(violation: Violation, found: "fail" | "undetermined", resource: Resource | undefined): void {
    const { id, severity, level, dataClasses } = this.#policy;
    const subjects =
      resource === undefined
        ? [violation.path, violation.path.replaceAll(".", "/")]
        : [resource.name, resource.urn, logicalName(resource)];
    const waiver = this.#context.waivers.cover(id, subjects);
    const verdict = waiver === undefined ? found : "waived";
    this.#counts[verdict]++;
    if (this.findings.length >= maximumFindingsPerPolicy) {
      this.#unlisted++;
      return;
    }
    const classes = guardedClasses(resource, dataClasses);
    this.findings.push({
      policy: id,
      verdict,
      severity,
      level,
      subject: resource?.name ?? this.#ownSubject,
      ...(resource !== undefined && { type: resource.type, urn: resource.urn }),
      path: violation.path,
      ...(violation.value !== undefined && { value: violation.value }),
      message: violation.message,
      remediation: violation.remediation,
      dataClasses: classes,
      articles: this.#context.articlesOf(classes),
      ...(waiver !== undefined && { waiver: waiver.id }),
      ...(resource?.source !== undefined && { source: resource.source }),
    });
  }

  result(): PolicyResult {
    const { fail, undetermined, waived } = this.#counts;
    const verdict: Verdict =
      fail > 0
        ? "fail"
        : undetermined > 0
          ? "undetermined"
          : waived > 0
            ? "waived"
            : this.#passed.length > 0
              ? "pass"
              : "not-applicable";
    return {
      policy: this.#policy.id,
      verdict,
      articles: this.#context.articlesOf(this.#policy.dataClasses),
      passed: this.#passed,
      failed: fail,
      undetermined,
      waived,
      unlisted: this.#unlisted,
    };
  }
}

function undetermined(policy: Policy, error: unknown): Violation {
  if (error instanceof Undetermined)
    return { path: error.path, message: error.message, remediation: error.remediation };
  const reason = error instanceof Error ? error.message : String(error);
  return {
    path: "",
    message: `The policy ${policy.id} could not check it (${reason}).`,
    remediation: "Correct the input if it is broken; otherwise report a defect of the policy.",
  };
}

/** The policies that check a type of resource; looked up once per type. */
export class PoliciesByType {
  readonly #policies: readonly ResourcePolicy[];
  readonly #found = new Map<string, readonly ResourcePolicy[]>();

  constructor(policies: readonly Policy[]) {
    this.#policies = policies.filter((policy) => policy.scope === "resource");
  }

  of(type: string): readonly ResourcePolicy[] {
    let found = this.#found.get(type);
    if (found === undefined) {
      const keys = new Set([typeKey(type), `${typeToken(type).package}:*`, "*"]);
      found = this.#policies.filter(({ types }) =>
        types.some((pattern) => keys.has(pattern.endsWith("*") ? pattern : typeKey(pattern))),
      );
      this.#found.set(type, found);
    }
    return found;
  }
}

function waiverResults({ waivers: book }: PolicyContext): WaiverResult[] {
  return book.waivers.map((waiver) => {
    const uses = book.usesOf(waiver);
    return { ...waiver, uses, status: book.isExpired(waiver) ? "expired" : uses > 0 ? "used" : "unused" };
  });
}

const order = { fail: 0, undetermined: 1, waived: 2 } as const;

function bySeverity(a: Finding, b: Finding): number {
  return (
    order[a.verdict] - order[b.verdict] ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    Number(a.policy > b.policy) - Number(a.policy < b.policy)
  );
}
