/**
 * How long all policies take on 10,000 resources: a country's plan, repeated under other names. It is compared with the least
 * that any check has to do, one walk over every value, in the same run. And how memory grows with the number of resources.
 */
import { join } from "node:path";
import { packageRoot } from "../base/package-root.ts";
import { loadCountry } from "../localisation/load.ts";
import { check } from "../policies/engine/engine.ts";
import { plannedResources } from "../policies/inputs/planned.ts";
import type { Json, Resource } from "../policies/resources/resource.ts";
import { ResourceSet } from "../policies/resources/resource-set.ts";
import { policies } from "../policies/rules/catalogue.ts";
import { planCountry } from "../stacks/country-plan.ts";

const wanted = Number(process.argv[2] ?? 10_000);
const file = join(packageRoot, "countries", "za.yaml");
const loaded = loadCountry(file);
const planned = plannedResources((await planCountry(loaded, "kubernetes", "bench")).resources).filter(
  ({ component }) => !component,
);

/** As many as asked for, each its own object, as a reader would give them. */
function repeated(count: number): Resource[] {
  return Array.from({ length: count }, (_, index) => {
    const one = planned[index % planned.length] as Resource;
    return { ...structuredClone(one), name: `${one.name}-${index}`, urn: `${one.urn}-${index}` };
  });
}

function walk(value: Json | undefined): number {
  if (typeof value !== "object" || value === null) return 1;
  let count = 1;
  for (const child of Object.values(value)) count += walk(child);
  return count;
}

/** Time of the processor, so that other work on the machine does not count. */
function milliseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const megabytes = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

const country = {
  ...loaded.country,
  hosting: { ...loaded.country.hosting, target: "kubernetes" as const },
};

function measure(count: number) {
  const resources = repeated(count);
  const values = resources.reduce((sum, { properties }) => sum + walk(properties), 0);
  const before = megabytes();
  let result: ReturnType<typeof check> | undefined;
  const times = Array.from({ length: 5 }, () => {
    const started = process.cpuUsage();
    result = check({
      policies,
      country,
      today: "2026-06-01",
      file,
      resources: new ResourceSet(resources, { kind: "plan", description: "bench" }),
    });
    return milliseconds(started);
  });
  const walks = Array.from({ length: 5 }, () => {
    const started = process.cpuUsage();
    for (const { properties } of resources) walk(properties);
    return milliseconds(started);
  });
  const grown = megabytes() - before;
  const judged = result?.policies.reduce((sum, { passed, failed }) => sum + passed.length + failed, 0) ?? 0;
  return {
    resources: count,
    values,
    verdicts: judged,
    "processor, ms": Math.round(median(times)),
    "times a bare walk": Math.round(median(times) / median(walks)),
    "heap grown, MiB": Math.round(grown),
  };
}

measure(200);
console.table([Math.round(wanted / 100), Math.round(wanted / 10), wanted].map(measure));
console.log(`${policies.length} policies, Node.js ${process.version}.`);
