/** What `rollout report` and `rollout evidence` share: options, and the report with its signatures. */
import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../base/kit-error.ts";
import { kitVersion } from "../base/package-root.ts";
import type { Files } from "../compliance/folder.ts";
import type { Look, ProducedReport } from "../compliance/produce.ts";
import type { Signer } from "../compliance/sign.ts";
import { loadCountry } from "../localisation/load.ts";
import { passphraseIn } from "./commands/report-input.ts";
import { type FileOptions, loadOptions, targetOption } from "./localisation-file.ts";
import { style } from "./terminal.ts";

export interface ReportOptions extends FileOptions {
  readonly data: string;
  readonly language?: readonly string[];
  readonly by?: string;
  readonly at?: Date;
  readonly signKey?: string;
  readonly passphraseFile?: string;
  readonly cosignKey?: string;
  /** Folder of a report to compare with; false for none, undefined for the last one beside. */
  readonly since?: string | false;
  readonly live?: boolean;
  readonly state?: string;
}

export const withReportOptions = (command: Command): Command =>
  command
    .addOption(targetOption())
    .option("--data <folder>", "local: folder in which stacks keep their data", ".rollout")
    .option("--language <tags...>", "languages of the page (default: the country's first, and English)")
    .option("--by <name>", 'who makes it, such as "N. Dlamini, Information Officer" (default: your name)')
    .addOption(new Option("--at <time>", "time of the report in RFC 3339 (default: now)").argParser(time))
    .option("--live", "also look at what runs on the cluster")
    .option("--state <file>", "with --live: what `pulumi stack export` printed, for cloud resources")
    .option("--since <folder>", "report to compare with (default: the last one beside it)")
    .option("--no-since", "compare with no earlier report")
    .option("--sign-key <file>", "private key to sign it with; `rollout report keygen` makes one")
    .option("--passphrase-file <file>", "file with the passphrase of that key")
    .option("--cosign-key <key>", "also sign with this key of cosign, such as awskms:///alias/reports");

export interface SignedReport extends ProducedReport {
  readonly files: Files;
  readonly signer: Signer;
}

/** @param beside where the report goes, or what it goes into. */
export async function signedReport(
  file: string,
  options: ReportOptions,
  beside: string,
): Promise<SignedReport> {
  const [
    { produceReport },
    { lastReport, readPrevious },
    { reportFiles },
    { withPdf, withStatement },
    { readPrivateKey },
  ] = await Promise.all([
    import("../compliance/produce.ts"),
    import("../compliance/previous.ts"),
    import("../compliance/folder.ts"),
    import("../compliance/sign.ts"),
    import("../compliance/signing/keys.ts"),
  ]);
  // First: without the key no report is made.
  const signer: Signer = {
    ...(options.signKey !== undefined && {
      key: readPrivateKey(options.signKey, passphraseIn(options.passphraseFile)),
    }),
    ...(options.cosignKey !== undefined && { cosignKey: options.cosignKey }),
  };
  const { country, hosting } = loadCountry(file, loadOptions(options)).country;
  const target = options.target ?? hosting.target;
  if (options.live && target === "local")
    throw new InputError(
      "The target local has no plan with which what runs could be compared.",
      "Name the target of the running stack by --target, or leave --live out.",
    );
  if (options.state !== undefined && !options.live)
    throw new InputError("--state is read only with --live.", "Add --live, or leave --state out.");
  const look: Look = async (loaded, plan, time, today) => {
    const { liveSubject } = await import("./commands/check.ts");
    const { observe } = await import("../compliance/observed.ts");
    return observe(loaded, await liveSubject(loaded, plan, options), time, today);
  };
  const at = options.at ?? new Date();
  const sought = { country, target, environment: options.env, at };
  const previous =
    options.since === undefined
      ? lastReport(beside, sought)
      : options.since === false
        ? undefined
        : readPrevious(options.since);
  const produced = await produceReport({
    file,
    ...(options.env !== undefined && { environment: options.env }),
    ...(options.target !== undefined && { target: options.target }),
    ...(options.language !== undefined && { languages: options.language }),
    dataFolder: join(options.data, country.toLowerCase()),
    by: options.by ?? whoRuns(),
    at,
    kit: kitVersion(),
    ...(previous !== undefined && { previous }),
    ...(options.live && { observed: look }),
  });
  const { report, loaded } = produced;
  const stated = withStatement(report, reportFiles(report, loaded, previous), signer);
  return { ...produced, files: await withPdf(report, loaded, stated, signer), signer };
}

export const isSigned = ({ key, cosignKey }: Signer): boolean => key !== undefined || cosignKey !== undefined;

/** What a command says at its end. */
export const signatureInWords = (signer: Signer): string =>
  isSigned(signer)
    ? "  Signed. Give auditors the public key separately from the report."
    : style(
        "yellow",
        "  Not signed: anyone can change it without being noticed. `rollout report keygen` makes a key for --sign-key.",
      );

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
