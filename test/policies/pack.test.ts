/** The pack, served as the engine starts it, gives the verdicts of `rollout check`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { packageRoot } from "../../base/package-root.ts";
import { type LoadedCountry, LocalisationError, loadCountry } from "../../localisation/load.ts";
import { checkResources } from "../../policies/engine/check-resources.ts";
import { plannedResources } from "../../policies/inputs/planned.ts";
import type { JsonObject, Resource } from "../../policies/resources/resource.ts";
import { unknownValue } from "../../policies/resources/resource.ts";
import { ResourceSet } from "../../policies/resources/resource-set.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import type { PlannedTarget } from "../../stacks/country-plan.ts";
import { planOnce } from "../plan/planned.ts";
import { aws } from "./aws-resource.ts";
import { overlaid, resourcesOf } from "./check-example.ts";
import { awsMutations, clusterMutations } from "./mutants.ts";
import { PackServer, stackResource, type Violation } from "./pack-server.ts";

const folder = mkdtempSync(join(tmpdir(), "pack-"));
let pack: PackServer;
beforeAll(async () => {
  pack = await PackServer.start();
});
afterAll(() => {
  pack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const example = join(packageRoot, "policies", "example-country.yaml");
const exampleFile = parse(readFileSync(example, "utf8")) as object;

function fileWith(overlay: object, environment?: string): string {
  const file = join(folder, "country.yaml");
  const text = stringify(overlaid(exampleFile, overlay));
  // Production takes no placeholders.
  writeFileSync(file, environment === undefined ? text : text.replaceAll(/example/gi, "kudu"));
  return file;
}

/** `policy urn` of each violation, sorted. */
const print = (list: readonly { policy: string; urn?: string | undefined }[]): string[] =>
  [...new Set(list.map(({ policy, urn }) => `${policy} ${urn ?? ""}`))].sort();

function byCheck(loaded: LoadedCountry, resources: readonly Resource[], target?: PlannedTarget): string[] {
  const set = new ResourceSet(resources, { kind: "plan", description: "the plan" });
  const { findings } = checkResources(loaded, {
    policies,
    resources: set,
    ...(target !== undefined && { target }),
  });
  return print(findings.filter(({ verdict }) => verdict === "fail"));
}

const byPack = (violations: readonly Violation[]): string[] =>
  print(violations.map(({ policy, urn }) => ({ policy, urn: urn === stackResource.urn ? "" : urn })));

test("every policy is a policy of the pack, with its level and severity", async () => {
  const { policiesList, name, version } = await pack.information();
  const { version: kit } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  expect({ name, version }).toEqual({ name: "country-rollout-policies", version: kit });
  const given = policiesList.map((policy: { name: string }) => policy.name);
  expect(given).toEqual(["localisation-file", ...policies.map(({ id }) => id)]);
});

describe("the verdict on an example is that of the check:", () => {
  test.each(policies.map((policy) => [policy.id, policy] as const))("%s", async (_, policy) => {
    for (const one of policy.examples.failing) {
      const { environment, country = {} } = one;
      const environments =
        environment === undefined ? {} : { hosting: { environments: { [environment]: {} } } };
      const file = fileWith(overlaid(environments, country), environment);
      let loaded: LoadedCountry;
      try {
        loaded = loadCountry(file, environment === undefined ? {} : { environment });
      } catch (error) {
        // The file itself is refused, by all moments alike.
        if (!(error instanceof LocalisationError)) throw error;
        const [refusal] = await pack.preview([], { file, ...(environment !== undefined && { environment }) });
        expect(refusal).toMatchObject({ policy: "localisation-file", level: "mandatory" });
        continue;
      }
      const resources = resourcesOf(one);
      const violations = await pack.preview(resources, {
        file,
        ...(environment !== undefined && { environment }),
      });
      expect(byPack(violations)).toEqual(byCheck(loaded, resources));
    }
  });
});

