/** `rollout report`: writes a country's compliance report, verifies one, and shows how reports or countries are different. */
import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { exitCode } from "../../base/kit-error.ts";
import { kitVersion } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { type FileOptions, loadOptions, targetOption, withFile } from "../localisation-file.ts";
import { print, printJson, style } from "../terminal.ts";
import { reportCompareCommand } from "./report-compare.ts";
import { reportDiffCommand } from "./report-diff.ts";
import { passphraseIn } from "./report-input.ts";
import { reportKeygenCommand } from "./report-keygen.ts";
import { reportVerifyCommand } from "./report-verify.ts";

interface Options extends FileOptions {
  readonly out?: string;
  readonly data: string;
  readonly language?: readonly string[];
  readonly by?: string;
  readonly at?: Date;
  readonly signKey?: string;
  readonly passphraseFile?: string;
  readonly cosignKey?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

export function reportCommand(): Command {
  return withFile(
    new Command("report")
      .description("write the compliance report of a country's stack, or verify, diff or compare reports")
      // Options after a subcommand belong to the subcommand.
      .enablePositionalOptions(),
  )
    .addOption(targetOption())
    .option("--out <folder>", "folder to write (default: a name with country, target and time)")
    .option("--data <folder>", "local: folder in which stacks keep their data", ".rollout")
    .option("--language <tags...>", "languages of the page (default: the country's first, and English)")
    .option("--by <name>", 'who makes it, such as "N. Dlamini, Information Officer" (default: your name)')
    .addOption(new Option("--at <time>", "time of the report in RFC 3339 (default: now)").argParser(time))
    .option("--sign-key <file>", "private key to sign it with; `rollout report keygen` makes one")
    .option("--passphrase-file <file>", "file with the passphrase of that key")
    .option("--cosign-key <key>", "also sign with this key of cosign, such as awskms:///alias/reports")
    .addOption(new Option("--replace", "replace an earlier report in the folder").hideHelp())
    .option("--json", "print JSON")
    .addCommand(reportKeygenCommand())
    .addCommand(reportVerifyCommand())
    .addCommand(reportDiffCommand())
    .addCommand(reportCompareCommand())
    .action(writeReport);
}

async function writeReport(file: string, options: Options): Promise<void> {
  const [
    { produceReport },
    { openPoints, standingOf },
    { reportFiles, writeFolder },
    { withStatement },
    { readPrivateKey },
  ] = await Promise.all([
    import("../../compliance/produce.ts"),
    import("../../compliance/open-points.ts"),
    import("../../compliance/folder.ts"),
    import("../../compliance/sign.ts"),
    import("../../compliance/signing/keys.ts"),
  ]);
  // First: without the key no report is made.
  const key =
    options.signKey === undefined
      ? undefined
      : readPrivateKey(options.signKey, passphraseIn(options.passphraseFile));
  const { country } = loadCountry(file, loadOptions(options)).country;
  const { report, loaded } = await produceReport({
    file,
    ...(options.env !== undefined && { environment: options.env }),
    ...(options.target !== undefined && { target: options.target }),
    ...(options.language !== undefined && { languages: options.language }),
    dataFolder: join(options.data, country.toLowerCase()),
    by: options.by ?? whoRuns(),
    at: options.at ?? new Date(),
    kit: kitVersion(),
  });
  const folder =
    options.out ??
    `compliance-${country.toLowerCase()}-${options.env === undefined ? "" : `${options.env}-`}${report.target}-${report.made.at.replaceAll(/[-:]/g, "")}`;
  const files = withStatement(report, reportFiles(report, loaded), {
    ...(key !== undefined && { key }),
    ...(options.cosignKey !== undefined && { cosignKey: options.cosignKey }),
  });
  writeFolder(folder, files, options.replace);
  const signed = key !== undefined || options.cosignKey !== undefined;
  if (!report.verdict.ok) process.exitCode = exitCode.checkFailed;
  if (options.json)
    return printJson({
      ok: report.verdict.ok,
      folder,
      signed,
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
  print(
    signed
      ? "  Signed. Give auditors the public key separately from the report."
      : style(
          "yellow",
          "  Not signed: anyone can change it without being noticed. `rollout report keygen` makes a key for --sign-key.",
        ),
  );
  if (report.target === "local")
    print(
      "  The target local has no plan: the report describes this machine. Use --target to report on the planned stack.",
    );
}

/** The person's name from git, else the user's; no address, no machine. */
function whoRuns(): string {
  const { stdout } = spawnSync("git", ["config", "user.name"], { encoding: "utf8" });
  const name = stdout?.trim();
  return name !== undefined && name !== "" ? name : userInfo().username;
}

function time(text: string): Date {
  const date = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError("Write it as 2026-11-25T08:00:00Z.");
  return date;
}
