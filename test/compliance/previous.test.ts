/** A report tells what changed since the last one beside it, keeps that one, and is verified with it. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { readFolder, reportFiles, writeFolder } from "../../compliance/folder.ts";
import { lastReport, readPrevious } from "../../compliance/previous.ts";
import { produceReport } from "../../compliance/produce.ts";
import type { Report } from "../../compliance/report-schema.ts";
import { withStatement } from "../../compliance/sign.ts";
import { verifyReport } from "../../compliance/verify.ts";
import { changedCountry, countryFile, kit, temporaryFolder } from "./reports.ts";

const folder = temporaryFolder();
const reports = join(folder, "reports");
const day = (date: string) => new Date(`2026-${date}T08:00:00Z`);
let changedFile: string;

beforeAll(async () => {
  changedFile = changedCountry(folder, "za", [
    [
      "purpose: image-registry, country: ZA }",
      "purpose: image-registry, country: IE, dataClasses: [identity] }",
    ],
    ["raw: P90D", "raw: P60D"],
  ]);
  await write("first", countryFile("za"), day("09-01"));
  await write("second", countryFile("za"), day("10-01"));
  await write("elsewhere", countryFile("tr"), day("10-02"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function write(name: string, file: string, at: Date, from?: string): Promise<Report> {
  const previous = from === undefined ? undefined : readPrevious(join(reports, from));
  const { report, loaded } = await produceReport({
    file,
    target: "local",
    dataFolder: ".rollout/za",
    by: "an auditor",
    at,
    kit,
    ...(previous !== undefined && { previous }),
  });
  writeFolder(join(reports, name), withStatement(report, reportFiles(report, loaded, previous), {}));
  return report;
}

const sought = { country: "ZA", target: "local", environment: undefined, at: day("11-25") };

test("the last one of the same country, target and environment is found, and none that is later or damaged", () => {
  const found = (change: object = {}) =>
    lastReport(join(reports, "new"), { ...sought, ...change })?.report.made.at;
  expect(found()).toBe("2026-10-01T08:00:00Z");
  expect(found({ at: day("10-01") })).toBe("2026-09-01T08:00:00Z");
  expect(found({ at: day("01-01") })).toBeUndefined();
  expect(found({ country: "TR" })).toBe("2026-10-02T08:00:00Z");
  expect(found({ target: "kubernetes" })).toBeUndefined();
  expect(found({ environment: "production" })).toBeUndefined();
  const path = join(reports, "second", "report.json");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.slice(0, 1000));
  expect(found()).toBe("2026-09-01T08:00:00Z");
  writeFileSync(path, text);
  expect(lastReport(join(folder, "nowhere", "new"), sought)).toBeUndefined();
});

test("what changed is in report.json, on the first page and in a section of its own, and is verified", async () => {
  const report = await write("third", changedFile, day("11-25"), "second");
  const { since, differences, unlisted } = report.changes!;
  expect(since).toMatchObject({ at: "2026-10-01T08:00:00Z", by: "an auditor", kit });
  expect(unlisted).toBe(0);
  expect(differences).toContainEqual({
    section: "checks",
    kind: "changed",
    path: "checks/endpoint-abroad.verdict",
    before: "pass",
    after: "fail",
  });
  expect(differences).toContainEqual({
    section: "file",
    kind: "changed",
    path: "telemetry.retention.raw",
    before: "P90D",
    after: "P60D",
  });
  const page = readFileSync(join(reports, "third", "report.html"), "utf8");
  expect(page).toContain(`Changes since the last report, of 2026-10-01: ${differences.length}.`);
  const section = page.slice(page.indexOf('<h2 id="en-changes">'), page.indexOf('<h2 id="en-open">'));
  expect(section).toContain("<code>checks/endpoint-abroad.verdict</code>");
  expect(section).toContain(since.sha256);
  const verify = () =>
    verifyReport({ files: () => readFolder(join(reports, "third")), trust: { kind: "none" }, kit });
  const result = await verify();
  expect(result.steps.filter(({ ok }) => !ok)).toEqual([]);
  expect(result.steps.at(-1)?.message).toBe("made again from its own sources, every byte is the same");
});

test("nothing changed is said, and a report without a last one has no such section", async () => {
  const report = await write("fourth", countryFile("za"), day("11-26"), "second");
  expect(report.changes?.differences).toEqual([]);
  expect(readFileSync(join(reports, "fourth", "report.html"), "utf8")).toContain("<p>Nothing changed.</p>");
  const first = readFileSync(join(reports, "first", "report.html"), "utf8");
  expect(first).not.toContain('id="en-changes"');
  expect(first).not.toContain("#en-changes");
});

test("an earlier report can't bring in a file from outside of its folder", async () => {
  const path = join(reports, "elsewhere", "report.json");
  const report = JSON.parse(readFileSync(path, "utf8"));
  report.inputs.localisation.file = "../../../../../../etc/passwd";
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  expect(() => readPrevious(join(reports, "elsewhere"))).toThrow("outside of its folder");
  expect(lastReport(join(reports, "new"), { ...sought, country: "TR" })).toBeUndefined();
});

test("the command compares with the last report by itself, with a named one, or with none", () => {
  const rollout = (...parameters: string[]) => {
    const { stdout, status, stderr } = spawnSync(
      process.execPath,
      [join(packageRoot, "cli/bin.mjs"), "report", countryFile("za"), "--target", "local", ...parameters],
      { cwd: folder, encoding: "utf8" },
    );
    expect(status, stderr + stdout).toBe(0);
    const out = parameters[parameters.indexOf("--out") + 1]!;
    return (JSON.parse(readFileSync(join(folder, out, "report.json"), "utf8")) as Report).changes?.since.at;
  };
  const at = ["--at", "2026-11-24T08:00:00Z"];
  expect(rollout("--out", "reports/a", ...at)).toBe("2026-10-01T08:00:00Z");
  expect(rollout("--out", "reports/b", ...at, "--since", "reports/first")).toBe("2026-09-01T08:00:00Z");
  expect(rollout("--out", "reports/c", ...at, "--no-since")).toBeUndefined();
});
