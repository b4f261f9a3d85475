/** `rollout report diff`: shows what changed between two reports. */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import type { Report } from "../../compliance/report-schema.ts";
import { readBytes } from "../given-file.ts";
import { print, printJson, style } from "../terminal.ts";
import { harmless } from "./report-input.ts";

const marks = { added: ["green", "+"], removed: ["red", "-"], changed: ["yellow", "~"] } as const;

export function reportDiffCommand(): Command {
  return new Command("diff")
    .description(
      "show what changed between two reports: verdicts, places, data flows, law, file and versions",
    )
    .argument("<before>", "folder of the earlier report, or its report.json")
    .argument("<after>", "folder of the later report, or its report.json")
    .option("--json", "print JSON")
    .action(async (before: string, after: string, options: { json?: boolean }) => {
      const { diffFiles, diffReports } = await import("../../compliance/diff.ts");
      const { diffSections } = await import("../../compliance/diff-sections.ts");
      const [old, fresh] = [await readReport(before), await readReport(after)];
      const [oldFile, newFile] = [await localisationFile(before, old), await localisationFile(after, fresh)];
      const inFile = oldFile === undefined || newFile === undefined ? [] : diffFiles(oldFile, newFile);
      const differences = [...diffReports(old, fresh), ...inFile].sort(
        (a, b) => diffSections.indexOf(a.section) - diffSections.indexOf(b.section),
      );
      if (options.json) return printJson({ same: differences.length === 0, differences });
      if (differences.length === 0) print("The two reports have the same content.");
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
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, "report.json") : path;
  return parseReport(readBytes(file, "Give the folder of a report, or its report.json."), file);
}
