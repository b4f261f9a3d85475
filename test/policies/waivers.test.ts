/** A waiver past its day, or for a policy that there is not, as a person meets it: `check` refuses it, and nothing else stops. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { CommandLine } from "../command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "waivers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
cpSync(join(packageRoot, "countries", "languages"), join(folder, "languages"), { recursive: true });
const rollout = new CommandLine();

function fileWith(name: string, waiver: string, more = ""): string {
  const path = join(folder, name);
  const text = readFileSync(join(packageRoot, "countries", "za.yaml"), "utf8");
  writeFileSync(path, text.replace("  waivers: []", `  waivers: [${waiver}]${more}`));
  return path;
}
const waiver = (policy: string, until: string) =>
  `{ id: own-cache, policy: ${policy}, resource: diagnostic, why: The registry gives digests later., who: N. Dlamini, until: ${until} }`;

describe("a waiver, an access and a transfer that have ended", () => {
  const file = fileWith(
    "za.yaml",
    waiver("image-unpinned", "2026-11-20"),
    `
  remoteAccess: [{ who: Desk of the vendor, from: ZA, why: Support, until: 2026-11-20 }]
  transfers: [{ id: forum, dataClasses: [aggregates], recipient: Forum, to: CH, mechanism: consent, article: "popia:72", evidence: Contract 17, until: 2026-11-20 }]`,
  );

  test("status goes on", async () => {
    const { status, stderr } = await rollout.run("status", file, "--data", join(folder, "none"));
    expect(status).not.toBe(2);
    expect(stderr).toContain("No stack runs");
  });

  test.each([["validate"], ["plan", "--target", "kubernetes"]])(
    "%s goes on, and says so",
    async (command, ...options) => {
      const { status, stdout, stderr } = await rollout.run(command, file, ...options);
      expect(stdout + stderr).toContain('The waiver "own-cache" ended on 2026-11-20.');
      expect(stdout + stderr).toContain("(warning)");
      expect(status).not.toBe(2);
    },
  );

  test("a backup goes as far as without it", async () => {
    const data = join(folder, "none");
    const backup = (of: string) => rollout.run("backup", of, "--data", data, "--to", join(folder, "copy"));
    const without = await backup(join(packageRoot, "countries", "za.yaml"));
    const { status, stderr } = await backup(file);
    expect(status).toBe(without.status);
    expect(stderr).toContain(without.stderr.trim().split("\n").at(-1));
  });

  test("check fails by each of them, with all other findings", async () => {
    const { status, stdout } = await rollout.run("check", file, "--target", "kubernetes", "--json");
    expect(status).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: { policy: string; source?: { line: number } }[] };
    expect(findings.map(({ policy }) => policy)).toEqual(
      expect.arrayContaining(["waiver-expired", "remote-access", "transfer-evidence"]),
    );
    expect(findings.every(({ source }) => (source?.line ?? 0) > 1)).toBe(true);
  });

  test("a report of a day before is made and verified after it", async () => {
    const out = join(folder, "report");
    const made = await rollout.run(
      "report",
      file,
      "--at",
      "2026-11-19T08:00:00Z",
      "--out",
      out,
      "--by",
      "A. Person",
    );
    expect(made.stderr).not.toContain("ended on");
    expect(made.status).not.toBe(2);
    const report = JSON.parse(readFileSync(join(out, "report.json"), "utf8"));
    expect(report.waivers).toMatchObject([{ id: "own-cache", status: "unused" }]);
    expect(report.checks.find(({ policy }: { policy: string }) => policy === "waiver-expired").verdict).toBe(
      "pass",
    );
    const verified = await rollout.run("report", "verify", out, "--without-signature", "--file", file);
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining("every byte is the same") });
  });
});

describe("a waiver for a policy that there is not", () => {
  const file = fileWith("za-typo.yaml", waiver("image-unpined", "2099-12-31"));

  test.each([
    [["validate"], 0],
    [["check", "--target", "kubernetes"], 1],
  ] as const)("%s asks whether another was meant", async ([command, ...options], status) => {
    const result = await rollout.run(command, file, ...options);
    expect(result.stdout).toContain('there is no policy "image-unpined".');
    expect(result.stdout).toContain('Did you mean "image-unpinned"?');
    expect(result.status).toBe(status);
  });
});

test("a waiver that names no policy is refused, with the field that is missing", async () => {
  const file = fileWith(
    "no-policy.yaml",
    "{ id: own-cache, resource: diagnostic, why: The registry gives digests later., who: N. Dlamini, until: 2026-12-20 }",
  );
  const { status, stdout } = await rollout.run("validate", file);
  expect(status).toBe(2);
  expect(stdout).toContain("residency.waivers[0]");
  expect(stdout).toMatch(/policy.*missing|missing.*policy/i);
});
