/** `pulumi preview --policy-pack policies` by the real engine: from the sources and from the built package. */
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kitVersion, packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { checkCountry } from "../../policies/check-country.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { environment, writeTestCountry } from "../cluster/country.ts";
import { noCluster } from "../cluster/kubectl.ts";

const needed = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes"];
const missing = needed.filter((program) => spawnSync("which", [program]).status !== 0);
const withEngine =
  missing.length === 0 ? "with the engine" : `with the engine (skipped: no ${missing.join(", ")})`;

const folder = mkdtempSync(join(tmpdir(), "pack-engine-"));
const project = join(folder, "project");

/** Renders instead of asking a cluster. */
const program = `
import * as kubernetes from "@pulumi/kubernetes";
import { Config } from "@pulumi/pulumi";
const provider = new kubernetes.Provider("cluster", { renderYamlToDirectory: ${JSON.stringify(join(folder, "rendered"))} });
const host = new Config().require("host");
new kubernetes.core.v1.Service("mail", {
  metadata: { name: "mail", namespace: "rollout" },
  spec: { type: "ExternalName", externalName: host },
}, { provider });
`;

function pulumi(args: readonly string[], cwd = project): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      "pulumi",
      [...args, "--non-interactive", "--color", "never"],
      {
        cwd,
        env: {
          ...process.env,
          PWD: packageRoot,
          // The sources run on the kit's own Node.js.
          PATH: `${join(packageRoot, "node_modules", ".bin")}:${process.env.PATH}`,
          PULUMI_BACKEND_URL: `file://${folder}`,
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_SKIP_UPDATE_CHECK: "1",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
        timeout: 600_000,
      },
      (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}\n${stderr}` }),
    );
  });
}

const noOwnStack = missing.length > 0 ? `no ${missing.join(", ")}` : noCluster;

describe.skipIf(noOwnStack !== undefined)(
  `The kit's own stack, previewed${noOwnStack === undefined ? "" : ` (skipped: ${noOwnStack})`}`,
  () => {
    const own = mkdtempSync(join(tmpdir(), "own-stack-"));
    afterAll(() => rmSync(own, { recursive: true, force: true }));

    test("violates what the check finds in its plan, and nothing else", async () => {
      const file = join(own, "za.yaml");
      writeTestCountry(file);
      const settings = readFileSync(join(packageRoot, "Pulumi.yaml"), "utf8");
      writeFileSync(join(own, "Pulumi.yaml"), settings.replace("main: ", `main: ${packageRoot}/`));
      const inOwn = (...args: string[]) => pulumi(args, own);
      await inOwn("stack", "init", "own");
      await inOwn("config", "set", "file", file);
      await inOwn("config", "set", "environment", environment);
      const { output } = await inOwn("preview", "--policy-pack", join(packageRoot, "policies"));
      const loaded = loadCountry(file, { environment });
      const plan = await planCountry(loaded, "kubernetes", kitVersion());
      const { findings } = checkCountry(loaded, { subject: { kind: "plan", plan, description: "the plan" } });
      const violated = [...output.matchAll(/^\s+- \[\w+\] .*?\s([a-z-]+)\s+\(/gm)].map(
        ([, policy]) => policy,
      );
      expect([...new Set(violated)].sort(), output.slice(-3000)).toEqual(
        [...new Set(findings.map(({ policy }) => policy))].sort(),
      );
    }, 900_000);
  },
);

describe.skipIf(missing.length > 0)(`The pack ${withEngine}`, () => {
  beforeAll(async () => {
    mkdirSync(project);
    symlinkSync(join(packageRoot, "node_modules"), join(project, "node_modules"));
    writeFileSync(
      join(project, "package.json"),
      '{ "name": "tryout", "type": "module", "main": "index.js" }',
    );
    writeFileSync(join(project, "Pulumi.yaml"), "name: tryout\nruntime: nodejs\n");
    writeFileSync(join(project, "index.js"), program);
    writeFileSync(
      join(folder, "pack.json"),
      JSON.stringify({
        "localisation-file": { file: "policies/example-country.yaml" },
        // It renders, so there is no context.
        "cluster-context": "disabled",
      }),
    );
    const { status, output } = await pulumi(["stack", "init", "dev"]);
    expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
  }, 600_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const preview = async (pack: string, host: string) => {
    await pulumi(["config", "set", "host", host]);
    return pulumi(["preview", "--policy-pack", pack, "--policy-pack-config", join(folder, "pack.json")]);
  };

  function expectVerdicts(pack: string) {
    test("stops a preview that violates a policy, and says where, why and how to fix it", async () => {
      const { status, output } = await preview(pack, "db.example.com");
      expect({ output, status }).toMatchObject({ status: expect.not.stringMatching("^0$") });
      expect(status).not.toBe(0);
      expect(output).toMatch(/\[mandatory\].*external-name.*\(kubernetes:core\/v1:Service: mail\)/);
      expect(output).toContain("rollout/Service/mail spec.externalName: It leads to db.example.com");
      expect(output).toContain("How to fix: Remove it, or register db.example.com");
      expect(output).toContain("Law: popia:72");
    }, 600_000);

    test("passes one that breaks none", async () => {
      const { status, output } = await preview(pack, "mail.example.gov.za");
      expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
      expect(output).toMatch(/country-rollout-policies@v[\d.]+/);
    }, 600_000);
  }

  describe("from the sources", () => expectVerdicts(join(packageRoot, "policies")));

  describe("from the built package", () => {
    const kit = join(folder, "installed", "node_modules", "country-rollout-kit");
    beforeAll(() => {
      mkdirSync(kit, { recursive: true });
      execFileSync(process.execPath, [join(packageRoot, "scripts", "build.ts"), "--out", join(kit, "dist")]);
      for (const name of ["package.json", "countries"]) symlinkSync(join(packageRoot, name), join(kit, name));
      // What the package needs is found as npm would have put it.
      symlinkSync(join(packageRoot, "node_modules"), join(kit, "node_modules"));
    }, 600_000);
    expectVerdicts(join(kit, "dist", "policies"));
  });
});