describe.each([
  ["countries/za.yaml", "kubernetes", clusterMutations],
  ["countries/tr.yaml", "kubernetes", clusterMutations],
  ["countries/br.yaml", "kubernetes", clusterMutations],
  ["countries/za.yaml", "aws", awsMutations],
] as const)("the plan of %s for %s", (name, target, mutations) => {
  const file = join(packageRoot, name);
  let resources: readonly Resource[];
  let settings: Record<string, string>;
  let loaded: LoadedCountry;
  beforeAll(async () => {
    loaded = loadCountry(file, { target });
    resources = plannedResources((await planOnce(loaded, target)).resources);
    const own = parse(readFileSync(file, "utf8")) as object;
    const asked = join(folder, `${loaded.country.country}-${target}.yaml`);
    writeFileSync(asked, stringify(overlaid(own, { hosting: { target } })));
    settings = { file: asked };
  });

  test("violates nothing", async () => {
    expect(await pack.preview(resources, settings)).toEqual([]);
  });

  test("what many mutations break at once is found as by the check", async () => {
    let broken = resources;
    const touched = new Set<string>();
    for (const mutation of mutations) {
      const mutant = mutation
        .mutate(broken)
        .find(({ changed }) => changed !== undefined && !touched.has(changed.urn));
      if (mutant?.changed === undefined) continue;
      touched.add(mutant.changed.urn);
      broken = mutant.resources;
    }
    expect(touched.size).toBeGreaterThan(40);
    const found = byPack(await pack.preview(broken, settings));
    expect(found).toEqual(byCheck(loaded, broken, target));
    expect(new Set(found.map((line) => line.split(" ")[0])).size).toBeGreaterThan(20);
  });
});

describe("what the engine shows", () => {
  const settings = { file: example };
  const database = (password: JsonObject | string) =>
    aws("rds/instance:Instance", "accounts", {
      password,
      storageEncrypted: true,
      kmsKeyId: "arn:aws:kms:af-south-1:123456789012:key/1",
      backupRetentionPeriod: 35,
      deletionProtection: true,
      tags: { "rollout/data-classes": "identity" },
    });

  test("as a secret is not a password in plain text", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "horse" };
    expect(byPack(await pack.preview([database("horse")], settings)).join()).toContain("secret-in-plain");
    const violations = await pack.preview([database(secret)], settings);
    expect(violations.map(({ policy }) => policy)).not.toContain("secret-in-plain");
    expect(JSON.stringify(violations)).not.toContain("horse");
  });

  test("as not known yet is noted, and violates nothing", async () => {
    const bucket = aws("s3/bucket:Bucket", "backups", { region: unknownValue });
    const violations = await pack.preview([bucket], settings);
    const [note, ...others] = violations.filter(({ policy }) => policy === "region-abroad");
    expect(others).toEqual([]);
    expect(note).toMatchObject({ level: "advisory" });
    expect(note?.message).toMatch(/value at \.region can't be known during preview/);
  });

  test("a violation tells where, what, the remediation and the law", async () => {
    const bucket = aws("s3/bucket:Bucket", "backups", { region: "eu-west-1" });
    const found = (await pack.preview([bucket], settings)).find(({ policy }) => policy === "region-abroad");
    expect(found?.level).toBe("mandatory");
    expect(found?.message).toContain("Bucket/backups region: It is in eu-west-1 (Dublin, Ireland)");
    expect(found?.message).toMatch(/\nHow to fix: .*\nLaw: popia:72, /);
  });

  test("what a waiver covers violates nothing", async () => {
    const until = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
    const waiver = {
      id: "w",
      policy: "region-abroad",
      resource: "Bucket/backups",
      why: "Moved soon.",
      who: "N. Dlamini",
    };
    const file = fileWith({ residency: { waivers: [{ ...waiver, until }] } });
    const bucket = aws("s3/bucket:Bucket", "backups", { region: "eu-west-1" });
    const violated = (await pack.preview([bucket], { file })).map(({ policy }) => policy);
    expect(violated).not.toContain("region-abroad");
    expect(violated).not.toContain("waiver-unused");
  });
});

describe("the localisation file", () => {
  test("that is missing or wrong is one violation, and the stack is not passed", async () => {
    const missing = await pack.preview([], { file: join(folder, "none.yaml") });
    expect(missing).toMatchObject([{ policy: "localisation-file", level: "mandatory" }]);
    expect(missing[0]?.message).toContain("none.yaml");
    const wrong = join(folder, "wrong.yaml");
    writeFileSync(wrong, "apiVersion: rollout/v1\n");
    const [violation, ...others] = await pack.preview([], { file: wrong });
    expect(others).toEqual([]);
    expect(violation?.message).toMatch(/wrong\.yaml:\d+:\d+ /);
  });

  test("that is not given is asked for", async () => {
    const [violation] = await pack.preview([], {});
    expect(violation?.message).toContain("pulumi config set country-rollout-kit:file");
  });

  test("is that of the stack's configuration where the pack has none", async () => {
    const configured = await PackServer.start(undefined, {
      PULUMI_CONFIG: JSON.stringify({ "country-rollout-kit:file": example }),
    });
    try {
      expect(await configured.preview([], {})).toEqual([]);
    } finally {
      configured.stop();
    }
  });
});
