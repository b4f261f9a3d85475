/**
 * Verifies a report's folder: it holds only the files that the signed statement names, each with its hash; the signer's key
 * signed the statement; and the report can be made again from the localisation file in the folder.
 */

import { verify } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { InputError } from "../base/kit-error.ts";
import { formatProblem, LocalisationError, loadCountry } from "../localisation/load.ts";
import { readSource } from "../localisation/read/source.ts";
import { sha256 } from "./canonical.ts";
import { diffReports } from "./diff.ts";
import {
  cosignFile,
  envelopeFile,
  type Files,
  pdfCosign,
  pdfFile,
  pdfSignature,
  reportFiles,
  signatureFiles,
  statementFile,
} from "./folder.ts";
import { previousIn } from "./previous.ts";
import { type ProducedReport, produceReport } from "./produce.ts";
import { parseReport } from "./read-report.ts";
import { type Report, reportFormat } from "./report-schema.ts";
import { pdfOf } from "./sign.ts";
import { verifyByCosign } from "./signing/cosign.ts";
import { openEnvelope } from "./signing/envelope.ts";
import { fingerprint, type TrustedKey } from "./signing/keys.ts";
import { type Hashes, hashesOf } from "./signing/statement.ts";
import { type Outcome, type StepResult, Steps } from "./verification-steps.ts";

export interface Verification {
  readonly ok: boolean;
  readonly steps: readonly StepResult[];
  readonly report?: Report;
}

export type Trust =
  | { readonly kind: "keys"; readonly keys: readonly TrustedKey[] }
  /** Reference of a public key for cosign. */
  | { readonly kind: "cosign"; readonly key: string }
  /** The caller does not want to know who made the report. */
  | { readonly kind: "none" };

export interface VerifyOptions {
  /** Reads the report's files, and throws InputError where it can't. */
  readonly files: () => Files;
  readonly trust: Trust;
  /** A localisation file that must be the one of the report. */
  readonly file?: string;
  /** Version of the kit. */
  readonly kit: string;
}

/** Runs the steps up to the first that fails. */
export async function verifyReport(options: VerifyOptions): Promise<Verification> {
  const steps = new Steps();
  const files = await steps.run("files", () => filesOf(options));
  const hashes = files && (await steps.run("signature", () => signature(files, options)));
  const intact =
    files && hashes && (await steps.run("hashes", () => sameHashes(files, hashes, signatureFiles)));
  const report = intact && (await steps.run("report", () => parsedReport(intact, options)));
  if (report) await steps.run("checks", () => madeAgain(intact, report, options));
  return { ok: steps.ok, steps: steps.results, ...(report && { report }) };
}

function filesOf(options: VerifyOptions): Outcome<Files> {
  const files = options.files();
  return { message: `${files.size} files, no links`, value: files };
}

function signature(files: Files, { trust }: VerifyOptions): Outcome<Hashes> {
  const statement = files.get(statementFile);
  if (statement === undefined)
    throw new InputError(`The folder has no ${statementFile}.`, "The report is not complete.");
  if (trust.kind === "none") {
    const signed = files.has(envelopeFile) || files.has(cosignFile);
    return {
      message: signed
        ? "not checked, as requested: it is unknown who made the report"
        : "the report is not signed: anyone with write access to the folder may have changed all of it",
      value: hashesOf(statement),
    };
  }
  if (trust.kind === "cosign") {
    const bundle = files.get(cosignFile);
    if (bundle === undefined)
      throw new InputError("The report was not signed with cosign.", "Name a key by --key.");
    verifyByCosign(bundle, statement, trust.key);
    requirePdfSignature(files, pdfCosign, (pdf, given) => verifyByCosign(given, pdf, trust.key));
    return { message: `by cosign's key ${trust.key}`, value: hashesOf(statement) };
  }
  const envelope = files.get(envelopeFile);
  if (envelope === undefined)
    throw new InputError(
      "The report is not signed.",
      "Ask for a signed one, or add --without-signature to check only that it is complete and can be made again.",
    );
  for (const { key } of trust.keys) {
    const { payload } = openEnvelope(envelope.toString("utf8"), key);
    if (!payload.equals(statement))
      throw new InputError(
        `${statementFile} is not the statement that was signed.`,
        "Ask the signer for the report again.",
      );
  }
  requirePdfSignature(files, pdfSignature, (pdf, given) => {
    if (!trust.keys.some(({ key }) => verify(null, pdf, key, given)))
      throw new InputError(
        `${pdfFile} is not signed by ${trust.keys.map(({ file }) => file).join(" or ")}, or it was changed after it was signed.`,
        "Ask the signer for the report again.",
      );
  });
  const names = trust.keys.map(({ file, key }) => `${file} (SHA-256 ${fingerprint(key)})`);
  return { message: `by ${names.join(" and ")}`, value: hashesOf(statement) };
}

