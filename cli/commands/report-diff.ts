/** `rollout report diff`: what changed between two reports. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { InputError } from "../../base/kit-error.ts";
import type { Report } from "../../compliance/report-schema.ts";
import { print, printJson, style } from "../terminal.ts";
import { harmless } from "./report-input.ts";

const marks = { added: ["green", "+"], removed: ["red", "-"], changed: ["yellow", "~"] } as const;

export function reportDiffCommand(): Command {
  return new Command("diff")
    .description("say what changed between two reports: verdicts, places, flows, law, file and versions")
    .argument("<before>", "folder of a report, or its report.json")
    .argument("<after>", "folder of another report, or its report.json")
    .option("--json", "print JSON")
    .action(async (before: string, after: string, options: { json?: boolean }) => {
      const { diffFiles, diffReports, diffSections } = await import("../../compliance/diff.ts");
      const [old, fresh] = [await readReport(before), await readReport(after)];
      const [oldFile, newFile] = [await localisationFile(before, old), await localisationFile(after, fresh)];
      const inFile = oldFile === undefined || newFile === undefined ? [] : diffFiles(oldFile, newFile);
      const differences = [...diffReports(old, fresh), ...inFile].sort(
        (a, b) => diffSections.indexOf(a.section) - diffSections.indexOf(b.section),
      );
      if (options.json) {
        printJson({ same: differences.length === 0, differences });
        return;
      }
      if (differences.length === 0) print("The two reports say the same.");
      for (const [section, found] of Map.groupBy(differences, (difference) => difference.section)) {
        print(style("bold", section));
        for (const { kind, text } of found)
          print(`  ${style(marks[kind][0], marks[kind][1])} ${harmless(text)}`);
      }
    });
}

/** The copy in the report's folder as YAML gives it; undefined where only report.json is there. */
async function localisationFile(path: string, { inputs }: Report): Promise<unknown> {
  const file = join(path, "source", inputs.localisation.file);
  if (!existsSync(file)) return undefined;
  const { parse } = await import("yaml");
  const { readSource } = await import("../../localisation/read/source.ts");
  return parse(readSource(file).text);
}

async function readReport(path: string): Promise<Report> {
  const { parseReport } = await import("../../compliance/read-report.ts");
  let bytes: Buffer;
  let file = path;
  try {
    if (statSync(path).isDirectory()) file = join(path, "report.json");
    bytes = readFileSync(file);
  } catch (error) {
    throw new InputError(
      `${file} can't be read (${(error as NodeJS.ErrnoException).code}).`,
      "Name the folder of a report, or its report.json.",
    );
  }
  return parseReport(bytes, file);
}
