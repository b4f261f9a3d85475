/** `rollout plan` as a person runs it, and the entry that plain `pulumi up` runs. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runtime } from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { captureProgram } from "../../plan/capture.ts";
import { parsePlan } from "../../plan/plan.ts";
import { projectName } from "../../stacks/country-plan.ts";
import { CommandLine } from "../command-line.ts";
import { countryFile } from "./planned.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout plan "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// No kubeconfig, no home, no credential: a plan needs none.
const rollout = new CommandLine({ environment: { PATH: process.env.PATH } });

test("shows the tree, saves a plan, writes manifests, and finds no difference from itself", async () => {
  const file = countryFile("tr");
  const shown = rollout.runProcess(
    "plan",
    file,
    "--target",
    "kubernetes",
    "--manifests",
    join(folder, "out"),
  );
  expect(shown.status, shown.stderr).toBe(0);
  expect(shown.stdout).toContain("TR on kubernetes");
  expect(shown.stdout).not.toContain("\u001b[");
  expect(readdirSync(join(folder, "out"))).toContain("00-namespace-rollout.yaml");

  const saved = await rollout.run("plan", file, "--target", "kubernetes", "--json");
  expect(saved.status).toBe(0);
  const { country, resources } = parsePlan(saved.stdout);
  expect(country).toBe("TR");
  // Objects by the names that kubectl shows.
  const named = (type: string) => resources.filter((each) => each.type === type).map(({ name }) => name);
  expect(named("kubernetes:apps/v1:Deployment").sort()).toEqual(["analytics", "diagnostic", "ingest"]);
  expect(named("kubernetes:core/v1:Namespace")).toEqual(["rollout"]);
  writeFileSync(join(folder, "plan.json"), saved.stdout);
  const difference = await rollout.run(
    "plan",
    file,
    "--target",
    "kubernetes",
    "--diff",
    join(folder, "plan.json"),
  );
  expect(difference.stdout).toBe("No difference.\n");
});

test("what can't be planned is refused in one line, with a remediation, and exit code 2", async () => {
  const refused = async (...parameters: string[]) => {
    const { status, stdout, stderr } = await rollout.run("plan", ...parameters);
    expect(stdout).toBe("");
    expect(status, stderr).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
    return stderr.trim().split("\n").at(-1);
  };
  const file = countryFile("za");
  expect(await refused(file)).toContain("Try `--env production` or `--target kubernetes`.");
  expect(await refused(file, "--target", "moon")).toContain('target "moon"');
  expect(await refused(file, "--target", "kubernetes", "--diff", join(folder, "absent.json"))).toContain(
    "can't be read",
  );
  writeFileSync(join(folder, "other.json"), "{}");
  expect(await refused(file, "--target", "kubernetes", "--diff", join(folder, "other.json"))).toContain(
    "not a plan",
  );
  expect(await refused(file, "--target", "kubernetes", "--manifests", root)).toContain("no plan wrote");
});

test("a country without a region of AWS is refused at its place in the file; one with a region needs no credential", async () => {
  for (const command of ["plan", "check"]) {
    const { status, stdout, stderr } = await rollout.run(command, countryFile("tr"), "--target", "aws");
    expect(stdout).toBe("");
    expect(status, stderr).toBe(2);
    expect(stderr).toMatch(/tr\.yaml:\d+:\d+ {2}hosting\.target: .*aws has no region in Türkiye/);
    expect(stderr).not.toMatch(/\n\s+at /);
  }
  const planned = await rollout.run(
    "plan",
    countryFile("br"),
    "--target",
    "aws",
    "--manifests",
    join(folder, "aws"),
  );
  expect(planned.status, planned.stderr).toBe(0);
  expect(planned.stdout).toContain("BR on aws");
  expect(readdirSync(join(folder, "aws"))).toContain("00-namespace-rollout.yaml");
});

test("the entry of `pulumi up` declares what the plan shows", async () => {
  const { main, name } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    main: string;
    name: string;
  };
  expect(name).toBe(projectName);
  const planned = parsePlan(
    (await rollout.run("plan", countryFile("br"), "--target", "kubernetes", "--json")).stdout,
  ).resources.map(({ urn }) => urn.split("::").slice(2).join("::"));
  const { resources, outputs } = await captureProgram(
    async () => {
      runtime.setAllConfig({ [`${projectName}:file`]: countryFile("br") });
      return { ...(await import(join(root, main))) };
    },
    projectName,
    "br",
  );
  const declared = resources.map(({ urn }) => urn.split("::").slice(2).join("::"));
  const withoutStack = (urns: string[]) =>
    urns.filter((urn) => !urn.startsWith("pulumi:pulumi:Stack::")).sort();
  expect(withoutStack(declared)).toEqual(withoutStack(planned));
  expect(outputs.webAddress).toMatch(/^https:\/\//);
});