/**
 * The statement can't name the PDF, which is made from it.
 * @param check throws InputError where the signature is not the PDF's.
 */
function requirePdfSignature(files: Files, name: string, check: (pdf: Buffer, given: Buffer) => void): void {
  const [pdf, given] = [files.get(pdfFile), files.get(name)];
  if (pdf === undefined) return;
  if (given === undefined)
    throw new InputError(`${pdfFile} has no signature ${name}.`, "Ask the signer for the report again.");
  check(pdf, given);
}

/** @param unlisted files that need no hash, such as signatures of the hashes. */
export function sameHashes(files: Files, hashes: Hashes, unlisted: ReadonlySet<string>): Outcome<Files> {
  const differences: string[] = [];
  for (const [name, hash] of hashes) {
    const content = files.get(name);
    if (content === undefined) differences.push(`${name} is missing`);
    else if (sha256(content) !== hash) differences.push(`${name} was changed`);
  }
  for (const name of files.keys())
    if (!hashes.has(name) && !unlisted.has(name)) differences.push(`${name} does not belong to the report`);
  return differences.length > 0
    ? { message: "The folder was changed after the report was made.", differences }
    : { message: `${hashes.size} files are unchanged`, value: files };
}

function parsedReport(files: Files, { trust }: VerifyOptions): Outcome<Report> {
  const content = files.get("report.json");
  if (content === undefined) throw new InputError("The folder has no report.json.");
  const report = parseReport(content, "report.json");
  const { country, target, made } = report;
  const at = Date.parse(made.at);
  if (Number.isNaN(at)) throw new InputError(`${made.at} is not a time.`, "The report is not complete.");
  if (trust.kind === "keys") for (const key of trust.keys) requireValidAt(key, at);
  return { message: `a report of ${country} on ${target}, made ${made.at} by ${made.by}`, value: report };
}

/**
 * A certificate counts at the time of the report, not today: it may have ended since.
 * @throws InputError
 */
function requireValidAt({ file, validity }: TrustedKey, at: number): void {
  if (validity === undefined || (validity.from.getTime() <= at && at <= validity.until.getTime())) return;
  const day = (time: Date) => time.toISOString().slice(0, 10);
  throw new InputError(
    `The certificate ${file} is valid from ${day(validity.from)} to ${day(validity.until)}; the report says that it was made on ${day(new Date(at))}.`,
    "Ask the signer for the certificate of that day.",
  );
}

