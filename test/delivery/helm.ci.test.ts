/** Helm itself on the exported charts: what it renders is the plan, with the default values and with others; bad values are refused. */
import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findProgram } from "../../base/find-program.ts";
import { kitVersion, packageRoot } from "../../base/package-root.ts";
import { imageNames } from "../../components/images.ts";
import { exportStack } from "../../delivery/export/export.ts";
import { writeExport } from "../../delivery/export/export-folder.ts";
import { type LoadedCountry, loadCountry } from "../../localisation/load.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import {
  type ChangeableCluster,
  type ChangeableCountry,
  changedCountry,
  countryFile,
} from "../plan/planned.ts";
import { variants } from "../plan/variants.ts";
import { fourthCountry } from "./fourth-country.ts";
import { chart, cluster, folder, helm, rendered, valuesOf, version } from "./helm.ts";
import { type ClusterObject, expectSame, type Objects, parsed, planned } from "./rendered.ts";

const repositoryChart = join(packageRoot, "charts/country-rollout");

/** Another domain on AWS, a wildcard that covers the registry, articles with brackets, and no region of AWS. */
function otherHosts(_: ChangeableCluster, { hosting, residency }: ChangeableCountry): void {
  hosting.aws!.domain = "sme.other.example.net";
  residency.regions = [];
  residency.endpoints.push({ ...residency.endpoints[0]!, host: "*.example.org", addresses: [] });
  for (const one of Object.values(residency.dataClasses)) one.articles = ["popia:72(1)(a)", "popia:19"];
}

