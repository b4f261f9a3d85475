/** `rollout check` and `rollout policies` as a person runs them. */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import type { Plan } from "../../plan/plan.ts";
import { unknownValue } from "../../policies/resources/resource.ts";
import { CommandLine } from "../command-line.ts";
import { ApiServer } from "../engine/api-server.ts";

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
    expect(stdout).toContain("✗ critical  external-name  1 place; law popia:72");
    expect(stdout).toContain(`${join(leaking, "objects.yaml")}:1`);
    expect(stdout).toContain("rollout/Service/database spec.externalName: It leads to db.example.com");
    expect(stdout).toContain(
      "It leads to db.example.com, which the file does not register. How to fix: Remove it, or register db.example.com",
    );
    expect(stdout).toMatch(/law popia:72, popia:19/);
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

  test("exits 2 with what could not be read and what the rest leaks", async () => {
    const mixed = manifests("mixed", readFileSync(join(leaking, "objects.yaml"), "utf8"));
    writeFileSync(join(mixed, "template.yaml"), "kind: {{ .Values.kind }}\n");
    const { status, stdout } = await rollout.run("check", file, "--manifests", mixed, "--json");
    expect(status).toBe(2);
    expect(JSON.parse(stdout).findings).toMatchObject([
      { policy: "external-name", verdict: "fail" },
      {
        policy: "input-unread",
        verdict: "undetermined",
        subject: join(mixed, "template.yaml"),
        source: { line: 1 },
      },
    ]);
  });

  test("exits 0 for the folder that plan --manifests wrote, charts and all", async () => {
    const written = join(folder, "written");
    const za = join(packageRoot, "countries", "za.yaml");
    await rollout.run("plan", za, "--target", "kubernetes", "--manifests", written);
    const { status, stdout } = await rollout.run("check", za, "--manifests", written, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, findings: [] });
    expect(JSON.parse(stdout).policies).toContainEqual(
      expect.objectContaining({
        policy: "unrendered-chart",
        passed: ["Release/cert-manager", "Release/cloudnative-pg", "Release/plugin-barman-cloud"],
      }),
    );
    expect(status).toBe(0);
    writeFileSync(
      join(written, "operators", "cert-manager.yaml"),
      "extraArgs: [--url=https://telemetry.example.com]\n",
    );
    expect(
      JSON.parse((await rollout.run("check", za, "--manifests", written, "--json")).stdout).findings,
    ).toMatchObject([{ policy: "unregistered-host", subject: "Release/cert-manager" }]);
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

  test("--live asks the cluster, and changes nothing in it", async () => {
    const own = join(folder, "live.yaml");
    writeFileSync(own, readFileSync(file, "utf8").replace("context: sme-production", "context: here"));
    const kind = (name: string) => ({
      kind: name,
      name: `${name.toLowerCase()}s`,
      namespaced: true,
      verbs: ["list"],
    });
    const answers = {
      groups: [{ name: "apps", preferredVersion: { groupVersion: "apps/v1" } }],
      resources: ["Pod", "Service", "Deployment", "StatefulSet"].map(kind),
      items: [],
      metadata: {},
    };
    const api = await ApiServer.start(folder, () => ({ body: answers }));
    try {
      const environment = { ...process.env, KUBECONFIG: api.kubeconfig(folder, { token: "auditor" }) };
      const { status, stdout, stderr } = await new CommandLine({ environment }).run("check", own, "--live");
      expect(stderr).toBe("");
      expect(status).toBe(1);
      expect(stdout).toContain("0 resources");
    } finally {
      await api.close();
    }
    expect(api.asked.map(({ path }) => path)).toContainEqual(
      expect.stringContaining("/namespaces/rollout/pods"),
    );
    expect(new Set(api.asked.map(({ method }) => method))).toEqual(new Set(["GET"]));
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

describe("rollout check --plan", () => {
  const za = join(folder, "za-plan.yaml");
  const saved = join(folder, "plan.json");
  copyFileSync(join(packageRoot, "countries", "za.yaml"), za);
  cpSync(join(packageRoot, "countries", "languages"), join(folder, "languages"), { recursive: true });
  let plan: Plan;
  beforeAll(async () => {
    plan = JSON.parse((await rollout.run("plan", za, "--target", "kubernetes", "--json")).stdout);
  });

  async function blockingOf(changed: Plan): Promise<readonly string[]> {
    writeFileSync(saved, JSON.stringify(changed));
    const { status, stdout } = await rollout.run(
      "check",
      za,
      "--target",
      "kubernetes",
      "--plan",
      saved,
      "--json",
    );
    const { findings } = JSON.parse(stdout) as {
      findings: { policy: string; verdict: string; path: string }[];
    };
    expect(status).toBe(findings.length === 0 ? 0 : 1);
    return findings.map(({ policy, verdict, path }) => `${verdict} ${policy} ${path}`.trim());
  }

  test("passes for the plan of the file itself", async () => {
    expect(await blockingOf(plan)).toEqual([]);
  });

  test("is undetermined for the plan of another version of the file", async () => {
    expect(await blockingOf({ ...plan, localisation: "0".repeat(64) })).toEqual([
      "undetermined input-unread localisation",
    ]);
  });

  test("is undetermined for a plan without a resource", async () => {
    expect(await blockingOf({ ...plan, resources: [] })).toContain("undetermined input-unread");
  });

  test.each([
    ["an image", "kubernetes:apps/v1:Deployment", "spec.template.spec.containers[0].image", unknownValue, []],
    [
      "a range",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "spec.egress[0].to[1].ipBlock.cidr",
      unknownValue,
      [],
    ],
    [
      "a secret setting",
      "kubernetes:apps/v1:StatefulSet",
      "spec.template.spec.containers[0].env[2].value",
      "https://collect.example.com",
      ["spec.template.spec.containers[0].env[2].value"],
    ],
  ] as const)("is undetermined for %s that can't be read", async (_, type, path, value, secrets) => {
    const resources = plan.resources.map((resource) => {
      const properties = structuredClone(resource.properties);
      return resource.type === type && setAt(properties, path, value)
        ? { ...resource, properties, secrets }
        : resource;
    });
    expect(resources).not.toEqual(plan.resources);
    expect(await blockingOf({ ...plan, resources })).toContain(`undetermined value-unknown ${path}`);
  });
});

/** @returns whether there was such a place. */
function setAt(root: unknown, path: string, value: string): boolean {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  const last = keys.pop() ?? "";
  let here = root as Record<string, unknown> | undefined;
  for (const key of keys) here = here?.[key] as Record<string, unknown> | undefined;
  if (here?.[last] === undefined) return false;
  here[last] = value;
  return true;
}
