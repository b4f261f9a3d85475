/** `rollout report`: writes a country's compliance report, verifies one, and shows how reports or countries are different. */
import { join } from "node:path";
import { Command, Option } from "commander";
import { exitCode } from "../../base/kit-error.ts";
import type { Report } from "../../compliance/report-schema.ts";
import { withFile } from "../localisation-file.ts";
import {
  isSigned,
  type ReportOptions,
  signatureInWords,
  signedReport,
  withReportOptions,
} from "../report-making.ts";
import { print, printJson, style } from "../terminal.ts";
import { reportCompareCommand } from "./report-compare.ts";
import { reportDiffCommand } from "./report-diff.ts";
import { reportKeygenCommand } from "./report-keygen.ts";
import { reportVerifyCommand } from "./report-verify.ts";

interface Options extends ReportOptions {
  readonly out?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

export function reportCommand(): Command {
  return withReportOptions(
    withFile(
      new Command("report")
        .description("write the compliance report of a country's stack, or verify, diff or compare reports")
        // Options after a subcommand belong to the subcommand.
        .enablePositionalOptions(),
    ).option("--out <folder>", "folder to write (default: a name with country, target and time)"),
  )
    .addOption(new Option("--replace", "replace an earlier report in the folder").hideHelp())
    .option("--json", "print JSON")
    .addCommand(reportKeygenCommand())
    .addCommand(reportVerifyCommand())
    .addCommand(reportDiffCommand())
    .addCommand(reportCompareCommand())
    .action(writeReport);
}

async function writeReport(file: string, options: Options): Promise<void> {
  const [{ openPoints, standingOf }, { writeFolder }] = await Promise.all([
    import("../../compliance/open-points.ts"),
    import("../../compliance/folder.ts"),
  ]);
  const { report, files, signer } = await signedReport(file, options, options.out ?? "report");
  const folder = options.out ?? folderName(report);
  writeFolder(folder, files, options.replace);
  if (standingOf(report) === "wrong") process.exitCode = exitCode.checkFailed;
  if (options.json)
    return printJson({
      ok: standingOf(report) !== "wrong",
      folder,
      signed: isSigned(signer),
      files: [...files.keys()],
      verdict: report.verdict,
    });
  const { passed, failed, undetermined, waived, notApplicable } = report.verdict;
  const open = openPoints(report);
  const signs = { good: style("green", "✓"), open: style("yellow", "!"), wrong: style("red", "✗") };
  print(
    `${signs[standingOf(report)]} ${report.country} on ${report.target}: ${passed} passed, ${failed} failed, ${undetermined} undetermined, ${waived} waived, ${notApplicable} not applicable.`,
  );
  if (open.length > 0) print(`  Not covered by this result: ${open.join(", ")}.`);
  print(`  ${join(folder, "report.html")}`);
  print(signatureInWords(signer));
  if (report.target === "local")
    print(
      "  The target local has no plan: the report describes this machine. Use --target to report on the planned stack.",
    );
}

/** Of the folder, where none is given. */
const folderName = ({ country, environment, target, made }: Report): string =>
  `compliance-${country.toLowerCase()}-${environment === undefined ? "" : `${environment}-`}${target}-${made.at.replaceAll(/[-:]/g, "")}`;
