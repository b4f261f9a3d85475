/**
 * Verifies a report's folder: nothing in it but what the signed statement names, each file by its hash, the statement by
 * the signer's key, and the whole report made anew from the localisation file that lies in it.
 */

import type { KeyObject } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { InputError } from "../base/kit-error.ts";
import { formatProblem, LocalisationError } from "../localisation/load.ts";
import { sha256 } from "./canonical.ts";
import { diffReports } from "./diff.ts";
import {
  besides,
  cosignFile,
  envelopeFile,
  type Files,
  readFolder,
  reportFiles,
  statementFile,
} from "./folder.ts";
import { produceReport } from "./produce.ts";
import { parseReport } from "./read-report.ts";
import type { Report } from "./report-schema.ts";
import { verifyByCosign } from "./signing/cosign.ts";
import { openEnvelope } from "./signing/envelope.ts";
import { fingerprint } from "./signing/keys.ts";
import { type Hashes, hashesOf } from "./signing/statement.ts";

export type Step = "files" | "signature" | "hashes" | "report" | "checks";

export interface StepResult {
  readonly step: Step;
  readonly ok: boolean;
  readonly message: string;
  /** What differs, one line each. */
  readonly details: readonly string[];
}

export interface Verification {
  readonly ok: boolean;
  readonly steps: readonly StepResult[];
  readonly report?: Report;
}

export type Trust =
  | { readonly kind: "keys"; readonly keys: readonly { readonly file: string; readonly key: KeyObject }[] }
  /** Reference of cosign's public key. */
  | { readonly kind: "cosign"; readonly key: string }
  /** The caller said so: who made the report stays open. */
  | { readonly kind: "none" };

export interface VerifyOptions {
  readonly folder: string;
  readonly trust: Trust;
  /** A localisation file that must be the report's. */
  readonly file?: string;
  /** Version of the kit. */
  readonly kit: string;
}

