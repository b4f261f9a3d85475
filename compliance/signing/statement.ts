/** The in-toto statement (v1) of a report: the hash of each of its files, and the result of the checks as a test result (v0.1). */
import { InputError } from "../../base/kit-error.ts";
import { canonicalJson, sha256 } from "../canonical.ts";
import type { Report } from "../report-schema.ts";

const statementType = "https://in-toto.io/Statement/v1";
const predicateType = "https://in-toto.io/attestation/test-result/v0.1";

/** SHA-256 by name, such as `report.json` and `source/za.yaml`. */
export type Hashes = ReadonlyMap<string, string>;

export function statementOf(report: Report, files: ReadonlyMap<string, Uint8Array>): Buffer {
  const { inputs, checks, verdict } = report;
  const ids = (...wanted: readonly string[]) =>
    checks.filter((check) => wanted.includes(check.verdict)).map(({ policy }) => policy);
  const statement = {
    _type: statementType,
    subject: [...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, content]) => ({ name, digest: { sha256: sha256(content) } })),
    predicateType,
    predicate: {
      result: verdict.ok ? "PASSED" : "FAILED",
      configuration: [
        { name: inputs.localisation.file, digest: { sha256: inputs.localisation.sha256 } },
        ...(inputs.plan === undefined ? [] : [{ name: "plan", digest: { sha256: inputs.plan.sha256 } }]),
        { name: "policies", digest: { sha256: inputs.policies.sha256 } },
      ],
      passedTests: ids("pass"),
      warnedTests: ids("waived"),
      failedTests: ids("fail", "undetermined"),
    },
  };
  return Buffer.from(canonicalJson(statement));
}

/**
 * The hashes that a statement names.
 * @throws InputError where it is not the statement of a report, or a name in it leads out of the report's folder.
 */
export function hashesOf(payload: Buffer): Hashes {
  const text = payload.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong("it is not JSON");
  }
  // A duplicate key would be lost in parsing.
  if (canonicalJson(value) !== text) throw wrong("it is not in the form in which this kit writes it");
  const { _type, predicateType: predicate, subject } = value as Record<string, unknown>;
  if (_type !== statementType || predicate !== predicateType) throw wrong("it is of another type");
  if (!Array.isArray(subject) || subject.length === 0 || subject.length > 256)
    throw wrong("it names no files, or too many");
  const hashes = new Map<string, string>();
  for (const entry of subject as { name?: unknown; digest?: { sha256?: unknown } }[]) {
    const { name, digest } = entry ?? {};
    if (typeof name !== "string" || !isInside(name)) throw wrong("a name in it leads out of the folder");
    if (typeof digest?.sha256 !== "string" || !/^[0-9a-f]{64}$/.test(digest.sha256))
      throw wrong(`it gives no SHA-256 of ${name}`);
    if (hashes.has(name)) throw wrong(`it names ${name} twice`);
    hashes.set(name, digest.sha256);
  }
  return hashes;
}

/** Whether it is a path of plain names below the folder. */
export function isInside(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name holds one
  if (name.length > 300 || /[\\\u0000-\u001f\u007f:]/.test(name)) return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

const wrong = (why: string) =>
  new InputError(`The statement is not valid: ${why}.`, "Ask the signer for the report again.");
