/** What a shell is offered at the tab key. */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../base/find-program.ts";
import { packageRoot } from "../../base/package-root.ts";

const rollout = join(packageRoot, "cli/bin.mjs");
const offered = (...words: string[]) =>
  execFileSync(process.execPath, [rollout, "complete", "--", ...words], {
    cwd: packageRoot,
    encoding: "utf8",
  })
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(":"))
    .map((line) => line.split("\t")[0]);

test.each([
  [["va"], ["validate"]],
  [["bundle", "l"], ["load"]],
  [["check", "--form"], ["--format"]],
  [
    ["check", "--format", ""],
    ["table", "json", "sarif", "junit"],
  ],
  [["plan", "countries/za.yaml", "--target", "k"], ["kubernetes"]],
  [["validate", "countries/z"], ["countries/za.yaml"]],
  [["validate", "nowhere/z"], []],
])("%j is completed by %j", (words, expected) => {
  expect(offered(...words)).toEqual(expected);
});

describe.each(["bash", "zsh", "fish", "powershell"])("the script for %s", (shell) => {
  const script = execFileSync(process.execPath, [rollout, "completion", shell], { encoding: "utf8" });

  test("asks the command itself", () => {
    expect(script).toMatch(/complete\W+--/);
  });

  test.skipIf(findProgram(shell) === undefined)(`is one that ${shell} reads`, () => {
    const read = spawnSync(shell, ["-n"], { input: script, encoding: "utf8" });
    expect([read.status, read.stderr]).toEqual([0, ""]);
  });
});

test("another shell is refused with those that there are", () => {
  const refused = spawnSync(process.execPath, [rollout, "completion", "tcsh"], { encoding: "utf8" });
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("zsh, bash, fish, powershell");
});
