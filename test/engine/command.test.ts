/** The commands that drive the engine, on a machine that has neither an engine nor a cluster. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CommandLine } from "../command-line.ts";
import { countryFile } from "../plan/planned.ts";

let folder: string;
let file: string;
let rollout: CommandLine;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-command-"));
  rollout = new CommandLine({ environment: { PATH: folder, HOME: folder } });
  file = join(folder, "za.yaml");
  writeFileSync(file, readFileSync(countryFile("za")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each(["up", "preview", "refresh", "down"])(
  "%s says in one line how to get the engine",
  async (command) => {
    const { status, stderr } = await rollout.run(command, file, "--target", "kubernetes");
    expect(status).toBe(3);
    expect(
      stderr
        .trim()
        .split("\n")
        .filter((line) => !line.includes("(warning)")),
    ).toEqual([
      "The Pulumi CLI, which makes the changes, is not installed. `rollout doctor --fix` installs it.",
    ]);
    // Nothing is left behind either.
    expect(existsSync(join(folder, ".rollout"))).toBe(false);
  },
);

test("the engine may download nothing and knows the file's state alone", () => {
  // Stands in for the engine, and notes what it is called with.
  writeFileSync(
    join(folder, "pulumi"),
    '#!/bin/sh\n[ "$1" = version ] && echo v3.230.0 && exit 0\nexport -p >> "$HOME/called"\nexit 1\n',
    { mode: 0o755 },
  );
  const elsewhere = { PULUMI_BACKEND_URL: "https://api.pulumi.com", PULUMI_ACCESS_TOKEN: "pul-0" };
  const environment = { PATH: folder, HOME: folder, ...elsewhere };
  new CommandLine({ environment }).runProcess("up", file, "--target", "kubernetes", "--yes");
  const called = readFileSync(join(folder, "called"), "utf8");
  const values = (name: string) =>
    new Set([...called.matchAll(new RegExp(`^export ${name}='?(.*?)'?$`, "gm"))].map(([, value]) => value));
  expect(values("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION")).toEqual(new Set(["true"]));
  expect(values("PULUMI_BACKEND_URL")).toEqual(new Set([`file://${join(folder, ".rollout", "state")}`]));
});

test("up refuses a plan that the policies refuse, before anything is asked of a cluster", () => {
  writeFileSync(file, readFileSync(file, "utf8").replace(/^ +registry: .*\n/m, ""));
  const { status, stderr } = rollout.runProcess("up", file, "--target", "kubernetes", "--yes");
  expect(status).toBe(1);
  expect(stderr).toContain("image-registry");
  expect(stderr.trim()).toMatch(
    /The policies refuse this plan: nothing was changed\. `rollout check` shows the articles of the law\.$/,
  );
});

test("an option of the other target is a mistake, and so is a target that the engine does not serve", async () => {
  const port = await rollout.run("up", file, "--target", "kubernetes", "--port", "0");
  expect(port).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("--port has no effect with the target kubernetes."),
  });
  const state = await rollout.run("up", file, "--state", folder);
  expect(state).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("--state has no effect with the target local."),
  });
  const local = await rollout.run("down", file);
  expect(local).toMatchObject({ status: 2, stderr: expect.stringContaining("has the target local") });
});
