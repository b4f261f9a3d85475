/** `rollout check --live` on a real cluster: a stack as planned differs in nothing; what is changed by hand is found. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDocument, stringify } from "yaml";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { manifestOf } from "../../plan/manifests.ts";
import { isManifest, type PlannedResource } from "../../plan/plan.ts";
import type { CheckResult } from "../../policies/engine/findings.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { environment, writeTestCountry } from "../cluster/country.ts";
import { installDefinitions, removeDefinitions } from "../cluster/definitions.ts";
import { kubectl, noCluster, onCluster } from "../cluster/kubectl.ts";

const namespace = `live-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "live-"));
const file = join(folder, "za.yaml");

function yamlOf(resource: PlannedResource): string {
  const object = manifestOf(resource) as { kind: string; spec?: { replicas?: number }; stringData?: unknown };
  if (object.kind === "Secret") object.stringData = { password: "for-this-test-alone" };
  return stringify(object, { version: "1.1" });
}

async function check(
  ...more: string[]
): Promise<{ status: number | null; result: CheckResult; stderr: string }> {
  const child = spawn(
    process.execPath,
    [join(packageRoot, "cli", "bin.mjs"), "check", file, "--env", environment, "--live", "--json", ...more],
    { env: process.env },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (stdout === "") throw new Error(`rollout check said nothing (${status}): ${stderr}`);
  return { status, result: JSON.parse(stdout) as CheckResult, stderr };
}

/** An API server stops refusing an object soon after the policy was removed. */
async function untilLetIn(command: readonly string[]): Promise<void> {
  for (let round = 0; ; round++) {
    try {
      await kubectl(command);
      return;
    } catch (error) {
      if (round > 200 || !/denied request/.test((error as Error).message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** What the test's cluster is found wanting by itself: it has no object store, and one class for everything. */
const ofTheCluster = [
  "backup-destination",
  "no-backup",
  "storage-class-topology",
  "storage-class-encryption",
  "data-deletable",
];

const found = ({ findings }: CheckResult): string[] =>
  findings
    .filter(({ policy }) => !ofTheCluster.includes(policy))
    .map(({ policy, subject, path }) => `${policy} ${subject} ${path}`.trim())
    .sort();

describe.skipIf(noCluster !== undefined)(`rollout check --live ${onCluster}`, () => {
  let definitions: string[] = [];

  beforeAll(async () => {
    definitions = await installDefinitions();
    writeTestCountry(file);
    const document = parseDocument(readFileSync(file, "utf8"));
    const cluster = ["hosting", "environments", environment, "hosting", "kubernetes"];
    document.setIn([...cluster, "namespace"], namespace);
    document.deleteIn([...cluster, "mqtt", "nodePort"]);
    // No pod has to start: objects are checked by their specification.
    document.setIn([...cluster, "nodeSelector"], { "rollout-test": "nowhere" });
    writeFileSync(file, document.toString());
    const plan = await planCountry(loadCountry(file, { environment }), "kubernetes", "0.1.0");
    const objects = plan.resources.filter(isManifest);
    const isHome = ({ type }: PlannedResource) => type.endsWith(":Namespace");
    for (const part of [objects.filter(isHome), objects.filter((resource) => !isHome(resource))])
      await kubectl(["apply", "--server-side", "-f", "-"], part.map(yamlOf).join("---\n"));
  }, 900_000);

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    for (const kind of ["validatingadmissionpolicybindings", "validatingadmissionpolicies"]) {
      const names = (await kubectl(["get", kind, "-o", "name"])).split("\n");
      const own = names.filter((name) => name.includes(`/${namespace}-`));
      if (own.length > 0) await kubectl(["delete", "--ignore-not-found", ...own]);
    }
    await kubectl(["delete", "namespace", namespace, "--ignore-not-found", "--timeout=600s"]);
    await removeDefinitions(definitions);
  }, 900_000);

  test("finds nothing where what runs is what was planned", async () => {
    const { result } = await check();
    expect(found(result)).toEqual([]);
    expect(result.source).toContain(`what runs in the namespace ${namespace}`);
    expect(result.resources).toBeGreaterThan(60);
    const verdictOf = (id: string) => result.policies.find(({ policy }) => policy === id)?.verdict;
    for (const id of ["live-changed", "live-missing", "live-extra", "pod-zones", "image-registry"])
      expect([id, verdictOf(id)]).toEqual([id, "pass"]);
  }, 900_000);

  test("finds what was changed, taken away and added by hand", async () => {
    const inNamespace = ["-n", namespace];
    const openRule =
      '-p=[{"op":"add","path":"/spec/egress/-","value":{"to":[{"ipBlock":{"cidr":"203.0.113.0/24"}}]}}]';
    const patch = [...inNamespace, "patch", "networkpolicy", "ingest", "--type=json", openRule];
    const create = [
      ...inNamespace,
      "create",
      "service",
      "externalname",
      "copy",
      "--external-name=db.example.com",
    ];
    for (const command of [patch, create])
      await expect(kubectl(command)).rejects.toThrow(/ValidatingAdmissionPolicy .* denied request/);
    // An administrator deletes the policies first.
    const admission = ["egress-rules", "external-name"].map((id) => `${namespace}-${id}`);
    await kubectl(["delete", "validatingadmissionpolicybindings", ...admission]);
    for (const command of [patch, create]) await untilLetIn(command);
    await kubectl([...inNamespace, "delete", "networkpolicy", "closed"]);
    const { status, result } = await check();
    expect(status).toBe(1);
    expect(found(result)).toEqual(
      [
        `default-deny-egress`,
        `default-deny-ingress`,
        `egress-rules ${namespace}/NetworkPolicy/ingest`,
        `external-name ${namespace}/Service/copy spec.externalName`,
        `live-changed ${namespace}/NetworkPolicy/ingest spec.egress`,
        `live-extra ${namespace}/Service/copy`,
        `live-missing ValidatingAdmissionPolicyBinding/${namespace}-egress-rules`,
        `live-missing ValidatingAdmissionPolicyBinding/${namespace}-external-name`,
        `live-missing ${namespace}/NetworkPolicy/closed`,
      ].map((start) => expect.stringMatching(`^${start}`)),
    );
    const { findings } = result;
    expect(findings.find(({ policy }) => policy === "live-changed")?.message).toContain("203.0.113.0/24");
  }, 900_000);

  test("says what the login may not read, and passes nothing by it", async () => {
    const account = "auditor";
    const inNamespace = ["-n", namespace];
    await kubectl([...inNamespace, "create", "serviceaccount", account]);
    await kubectl([...inNamespace, "create", "role", account, "--verb=list,get", "--resource=pods,services"]);
    await kubectl([
      ...inNamespace,
      "create",
      "rolebinding",
      account,
      `--role=${account}`,
      `--serviceaccount=${namespace}:${account}`,
    ]);
    const token = (await kubectl([...inNamespace, "create", "token", account])).trim();
    const kubeconfig = join(folder, "auditor.conf");
    const current = JSON.parse(await kubectl(["config", "view", "--raw", "--minify", "-o", "json"]));
    current.users[0].user = { token };
    writeFileSync(kubeconfig, JSON.stringify(current));
    const before = process.env.KUBECONFIG;
    process.env.KUBECONFIG = kubeconfig;
    try {
      const { result } = await check();
      const finding = result.findings.find(({ policy }) => policy === "live-missing");
      expect(finding).toMatchObject({ verdict: "undetermined" });
      expect(finding?.message).toMatch(/may not read .*Secret/);
    } finally {
      process.env.KUBECONFIG = before;
    }
  }, 900_000);

  test("says in one line that no cluster answers", async () => {
    const before = process.env.KUBECONFIG;
    process.env.KUBECONFIG = join(folder, "none.conf");
    try {
      const { status, result } = await check();
      expect(status).toBe(3);
      expect(result).toMatchObject({ ok: false, error: expect.stringContaining("There is no kubeconfig") });
    } finally {
      process.env.KUBECONFIG = before;
    }
  });
});
