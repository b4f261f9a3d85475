/** `rollout check` and `rollout policies` as a person runs them. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";

const folder = mkdtempSync(join(tmpdir(), "check-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "za.yaml");
copyFileSync(join(packageRoot, "policies", "example-country.yaml"), file);

function rollout(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(packageRoot, "cli", "bin.mjs"), ...args],
    {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    },
  );
  return { status, stdout, stderr };
}

function manifests(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "objects.yaml"), text);
  return path;
}

const leaking = manifests(
  "leaking",
  "apiVersion: v1\nkind: Service\nmetadata: { name: database, namespace: rollout }\nspec: { type: ExternalName, externalName: db.example.com }\n",
);
const harmless = manifests(
  "harmless",
  "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: app, namespace: rollout }\n",
);

describe("rollout check --manifests", () => {
  test("exits 1 with the resource, the value, the article and the remediation", () => {
    const { status, stdout } = rollout("check", file, "--manifests", leaking);
    expect(status).toBe(1);
    expect(stdout).toContain("✗ critical  rollout/Service/database  external-name");
    expect(stdout).toContain(`${join(leaking, "objects.yaml")}:1`);
    expect(stdout).toContain("at          spec.externalName = db.example.com");
    expect(stdout).toContain("what        It leads to db.example.com, which the file does not register.");
    expect(stdout).toContain("how to fix  Remove it, or register db.example.com");
    expect(stdout).toContain("law         popia:72");
    expect(stdout).toMatch(/manifests in .*: 1 resource, \d+ policies: \d+ passed, 1 failed, 0 undetermined/);
  });

  test("exits 0 where nothing is wrong", () => {
    expect(rollout("check", file, "--manifests", harmless)).toMatchObject({ status: 0, stderr: "" });
  });

  test("prints JSON, SARIF and JUnit", () => {
    const json = JSON.parse(rollout("check", file, "--manifests", leaking, "--json").stdout);
    expect(json).toMatchObject({ ok: false, country: "ZA", target: "kubernetes", resources: 1 });
    expect(json.findings).toMatchObject([
      { policy: "external-name", articles: ["popia:72", "popia:19", "popia:14"] },
    ]);
    const sarif = JSON.parse(rollout("check", file, "--manifests", leaking, "--format", "sarif").stdout);
    expect(sarif).toMatchObject({ version: "2.1.0", runs: [{ results: [{ ruleId: "external-name" }] }] });
    const junit = rollout("check", file, "--manifests", leaking, "--format", "junit");
    expect(junit.status).toBe(1);
    expect(junit.stdout).toMatch(/^<\?xml version="1.0"[\s\S]*failures="1"/);
  });

  test("exits 2 with every broken file located", () => {
    const broken = manifests("broken", "kind: [\n");
    const { status, stderr, stdout } = rollout("check", file, "--manifests", broken);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/objects\.yaml:2:1 {2}/);
    expect(stderr).not.toMatch(/\bat .*\.ts:/);
  });
});

test("--severity lets the less severe pass", () => {
  const medium = manifests("medium", "apiVersion: v1\nkind: Namespace\nmetadata: { name: rollout }\n");
  expect(rollout("check", file, "--manifests", medium).status).toBe(1);
  expect(rollout("check", file, "--manifests", medium, "--severity", "high").status).toBe(0);
});

describe("rollout check --plan", () => {
  test("checks a saved plan like the program's own", () => {
    const plan = join(folder, "plan.json");
    writeFileSync(plan, rollout("plan", file, "--json").stdout);
    const saved = JSON.parse(rollout("check", file, "--plan", plan, "--json").stdout);
    const direct = JSON.parse(rollout("check", file, "--json").stdout);
    expect(saved.resources).toBeGreaterThan(30);
    expect({ ...saved, source: "" }).toEqual({ ...direct, source: "" });
  });

  test.each([
    ["no JSON", "kind: [", /It is not JSON\./],
    ["another file", '{"a":1}', /It is not a plan\./],
    [
      "a plan without its resources",
      '{"format":"rollout-plan/1","resources":[{}]}',
      /resources\[0\] has no type\./,
    ],
    [
      "another country's plan",
      '{"format":"rollout-plan/1","country":"BR","environment":null,"target":"kubernetes","resources":[]}',
      /is a plan of BR, and .* is the file of ZA\./,
    ],
  ])("refuses %s", (name, text, message) => {
    const plan = join(folder, `${name}.json`);
    writeFileSync(plan, text);
    const { status, stderr } = rollout("check", file, "--plan", plan);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("rollout check of other subjects", () => {
  test("--live and --plan exclude each other", () => {
    const { status, stderr } = rollout("check", file, "--plan", "plan.json", "--live");
    expect(status).toBe(2);
    expect(stderr).toContain("--plan and --live exclude each other.");
  });

  test("--live says what is missing where there is no kubeconfig", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(packageRoot, "cli", "bin.mjs"), "check", file, "--live", "--json"],
      { encoding: "utf8", env: { ...process.env, KUBECONFIG: join(folder, "none.conf") } },
    );
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: expect.stringContaining("none.conf") });
  });

  test("--state refuses what is no state", () => {
    const { status, stderr } = rollout("check", file, "--state", file);
    expect(status).toBe(2);
    expect(stderr).toMatch(/za\.yaml: It is not JSON\. Save one with `pulumi stack export/);
  });
});

test("rollout policies admission prints what kubectl applies", () => {
  const { status, stdout } = rollout("policies", "admission", file);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^kind: ValidatingAdmissionPolicyBinding$/m);
  expect(stdout).toContain('"registry.example.gov.za"');
  expect(rollout("policies", "admission", file, "--target", "local").status).toBe(2);
});

describe("rollout policies", () => {
  test("lists them", () => {
    const { stdout, status } = rollout("policies", "list", "--area", "place");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^place +region-abroad +critical +Cloud resources are in a region/m);
    expect(stdout).not.toContain("unmapped-type");
  });

  test("explains one, with the country's articles", () => {
    const { stdout } = rollout("policies", "show", "region-abroad", file);
    expect(stdout).toContain("Law:         popia:72  Transfers outside the Republic.");
    expect(stdout).toContain("ISO/IEC 27001:2022 A.5.23  Information security for use of cloud services");
    expect(stdout).toContain("→ Bucket/backups region: It is in eu-west-1 (Dublin, Ireland)");
  });

  test("asks whether another was meant", () => {
    const { status, stderr } = rollout("policies", "show", "region-abraod");
    expect(status).toBe(2);
    expect(stderr).toContain('Did you mean "region-abroad"?');
  });
});
