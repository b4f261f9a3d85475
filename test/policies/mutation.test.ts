/** Breaks compliant stacks in every way that the policies claim to catch; each mutant is caught by the policy meant for it. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { check } from "../../policies/engine/engine.ts";
import type { Policy } from "../../policies/engine/policy.ts";
import { plannedResources } from "../../policies/inputs/planned.ts";
import type { Resource } from "../../policies/resources/resource.ts";
import { ResourceSet } from "../../policies/resources/resource-set.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import type { PlannedTarget } from "../../stacks/country-plan.ts";
import { planOnce } from "../plan/planned.ts";
import { awsStack } from "./aws-stack.ts";
import { exampleCountry, exampleToday, overlaid } from "./check-example.ts";
import { awsMutations, clusterMutations, type Mutated, type Mutation } from "./mutants.ts";

interface Stack {
  readonly country: Country;
  readonly resources: readonly Resource[];
}

const allowedSources = {
  hosting: {
    kubernetes: { mqtt: { allowedSources: ["196.0.0.0/8"] } },
    aws: { mqtt: { allowedSources: ["196.0.0.0/8"] } },
  },
};

function checked({ country }: Stack, mutated: Mutated, by: readonly Policy[] = policies) {
  return check({
    policies: by,
    country: overlaid(country, mutated.country ?? {}),
    today: exampleToday,
    file: "country.yaml",
    resources: new ResourceSet(mutated.resources, { kind: "plan", description: "the plan" }),
  });
}

/** What goes wrong where a mutation finds no place, or a mutant is missed or caught elsewhere. */
function missed(stack: Stack, { policy, says, mutate }: Mutation): { mutants: number; wrong: string[] } {
  const mutants = mutate(stack.resources);
  const meant = policies.filter(({ id }) => id === policy);
  const wrong = mutants.flatMap((mutant) => {
    const caught = checked(stack, mutant, meant).findings.some(
      ({ verdict, subject, path }) =>
        verdict !== "waived" &&
        (mutant.changed === undefined || subject === mutant.changed.name || path.startsWith("residency")),
    );
    return caught ? [] : [`${policy} misses "${says}" on ${mutant.changed?.name ?? "the plan"}`];
  });
  return { mutants: mutants.length, wrong };
}

async function plannedStack(file: string, target: PlannedTarget): Promise<Stack> {
  const loaded = loadCountry(join(packageRoot, file), { today: exampleToday });
  const plan = await planOnce(loaded, target);
  const country = overlaid(loaded.country, { hosting: { target } });
  return { country, resources: plannedResources(plan.resources) };
}

describe.each([
  "policies/example-country.yaml",
  "countries/za.yaml",
  "countries/tr.yaml",
  "countries/br.yaml",
])("the plan of %s", (file) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await plannedStack(file, "kubernetes");
  });

  test("is compliant: no finding at all", () => {
    const { findings, resources } = checked(stack, { resources: stack.resources });
    expect(findings).toEqual([]);
    expect(resources).toBeGreaterThan(50);
  });

  test("each mutant is caught by the policy meant for it", () => {
    const open = { ...stack, country: overlaid(stack.country, allowedSources) };
    const results = clusterMutations.map((mutation) => ({ mutation, ...missed(open, mutation) }));
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
    const without = results.filter(({ mutants }) => mutants === 0).map(({ mutation }) => mutation.says);
    expect(without, "mutations that find no place").toEqual([]);
    expect(results.reduce((sum, { mutants }) => sum + mutants, 0)).toBeGreaterThan(400);
  });
});

describe.each(["countries/za.yaml", "countries/br.yaml"])("the plan of %s on AWS", (file) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await plannedStack(file, "aws");
  });

  test("is compliant: no finding at all", () => {
    const { findings, resources } = checked(stack, { resources: stack.resources });
    expect(findings).toEqual([]);
    expect(resources).toBeGreaterThan(150);
  });

  test("each mutant is caught by the policy meant for it", () => {
    // The plan has no database of the cluster and no account of its own, so that some mutations find no place.
    const account = { hosting: { aws: { account: "123456789012" } } };
    const open = { ...stack, country: overlaid(overlaid(stack.country, allowedSources), account) };
    const results = [...clusterMutations, ...awsMutations].map((mutation) => missed(open, mutation));
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(results.reduce((sum, { mutants }) => sum + mutants, 0)).toBeGreaterThan(600);
  });
});

describe("a stack on AWS of other hands", () => {
  const stack: Stack = {
    country: overlaid(exampleCountry, { hosting: { target: "aws", backup: { destination: null } } }),
    resources: awsStack,
  };

  test("is compliant: no finding at all", () => {
    expect(checked(stack, { resources: awsStack }).findings).toEqual([]);
  });

  test("each mutant is caught by the policy meant for it", () => {
    const results = awsMutations.map((mutation) => ({ mutation, ...missed(stack, mutation) }));
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(results.filter(({ mutants }) => mutants === 0).map(({ mutation }) => mutation.says)).toEqual([]);
    expect(results.reduce((sum, { mutants }) => sum + mutants, 0)).toBeGreaterThan(150);
  });
});

test("every policy has a mutant, save those that only production asks for", () => {
  const meant = new Set([...clusterMutations, ...awsMutations].map(({ policy }) => policy));
  const onlyInProduction = ["cluster-place", "registration-missing", "single-instance"];
  // The file's cluster has a context of its own only in the example; a plan is no change of itself.
  const others = ["cluster-context", "input-unread", "live-changed", "live-extra", "live-missing"];
  expect(
    policies
      .map(({ id }) => id)
      .filter((id) => !meant.has(id) && ![...onlyInProduction, ...others].includes(id)),
  ).toEqual([]);
});
