/** Each file of docs/managed-kubernetes.md is valid, plans and passes all policies; its zones and hosts are known places. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { regionOfProviderHost, regionsNamed, regionsOfZone } from "../../localisation/provider-regions.ts";
import { checkCountry } from "../../policies/check-country.ts";
import { formatFinding } from "../../policies/engine/findings.ts";
import { planOnce } from "./planned.ts";

// biome-ignore lint/suspicious/noExplicitAny: any part of a file
type Tree = any;

const today = "2026-06-01";
const folder = mkdtempSync(join(tmpdir(), "managed-"));
cpSync(join(packageRoot, "countries/languages"), join(folder, "languages"), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

const page = readFileSync(join(packageRoot, "docs/managed-kubernetes.md"), "utf8");
const samples = [...page.matchAll(/^## (.*)\n\n```yaml\n# (.*)\n([\s\S]*?)```/gm)].map(
  ([, title = "", file = "", text = ""]) => ({ title, file, change: parse(text) as Tree }),
);

function written(file: string, change: Tree): string {
  const tree = parse(readFileSync(join(packageRoot, file), "utf8")) as Tree;
  delete tree.hosting.kubernetes.storageClass;
  const path = join(folder, basename(file));
  writeFileSync(path, stringify(merged(tree, change)));
  return path;
}

const merged = (base: Tree, over: Tree): Tree =>
  typeof over !== "object" || Array.isArray(over) || typeof base !== "object"
    ? over
    : Object.fromEntries([
        ...Object.entries(base),
        ...Object.entries(over).map(([key, value]) => [key, key in base ? merged(base[key], value) : value]),
      ]);

test("the page has three clusters", () => {
  expect(samples.map(({ title }) => title)).toHaveLength(3);
});

test.each(samples)("$title: plans, and no policy has a finding", async ({ file, change }) => {
  const loaded = loadCountry(written(file, change), { today });
  const plan = await planOnce(loaded, "kubernetes");
  const { findings } = checkCountry(loaded, {
    subject: { kind: "plan", plan, description: "the plan" },
    today,
  });
  expect(findings.map(formatFinding)).toEqual([]);
  const text = JSON.stringify(plan.resources);
  for (const zone of change.hosting.kubernetes.zones) expect(text).toContain(zone);
});

test("zones abroad and a host that says another country are refused, with where they are", () => {
  const [azure, , huawei] = samples as [Tree, Tree, Tree];
  const abroad = structuredClone(azure.change);
  abroad.hosting.kubernetes.zones = ["westeurope-1", "southafricanorth-2"];
  expect(() => loadCountry(written(azure.file, abroad), { today })).toThrow(
    /"westeurope-1" is in the Netherlands \(Azure westeurope\)|"westeurope-1" is in Netherlands \(Azure westeurope\)/,
  );
  const host = structuredClone(huawei.change);
  host.residency.endpoints[1].host = "obs.eu-west-101.myhuaweicloud.com";
  host.hosting.backup.destination.endpoint = "https://obs.eu-west-101.myhuaweicloud.com";
  expect(() => loadCountry(written(huawei.file, host), { today })).toThrow(
    /"obs\.eu-west-101\.myhuaweicloud\.com" is in Ireland \(Huawei Cloud eu-west-101\)/,
  );
});

test.each([
  ["southafricanorth-1", ["ZA"]],
  ["africa-south1-a", ["ZA"]],
  ["southamerica-east1-b", ["BR"]],
  ["tr-west-1a", ["TR"]],
  ["af-south-1-los-1a", ["NG"]],
  ["za-1", []],
  ["rack-7", []],
  ["default", []],
])("the zone %s is in %s", (zone, countries) => {
  expect(regionsOfZone(zone).map(({ country }) => country)).toEqual(countries);
});

test.each([
  ["obs.tr-west-1.myhuaweicloud.com", "TR"],
  ["objectstorage.sa-saopaulo-1.oraclecloud.com", "BR"],
  ["oss-me-central-1.aliyuncs.com", "SA"],
  ["africa-south1-docker.pkg.dev", "ZA"],
  ["nyc3.digitaloceanspaces.com", "US"],
  ["sme.southafricanorth.cloudapp.azure.com", "ZA"],
  ["sme.blob.core.windows.net", undefined],
  ["storage.googleapis.com", undefined],
  ["tr-west-1.example.org", undefined],
])("the host %s is in %s", (host, country) => {
  expect(regionOfProviderHost(host)?.country).toBe(country);
});

test("a name that two providers use is a place of both", () => {
  expect(regionsNamed("ap-southeast-2").map(({ country }) => country)).toEqual(["AU", "TH"]);
});
