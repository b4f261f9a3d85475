/** Reports for tests: made once a process, of the kit's own countries, at one time. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../base/package-root.ts";
import { type Files, reportFiles } from "../../compliance/folder.ts";
import { type ProducedReport, produceReport } from "../../compliance/produce.ts";

export const at = new Date("2026-11-25T08:00:00Z");
export const kit = "0.1.0";

export const countryFile = (country: string) => join(packageRoot, "countries", `${country}.yaml`);

const made = new Map<string, Promise<ProducedReport>>();

export function reportOf(country: string, target: string): Promise<ProducedReport> {
  const key = `${country} ${target}`;
  let report = made.get(key);
  if (report === undefined) {
    const dataFolder = `.rollout/${country}`;
    report = produceReport({
      file: countryFile(country),
      target,
      dataFolder,
      by: "N. Dlamini, auditor",
      at,
      kit,
    });
    made.set(key, report);
  }
  return report;
}

export async function filesOf(country: string, target: string): Promise<Files> {
  const { report, loaded } = await reportOf(country, target);
  return reportFiles(report, loaded);
}

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), "rollout-report-test-"));

/** A country file with some of its text replaced, in a folder of its own. @returns its path. */
export function changedCountry(
  folder: string,
  country: string,
  changes: readonly [string, string][],
): string {
  let text = readFileSync(countryFile(country), "utf8");
  for (const [before, after] of changes) {
    if (!text.includes(before)) throw new Error(`${country}.yaml holds no ${before}`);
    text = text.replace(before, after);
  }
  const file = join(folder, `${country}.yaml`);
  writeFileSync(file, text);
  return file;
}
