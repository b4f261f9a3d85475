/** `rollout report`: writes a country's compliance report, verifies one, and says how two or more differ. */
import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { exitCode } from "../../base/kit-error.ts";
import { kitVersion } from "../../base/package-root.ts";
import { print, printJson, style } from "../terminal.ts";
import { reportCompareCommand } from "./report-compare.ts";
import { reportDiffCommand } from "./report-diff.ts";
import { passphraseIn } from "./report-input.ts";
import { reportKeygenCommand } from "./report-keygen.ts";
import { reportVerifyCommand } from "./report-verify.ts";

interface Options {
  readonly env?: string;
  readonly target?: string;
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
  return (
    new Command("report")
      .description("write the compliance report of a country's stack, or verify, diff or compare reports")
      // Options after a subcommand are that one's.
      .enablePositionalOptions()
      .argument("<file>", "localisation file")
      .option("--env <name>", "environment of the file, such as production")
      .option("--target <target>", "report on this target of the file instead of hosting.target")
      .option("--out <folder>", "folder to write; a name with country, target and time where absent")
      .option(
        "--data <folder>",
        "of the target local: folder below which the stack keeps its data",
        ".rollout",
      )
      .option("--language <tags...>", "languages of the page; the country's first and English where absent")
      .option(
        "--by <name>",
        'who makes it, such as "N. Dlamini, Information Officer"; your name where absent',
      )
      .addOption(new Option("--at <time>", "time of the report (RFC 3339); now where absent").argParser(time))
      .option("--sign-key <file>", "private key that signs it; `rollout report keygen` makes one")
      .option("--passphrase-file <file>", "file with the passphrase of that key")
      .option(
        "--cosign-key <key>",
        "also sign by cosign with this key of it, such as awskms:///alias/reports",
      )
      .addOption(new Option("--replace", "take the place of an earlier report in the folder").hideHelp())
      .option("--json", "print JSON")
      .addCommand(reportKeygenCommand().exitOverride())
      .addCommand(reportVerifyCommand().exitOverride())
      .addCommand(reportDiffCommand().exitOverride())
      .addCommand(reportCompareCommand().exitOverride())
      .action(writeReport)
  );
}

async function writeReport(file: string, options: Options): Promise<void> {
  const [{ produceReport }, { reportFiles, writeFolder }, { withStatement }, { readPrivateKey }] =
    await Promise.all([
      import("../../compliance/produce.ts"),
      import("../../compliance/folder.ts"),
      import("../../compliance/sign.ts"),
      import("../../compliance/signing/keys.ts"),
    ]);
  // First, so that nothing is made that can't be signed.
  const key =
    options.signKey === undefined
      ? undefined
      : readPrivateKey(options.signKey, passphraseIn(options.passphraseFile));
  const { loadCountry } = await import("../../localisation/load.ts");
  const { loadOptions } = await import("../load-options.ts");
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
  if (options.json) {
    printJson({ ok: report.verdict.ok, folder, signed, files: [...files.keys()], verdict: report.verdict });
    return;
  }
  const { ok, passed, failed, undetermined, waived, notApplicable } = report.verdict;
  print(
    `${ok ? style("green", "✓") : style("red", "✗")} ${report.country} on ${report.target}: ${passed} passed, ${failed} failed, ${undetermined} undetermined, ${waived} waived, ${notApplicable} not applicable.`,
  );
  print(`  ${join(folder, "report.html")}`);
  print(
    signed
      ? "  Signed. Hand the public key over by another way than the report."
      : style(
          "yellow",
          "  Not signed: anyone can change it unseen. `rollout report keygen` makes a key for --sign-key.",
        ),
  );
  if (report.target === "local")
    print(
      "  The target local has no plan: the report is of this machine. Name --target for the planned stack.",
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
    throw new InvalidArgumentError("Give it as 2026-11-25T08:00:00Z.");
  return date;
}
