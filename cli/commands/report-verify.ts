/** `rollout report verify`: whether a report is complete, who signed it, and whether the checks give the same verdict again. */

import { statSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { kitVersion } from "../../base/package-root.ts";
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
    .argument("<report>", "folder of the report, or the envelope in it")
    .option("--key <files...>", "public keys; each must have signed")
    .option("--cosign-key <key>", "public key of cosign's signature")
    .option("--without-signature", "only check that it is complete and that making it again gives the same")
    .option("--file <file>", "localisation file from which the report must have been made")
    .option("--json", "print JSON")
    .action(verify);
}

async function verify(report: string, options: Options): Promise<void> {
  const trust = await trustOf(options);
  const { verifyReport } = await import("../../compliance/verify.ts");
  const result = await verifyReport({
    folder: folderOf(report),
    trust,
    ...(options.file !== undefined && { file: options.file }),
    kit: kitVersion(),
  });
  if (!result.ok) process.exitCode = exitCode.checkFailed;
  if (options.json) {
    const { ok, steps } = result;
    printJson({ ok, steps, ...(result.report !== undefined && { verdict: result.report.verdict }) });
    return;
  }
  for (const { step, ok, message, details } of result.steps) {
    print(`${ok ? style("green", "✓") : style("red", "✗")} ${step.padEnd(10)} ${harmless(message)}`);
    for (const detail of details.slice(0, 40)) print(`             ${harmless(detail)}`);
    if (details.length > 40) print(`             and ${details.length - 40} more`);
  }
  if (result.ok && result.report !== undefined) {
    const { ok, failed, undetermined } = result.report.verdict;
    print(
      ok
        ? "The report is verified, and all its checks passed."
        : `The report is verified. It says that ${failed + undetermined} checks failed or could not be decided.`,
    );
  } else if (!result.ok) print(style("red", "The report is not verified."));
}

async function trustOf({ key, cosignKey, withoutSignature }: Options): Promise<Trust> {
  if ((key !== undefined || cosignKey !== undefined) && withoutSignature)
    throw new InputError("--key and --without-signature exclude each other.", "Use one of them.");
  if (key !== undefined) {
    const { readPublicKey } = await import("../../compliance/signing/keys.ts");
    return { kind: "keys", keys: key.map((file) => ({ file, key: readPublicKey(file) })) };
  }
  if (cosignKey !== undefined) return { kind: "cosign", key: cosignKey };
  if (withoutSignature) return { kind: "none" };
  throw new InputError(
    "Without the signer's public key it can't be checked who made the report.",
    "Add --key with it, or --without-signature.",
  );
}

/** The envelope is in its report's folder. */
function folderOf(report: string): string {
  try {
    return statSync(report).isFile() ? dirname(report) : report;
  } catch {
    return report;
  }
}
