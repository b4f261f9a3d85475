/** `rollout check` and `rollout policies` as a person runs them. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { CommandLine } from "../command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "check-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "za.yaml");
copyFileSync(join(packageRoot, "policies", "example-country.yaml"), file);

const rollout = new CommandLine();

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
  test("exits 1 with the resource, the value, the article and the remediation", async () => {
    const { status, stdout } = rollout.runProcess("check", file, "--manifests", leaking);
    expect(status).toBe(1);
    expect(stdout).toContain("✗ critical  rollout/Service/database  external-name");
    expect(stdout).toContain(`${join(leaking, "objects.yaml")}:1`);
    expect(stdout).toContain("at          spec.externalName = db.example.com");
    expect(stdout).toContain("what        It leads to db.example.com, which the file does not register.");
    expect(stdout).toContain("how to fix  Remove it, or register db.example.com");
    expect(stdout).toContain("law         popia:72");
    expect(stdout).toMatch(/manifests in .*: 1 resource, \d+ policies: \d+ passed, 1 failed, 0 undetermined/);
  });

  test("exits 0 where nothing is wrong", async () => {
    expect(await rollout.run("check", file, "--manifests", harmless)).toMatchObject({
      status: 0,
      stderr: "",
    });
  });

  test("prints JSON, SARIF and JUnit", async () => {
    const json = JSON.parse((await rollout.run("check", file, "--manifests", leaking, "--json")).stdout);
    expect(json).toMatchObject({ ok: false, country: "ZA", target: "kubernetes", resources: 1 });
    expect(json.findings).toMatchObject([
      { policy: "external-name", articles: ["popia:72", "popia:19", "popia:14"] },
    ]);
    const sarif = JSON.parse(
      (await rollout.run("check", file, "--manifests", leaking, "--format", "sarif")).stdout,
    );
    expect(sarif).toMatchObject({ version: "2.1.0", runs: [{ results: [{ ruleId: "external-name" }] }] });
    const junit = await rollout.run("check", file, "--manifests", leaking, "--format", "junit");
    expect(junit.status).toBe(1);
    expect(junit.stdout).toMatch(/^<\?xml version="1.0"[\s\S]*failures="1"/);
  });

  test("exits 2 with every broken file located", async () => {
    const broken = manifests("broken", "kind: [\n");
    const { status, stderr, stdout } = await rollout.run("check", file, "--manifests", broken);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/objects\.yaml:2:1 {2}/);
    expect(stderr).not.toMatch(/\bat .*\.ts:/);
  });
});

test("--severity lets the less severe pass", async () => {
  const medium = manifests("medium", "apiVersion: v1\nkind: Namespace\nmetadata: { name: rollout }\n");
  expect((await rollout.run("check", file, "--manifests", medium)).status).toBe(1);
  expect((await rollout.run("check", file, "--manifests", medium, "--severity", "high")).status).toBe(0);
});

describe("rollout check --plan", () => {
  test("checks a saved plan like the program's own", async () => {
    const plan = join(folder, "plan.json");
    writeFileSync(plan, (await rollout.run("plan", file, "--json")).stdout);
    const saved = JSON.parse((await rollout.run("check", file, "--plan", plan, "--json")).stdout);
    const direct = JSON.parse((await rollout.run("check", file, "--json")).stdout);
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
  ])("refuses %s", async (name, text, message) => {
    const plan = join(folder, `${name}.json`);
    writeFileSync(plan, text);
    const { status, stderr } = await rollout.run("check", file, "--plan", plan);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("rollout check of other subjects", () => {
  test("--live and --plan exclude each other", async () => {
    const { status, stderr } = await rollout.run("check", file, "--plan", "plan.json", "--live");
    expect(status).toBe(2);
    expect(stderr).toContain("--plan and --live exclude each other.");
  });

  test("--live says what is missing where there is no kubeconfig", async () => {
    const { status, stdout } = await new CommandLine({
      environment: { ...process.env, KUBECONFIG: join(folder, "none.conf") },
    }).run("check", file, "--live", "--json");
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: expect.stringContaining("none.conf") });
  });

  test("--state refuses what is no state", async () => {
    const { status, stderr } = await rollout.run("check", file, "--state", file);
    expect(status).toBe(2);
    expect(stderr).toMatch(/za\.yaml: It is not JSON\. Save one with `pulumi stack export/);
  });
});

test("rollout policies admission prints what kubectl applies", async () => {
  const { status, stdout } = await rollout.run("policies", "admission", file);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^kind: ValidatingAdmissionPolicyBinding$/m);
  expect(stdout).toContain('"registry.example.gov.za"');
  expect((await rollout.run("policies", "admission", file, "--target", "local")).status).toBe(2);
});

describe("rollout policies", () => {
  test("lists them", async () => {
    const { stdout, status } = await rollout.run("policies", "list", "--area", "place");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^place +region-abroad +critical +Cloud resources are in a region/m);
    expect(stdout).not.toContain("unmapped-type");
  });

  test("explains one, with the country's articles", async () => {
    const { stdout } = await rollout.run("policies", "show", "region-abroad", file);
    expect(stdout).toContain("Law:         popia:72  Transfers outside the Republic.");
    expect(stdout).toContain("ISO/IEC 27001:2022 A.5.23  Information security for use of cloud services");
    expect(stdout).toContain("→ Bucket/backups region: It is in eu-west-1 (Dublin, Ireland)");
  });

  test("asks whether another was meant", async () => {
    const { status, stderr } = await rollout.run("policies", "show", "region-abraod");
    expect(status).toBe(2);
    expect(stderr).toContain('Did you mean "region-abroad"?');
  });
});
