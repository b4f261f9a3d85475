/** What the doctor finds on a machine, with nothing on it and with plugins in several places. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pluginsFor, pluginVerdict, tools } from "../../stacks/doctor/tools.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "rollout-tools-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test("an empty machine lacks the engine and its plugins, each with a remediation; kubectl and helm are not needed", async () => {
  const found = await tools("aws", { PATH: home, HOME: home });
  expect(found.map(({ title, verdict }) => `${title} ${verdict}`)).toEqual([
    "Node.js ok",
    "Pulumi CLI failed",
    "plugin kubernetes failed",
    "plugin aws failed",
    "aws failed",
    "kubectl skipped",
    "helm skipped",
  ]);
  for (const { verdict, remediation } of found) expect(remediation === "").toBe(verdict !== "failed");
});

test("a plugin counts where the engine looks for it: on PATH, else in its own folder and in the kit's version", () => {
  const [plugin] = pluginsFor("kubernetes");
  if (plugin === undefined) throw new Error("no plugin");
  expect(plugin).toEqual({ name: "kubernetes", version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  const environment = { PATH: join(home, "bin"), HOME: home };
  const installed = (version: string) =>
    mkdirSync(join(home, ".pulumi", "plugins", `resource-kubernetes-v${version}`), { recursive: true });
  installed("3.0.0");
  // An interrupted download.
  installed(`${plugin.version}.partial`);
  expect(pluginVerdict(plugin, environment)).toMatchObject({
    verdict: "failed",
    found: `3.0.0 is installed; the kit needs ${plugin.version}.`,
  });
  installed(plugin.version);
  expect(pluginVerdict(plugin, environment)).toMatchObject({ verdict: "ok", found: plugin.version });
  mkdirSync(join(home, "bin"));
  writeFileSync(join(home, "bin", "pulumi-resource-kubernetes"), "", { mode: 0o755 });
  expect(pluginVerdict(plugin, environment).found).toBe(join(home, "bin", "pulumi-resource-kubernetes"));
});