describe.skipIf(findProgram("helm") === undefined)("a chart (skipped where helm is not on PATH)", () => {
  const stacks: [string, LoadedCountry][] = [
    ...["za", "tr", "br"].map((name): [string, LoadedCountry] => [
      `of ${name}`,
      loadCountry(countryFile(name), { target: "kubernetes", today: "2026-11-01" }),
    ]),
    ...Object.entries(variants).map(([name, change]): [string, LoadedCountry] => [
      name,
      changedCountry(change),
    ]),
    ["with other domains, hosts and articles", changedCountry(otherHosts)],
  ];

  test.each(stacks)("%s passes helm lint, and with its country's values is the plan", async (_, loaded) => {
    const path = await chart(loaded);
    expect(helm("lint", "--strict", ...cluster, ...valuesOf(path), path)).toContain("0 chart(s) failed");
    expectSame(rendered(path), planned(await planCountry(loaded, "kubernetes", version)));
  });

  test.each(["za", "tr", "br"])("of the repository, with the values of %s, is its plan", async (name) => {
    const loaded = loadCountry(countryFile(name), { target: "kubernetes", today: "2026-11-01" });
    const values = join(repositoryChart, `values-${name}.yaml`);
    const actual = parsed(helm("template", "stack", repositoryChart, ...cluster, "--values", values));
    expectSame(actual, planned(await planCountry(loaded, "kubernetes", kitVersion())));
  });

  test("of the repository takes in a fourth country, whose export adds its values alone", async () => {
    const loaded = fourthCountry();
    const path = join(folder, "four-countries");
    cpSync(repositoryChart, path, { recursive: true });
    const written = writeExport(path, await exportStack(loaded, "helm", kitVersion()));
    expect(written.filter((name) => !name.startsWith("operators/ke/"))).toEqual(["values-ke.yaml"]);
    const actual = helm("template", "stack", path, ...cluster, "--values", join(path, "values-ke.yaml"));
    expectSame(parsed(actual), planned(await planCountry(loaded, "kubernetes", kitVersion())));
  });

  test("needs the values of a country", () => {
    const { status, stderr } = spawnSync("helm", ["template", repositoryChart, ...cluster], {
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain("values don't meet the specifications of the schema");
    expect(stderr).toContain("domain");
  });

  test("with other values is the plan of a file that says the same", async () => {
    const digests = Object.fromEntries(
      imageNames.map((name, index) => [name, `sha256:${String(index).repeat(64)}`]),
    );
    const path = await chart(changedCountry((settings) => delete settings.registry));
    const actual = rendered(path, {
      namespace: "other",
      domain: "pages.other.example.net",
      registry: "mirror.example.net:5000/sme",
      registryPullSecret: "mirror-login",
      storageClass: "",
      ingressClassName: "inside",
      digests,
    });
    const changed = changedCountry((settings: ChangeableCluster) => {
      settings.namespace = "other";
      settings.domain = "pages.other.example.net";
      settings.registry = "mirror.example.net:5000/sme";
      settings.registryPullSecret = "mirror-login";
      delete settings.storageClass;
      settings.gateway.className = "inside";
      settings.imageDigests = digests;
    });
    const expected = planned(await planCountry(changed, "kubernetes", version));
    expectSame(withoutDigests(actual), withoutDigests(expected));
  });

  test("replaces pods when their configuration changes, and makes a new Job, which can't be changed", async () => {
    const path = await chart(changedCountry());
    const digests = (objects: Objects) =>
      ["Deployment ingest", "StatefulSet broker"].map(
        (key) => JSON.stringify(objects.get(key)).match(/"rollout\/configuration":"([^"]+)"/)?.[1],
      );
    const job = (objects: Objects) => [...objects.keys()].find((key) => key.startsWith("Job migration-"));
    const before = rendered(path);
    const moved = rendered(path, { domain: "pages.other.example.net" });
    for (const [index, digest] of digests(moved).entries()) expect(digest).not.toBe(digests(before)[index]);
    expect(job(moved)).not.toBe(job(before));
    const migration = { limits: { memory: "1Gi" }, requests: { cpu: "1", memory: "1Gi" } };
    const larger = rendered(path, { resources: { migration } });
    expect(digests(larger)).toEqual(digests(before));
    expect(job(larger)).not.toBe(job(before));
    expect(JSON.stringify(larger.get(job(larger)!))).toContain(JSON.stringify(migration));
  });

  test("sets replicas, their bounds, amounts and the quota", async () => {
    const path = await chart(changedCountry());
    const objects = rendered(path, {
      replicas: { analytics: 5 },
      autoscaling: { ingest: { minReplicas: 3, maxReplicas: 30 } },
      quota: { pods: 99 },
      createNamespace: false,
    });
    expect(objects.get("Deployment analytics")).toMatchObject({ spec: { replicas: 5 } });
    expect(objects.get("HorizontalPodAutoscaler ingest")).toMatchObject({
      spec: { minReplicas: 3, maxReplicas: 30 },
    });
    expect(objects.get("ResourceQuota stack")).toMatchObject({ spec: { hard: { pods: 99 } } });
    expect([...objects.values()].filter(({ kind }) => kind === "Namespace")).toEqual([]);
  });

  test.each([
    ["registry", "https://registry.example.org"],
    ["registry", "registry.example.org/a b"],
    ["registry", 'registry.example.org"\n          command: ["sh"]'],
    ["domain", "-example.org"],
    ["domain", "UPPER.example.org"],
    ["namespace", "{{ .Release.Name }}"],
    ["namespace", `${"a".repeat(64)}`],
    ["namespace", ""],
    ["namespace", "other\n"],
    ["storageClass", "fast # encrypted"],
    ["digests", { broker: "latest" }],
    ["digests", { brokr: "" }],
    ["replicas", { analytics: 0 }],
    ["replicas", { analytics: "many" }],
    ["resources", { broker: { requests: { cpu: "a lot" } } }],
    ["resources", { broker: { claims: [{ name: "x" }] } }],
    ["quota", { pods: -1 }],
    ["generateSecrets", "perhaps"],
    ["regsitry", "registry.example.org"],
  ])("refuses %s: %j", async (name, value) => {
    const path = await chart(changedCountry());
    const { status, stderr } = spawnSync(
      "helm",
      ["template", "stack", path, ...cluster, ...valuesOf(path, { [name]: value })],
      { encoding: "utf8" },
    );
    expect(status).not.toBe(0);
    expect(stderr).toContain("values don't meet the specifications of the schema");
    expect(stderr).toContain(name);
  });

  test("writes no Secret where no cluster answers, and as many as the stack has random ones otherwise", async () => {
    const path = await chart(changedCountry());
    expect([...rendered(path).values()].filter(({ kind }) => kind === "Secret")).toEqual([]);
  });
});

/** What the plan and a chart with other values compute or sort each in its own way, or say for people alone. */
function withoutDigests(objects: Objects): Objects {
  const text = JSON.stringify([...objects.values()])
    .replace(/"rollout\/configuration":"[^"]+"/g, '"rollout/configuration":"(digest)"')
    .replace(/(migration-[0-9-]+)-[0-9a-f]{10}/g, "$1-(digest)")
    .replaceAll('[\\"(none)\\"]', "[]")
    // Policies of admission ask whether something is in a list, whatever its order.
    .replace(
      /\[(\\"[^\\"]+\\"(?:, \\"[^\\"]+\\")+)\]/g,
      (_, list: string) => `[${list.split(", ").sort().join(", ")}]`,
    );
  return new Map(
    (JSON.parse(text) as ClusterObject[]).map((object) => {
      if (object.data?.["country.json"] !== undefined) {
        const file = parse(object.data["country.json"]) as { country: ChangeableCountry };
        const { namespace, domain } = file.country.hosting.kubernetes!;
        file.country.hosting.kubernetes = { namespace, domain } as ChangeableCluster;
        object.data["country.json"] = JSON.stringify(file);
      }
      return [`${object.kind} ${object.metadata.name}`, object];
    }),
  );
}
