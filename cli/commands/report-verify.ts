/** `rollout report verify`: whether a report or an archive of evidence is complete, who signed it, and whether the checks give the same verdict again. */

import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { kitVersion } from "../../base/package-root.ts";
import type { Files } from "../../compliance/folder.ts";
import type { Report } from "../../compliance/report-schema.ts";
import type { Trust } from "../../compliance/verify.ts";
import { print, printJson, style } from "../terminal.ts";
import { harmless } from "./report-input.ts";

interface Options {
  readonly key?: readonly string[];
  readonly cosignKey?: string;
  readonly withoutSignature?: boolean;
  readonly file?: string;
  readonly json?: boolean;
}

export function reportVerifyCommand(): Command {
  return new Command("verify")
    .description("verify a report: its signature, each of its files, and the verdict of every check")
    .argument("<report>", "folder of the report, the envelope in it, or an archive of `rollout evidence`")
    .option(
      "--key <files...>",
      "public keys or certificates of signers; each must have signed, a certificate while it was valid",
    )
    .option("--cosign-key <key>", "public key of cosign's signature")
    .option("--without-signature", "only check that it is complete and that making it again gives the same")
    .option("--file <file>", "localisation file from which the report must have been made")
    .option("--json", "print JSON")
    .action(verify);
}

async function verify(report: string, options: Options): Promise<void> {
  const trust = await trustOf(options);
  const { verifyReport } = await import("../../compliance/verify.ts");
  const { verifyEvidence } = await import("../../compliance/evidence/verify.ts");
  const given = {
    trust,
    ...(options.file !== undefined && { file: options.file }),
    kit: kitVersion(),
  };
  const archive = await evidenceIn(report);
  const { readFolder } = await import("../../compliance/folder.ts");
  const result =
    archive === undefined
      ? await verifyReport({ ...given, files: () => readFolder(folderOf(report)) })
      : await verifyEvidence(archive, given);
  const { ok, steps } = result;
  const repeated = ok && !steps.some(({ notRepeated }) => notRepeated);
  if (!ok) process.exitCode = exitCode.checkFailed;
  if (options.json)
    return printJson({
      ok,
      steps,
      repeated,
      ...(result.report !== undefined && { verdict: result.report.verdict }),
    });
  for (const { step, ok, message, details, notRepeated } of steps) {
    const sign = !ok ? style("red", "✗") : notRepeated ? style("yellow", "!") : style("green", "✓");
    print(`${sign} ${step.padEnd(10)} ${harmless(message)}`);
    for (const detail of details.slice(0, 40)) print(`             ${harmless(detail)}`);
    if (details.length > 40) print(`             and ${details.length - 40} more`);
  }
  if (!ok) print(style("red", "The report is not verified."));
  else if (result.report !== undefined) print(conclusion(result.report, repeated));
}

function conclusion({ verdict, made, kit }: Report, repeated: boolean): string {
  if (!repeated)
    return `The report is what its signer signed, and says that it was made on ${made.at}. Its checks were not repeated: for that, verify it with version ${kit} of the kit, which made it.`;
  const { ok, failed, undetermined } = verdict;
  return ok
    ? "The report is verified, and all its checks passed."
    : `The report is verified. Checks in it that failed or could not be decided: ${failed + undetermined}.`;
}

async function trustOf({ key, cosignKey, withoutSignature }: Options): Promise<Trust> {
  if ((key !== undefined || cosignKey !== undefined) && withoutSignature)
    throw new InputError("--key and --without-signature exclude each other.", "Use one of them.");
  if (key !== undefined) {
    const { readTrustedKey } = await import("../../compliance/signing/keys.ts");
    return { kind: "keys", keys: key.map(readTrustedKey) };
  }
  if (cosignKey !== undefined) return { kind: "cosign", key: cosignKey };
  if (withoutSignature) return { kind: "none" };
  throw new InputError(
    "Without the signer's public key it can't be checked who made the report.",
    "Add --key with it, or --without-signature.",
  );
}

/** The files of an archive of `rollout evidence`, packed or not; undefined where it is a report. */
async function evidenceIn(path: string): Promise<Files | undefined> {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isFile() && !path.endsWith(".json")) {
    const { readEvidence } = await import("../evidence-archive.ts");
    return readEvidence(path);
  }
  if (!status?.isDirectory() || !existsSync(join(path, "SHA256SUMS"))) return undefined;
  const { readFolder } = await import("../../compliance/folder.ts");
  return readFolder(path);
}

/** The envelope is in its report's folder. */
function folderOf(report: string): string {
  try {
    return statSync(report).isFile() ? dirname(report) : report;
  } catch {
    return report;
  }
}