/** Makes the report again from the sources in its folder, and compares. */
async function madeAgain(files: Files, report: Report, options: VerifyOptions): Promise<Outcome<true>> {
  const { inputs, made } = report;
  const own = files.get(`source/${inputs.localisation.file}`);
  if (own === undefined)
    throw new InputError("The report has no copy of its localisation file.", "The report is not complete.");
  if (sha256(own) !== inputs.localisation.sha256)
    throw new InputError("The copy of the localisation file is not the one that report.json names.");
  const workspace = mkdtempSync(join(tmpdir(), "rollout-verify-"));
  try {
    for (const [name, content] of files) {
      if (!name.startsWith("source/")) continue;
      mkdirSync(dirname(join(workspace, name)), { recursive: true });
      writeFileSync(join(workspace, name), content);
    }
    const previous = report.changes === undefined ? undefined : previousIn(files);
    const again = await produceReport({
      file: join(workspace, "source", inputs.localisation.file),
      ...(report.environment !== undefined && { environment: report.environment }),
      target: report.target,
      languages: report.languages,
      ...(inputs.dataFolder !== undefined && { dataFolder: inputs.dataFolder }),
      ...(previous !== undefined && { previous }),
      // Nobody can look again at what ran then.
      ...(report.observed !== undefined && { observed: report.observed }),
      by: made.by,
      at: new Date(made.at),
      kit: options.kit,
    });
    const other = options.file === undefined ? undefined : otherFile(report, options.file);
    return other ?? compared(files, report, again, options);
  } catch (error) {
    if (error instanceof LocalisationError)
      return otherwise(
        report,
        options,
        "The report's localisation file is not valid for this version of the kit.",
        error.problems.map(formatProblem).map((line) => line.replaceAll(join(workspace, "source"), "source")),
      );
    if (error instanceof InputError)
      return otherwise(report, options, "The report's localisation file can't be planned.", [
        error.message,
        error.remediation,
      ]);
    throw error;
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

async function compared(
  files: Files,
  report: Report,
  again: ProducedReport,
  options: VerifyOptions,
): Promise<Outcome<true>> {
  const made = [...reportFiles(again.report, again.loaded, again.previous)];
  if (files.has(pdfFile)) made.push([pdfFile, await pdfOf(again.report, again.loaded, files)]);
  const changed = made.filter(([name, content]) => files.get(name)?.equals(content) !== true);
  if (changed.length === 0)
    return {
      message: `made again from its own sources, every byte is the same${report.observed === undefined ? "" : "; what was seen on the running stack can't be seen again"}`,
      value: true,
    };
  const { kit } = options;
  if (isOwn(report, kit))
    return {
      message: `Made again from its own sources, the report is different: it was changed before it was signed, or version ${kit} here is not the same as the one that made it.`,
      differences: [
        ...changed.map(([name]) => `${name} would be different`),
        ...diffReports(report, again.report).map(({ text }) => text),
      ],
    };
  const verdicts = otherVerdicts(report, again.report);
  if (verdicts.length > 0)
    return otherwise(
      report,
      options,
      `Version ${kit} of the kit gives other verdicts than ${report.kit}, which made the report.`,
      verdicts,
    );
  const older = report.format === reportFormat ? "" : ` in the older format ${report.format}`;
  return {
    message: `version ${kit} of the kit gives the same verdicts as ${report.kit}, which made the report${older}`,
    value: true,
  };
}

/** Whether this version of the kit writes the report as it was written. */
const isOwn = ({ kit, format }: Report, ownKit: string): boolean => kit === ownKit && format === reportFormat;

/** Of the checks that both versions have: an old report is judged by the policies of its own day. */
function otherVerdicts(report: Report, again: Report): string[] {
  const now = new Map(again.checks.map(({ policy, verdict }) => [policy, verdict]));
  return report.checks.flatMap(({ policy, verdict }) => {
    const present = now.get(policy);
    return present === undefined || present === verdict
      ? []
      : [`checks/${policy}.verdict: ${verdict} in the report, ${present} by this version`];
  });
}

/**
 * What this version of the kit judges otherwise than the version that made the report does not make an old signed report wrong; one
 * that nobody signed has nothing else to rely on.
 */
function otherwise(
  report: Report,
  { trust, kit }: VerifyOptions,
  message: string,
  differences: readonly string[],
): Outcome<true> {
  if (trust.kind === "none" || isOwn(report, kit)) return { message, differences };
  return { message, value: true, notRepeated: differences };
}

/** Undefined where the file is the one of the report. */
function otherFile(report: Report, file: string): Outcome<true> | undefined {
  const source = readSource(file);
  if (source.sha256 === report.inputs.localisation.sha256) return undefined;
  const { country } = loadCountry(file).country;
  return {
    message:
      country === report.country
        ? `${file} is not the file that the report was made from.`
        : `${file} is the file of ${country}, and the report is one of ${report.country}.`,
    differences: [
      `SHA-256 of the file   ${source.sha256}`,
      `SHA-256 in the report ${report.inputs.localisation.sha256}`,
    ],
  };
}