export async function verifyReport(options: VerifyOptions): Promise<Verification> {
  const steps: StepResult[] = [];
  const run = async <T>(step: Step, action: () => Promise<[string, T]> | [string, T]): Promise<T> => {
    try {
      const [message, result] = await action();
      steps.push({ step, ok: true, message, details: [] });
      return result;
    } catch (error) {
      if (error instanceof Failure)
        steps.push({ step, ok: false, message: error.message, details: error.details });
      else if (error instanceof InputError)
        steps.push({ step, ok: false, message: error.message, details: [error.remediation] });
      else throw error;
      throw new Stop();
    }
  };
  let report: Report | undefined;
  try {
    const files = await run("files", () => {
      const found = readFolder(options.folder);
      return [`${found.size} files, no links`, found];
    });
    const hashes = await run("signature", () => signature(files, options));
    await run("hashes", () => sameHashes(files, hashes));
    report = await run("report", () => {
      const content = files.get("report.json");
      if (content === undefined) throw new InputError("The folder holds no report.json.", "");
      const parsed = parseReport(content, "report.json");
      return [
        `a report of ${parsed.country} on ${parsed.target}, made ${parsed.made.at} by ${parsed.made.by}`,
        parsed,
      ];
    });
    const known = report;
    await run("checks", () => madeAnew(files, known, options));
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  return { ok: steps.every(({ ok }) => ok), steps, ...(report !== undefined && { report }) };
}

/** A step failed; what comes after it would say nothing. */
class Stop extends Error {}

class Failure extends Error {
  readonly details: readonly string[];
  constructor(message: string, details: readonly string[]) {
    super(message);
    this.details = details;
  }
}

function signature(files: Files, { trust }: VerifyOptions): [string, Hashes] {
  const statement = files.get(statementFile);
  if (statement === undefined)
    throw new InputError(`The folder holds no ${statementFile}.`, "It is no whole report.");
  if (trust.kind === "none") {
    const signed = files.has(envelopeFile) || files.has(cosignFile);
    return [
      signed
        ? "not looked at, as asked: who made the report stays open"
        : "the report is not signed: whoever can write to the folder can have changed all of it",
      hashesOf(statement),
    ];
  }
  if (trust.kind === "cosign") {
    const bundle = files.get(cosignFile);
    if (bundle === undefined)
      throw new InputError("The report was not signed by cosign.", "Name a key by --key.");
    verifyByCosign(bundle, statement, trust.key);
    return [`by cosign's key ${trust.key}`, hashesOf(statement)];
  }
  const envelope = files.get(envelopeFile);
  if (envelope === undefined)
    throw new InputError(
      "The report is not signed.",
      "Ask for a signed one, or add --without-signature to check only that it is whole and made anew the same.",
    );
  for (const { key } of trust.keys) {
    const { payload } = openEnvelope(envelope.toString("utf8"), key);
    if (!payload.equals(statement))
      throw new InputError(
        `${statementFile} is not the statement that was signed.`,
        "Ask the signer for the report again.",
      );
  }
  const names = trust.keys.map(({ file, key }) => `${file} (SHA-256 ${fingerprint(key)})`);
  return [`by ${names.join(" and ")}`, hashesOf(statement)];
}

function sameHashes(files: Files, hashes: Hashes): [string, undefined] {
  const differences: string[] = [];
  for (const [name, hash] of hashes) {
    const content = files.get(name);
    if (content === undefined) differences.push(`${name} is missing`);
    else if (sha256(content) !== hash) differences.push(`${name} was changed`);
  }
  for (const name of files.keys())
    if (!hashes.has(name) && !besides.has(name)) differences.push(`${name} does not belong to the report`);
  if (differences.length > 0)
    throw new Failure("The folder is not as it was when the report was made.", differences);
  return [`${hashes.size} files are as they were`, undefined];
}

async function madeAnew(files: Files, report: Report, options: VerifyOptions): Promise<[string, undefined]> {
  const { inputs, made, kit } = report;
  const own = files.get(`source/${inputs.localisation.file}`);
  if (own === undefined)
    throw new InputError("The report holds no copy of its localisation file.", "It is no whole report.");
  if (sha256(own) !== inputs.localisation.sha256)
    throw new InputError("The copy of the localisation file is not the one that report.json names.", "");
  const at = new Date(made.at);
  if (Number.isNaN(at.getTime())) throw new InputError(`${made.at} is no time.`, "It is no whole report.");
  const workspace = mkdtempSync(join(tmpdir(), "rollout-verify-"));
  try {
    for (const [name, content] of files) {
      if (!name.startsWith("source/")) continue;
      mkdirSync(dirname(join(workspace, name)), { recursive: true });
      writeFileSync(join(workspace, name), content);
    }
    const file = join(workspace, "source", inputs.localisation.file);
    const again = await produceReport({
      file,
      ...(report.environment !== undefined && { environment: report.environment }),
      target: report.target,
      languages: report.languages,
      ...(inputs.dataFolder !== undefined && { dataFolder: inputs.dataFolder }),
      by: made.by,
      at,
      kit: options.kit,
    });
    if (options.file !== undefined) await sameFile(report, options.file);
    const fresh = reportFiles(again.report, again.loaded);
    const changed = [...fresh].filter(([name, content]) => files.get(name)?.equals(content) !== true);
    if (changed.length === 0) return ["made anew from its own sources, every byte is the same", undefined];
    const differences = diffReports(report, again.report);
    const verdicts = differences.filter(({ section }) => section === "verdict" || section === "checks");
    const lines = differences.map(({ text }) => text);
    if (kit === options.kit)
      throw new Failure(
        `Made anew from its own sources, the report is another one: it was changed before it was signed, or version ${kit} here is not the very one that made it.`,
        [...changed.map(([name]) => `${name} would be different`), ...lines],
      );
    if (verdicts.length > 0)
      throw new Failure(
        `Version ${options.kit} of the kit judges otherwise than ${kit}, which made the report.`,
        verdicts.map(({ text }) => text),
      );
    return [
      `version ${options.kit} of the kit gives the same verdicts as ${kit}, which made the report; use ${kit} to compare every byte`,
      undefined,
    ];
  } catch (error) {
    if (error instanceof LocalisationError)
      throw new Failure(
        "The report's localisation file is none for this version of the kit.",
        error.problems.map(formatProblem).map((line) => line.replaceAll(join(workspace, "source"), "source")),
      );
    if (error instanceof InputError)
      throw new Failure("The report's localisation file can't be planned.", [
        error.message,
        error.remediation,
      ]);
    throw error;
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

async function sameFile(report: Report, file: string): Promise<void> {
  const { readSource } = await import("../localisation/read/source.ts");
  const { loadCountry } = await import("../localisation/load.ts");
  const source = readSource(file);
  if (source.sha256 === report.inputs.localisation.sha256) return;
  const { country } = loadCountry(file).country;
  throw new Failure(
    country === report.country
      ? `${file} is not the file that the report was made from.`
      : `${file} is the file of ${country}, and the report is one of ${report.country}.`,
    [`SHA-256 of the file   ${source.sha256}`, `SHA-256 in the report ${report.inputs.localisation.sha256}`],
  );
}
