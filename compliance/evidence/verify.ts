/**
 * Verifies the archive for an auditor: it holds only what its sums name, each with its hash; the signer's key signed the sums; the
 * report in it is verified like any other; plan and policies are those of the report.
 */
import { verify } from "node:crypto";
import { InputError } from "../../base/kit-error.ts";
import { sha256 } from "../canonical.ts";
import type { Files } from "../folder.ts";
import type { Report } from "../report-schema.ts";
import { verifyByCosign } from "../signing/cosign.ts";
import { fingerprint } from "../signing/keys.ts";
import { type Hashes, isInside } from "../signing/statement.ts";
import { type Outcome, Steps } from "../verification-steps.ts";
import { sameHashes, type Trust, type Verification, type VerifyOptions, verifyReport } from "../verify.ts";
import { planFile, policiesFile, reportFolder, sumsCosign, sumsFile, sumsSignature } from "./contents.ts";

/** @param files of the archive, by their path in it. */
export async function verifyEvidence(
  files: Files,
  options: Omit<VerifyOptions, "files">,
): Promise<Verification> {
  const steps = new Steps();
  const intact = await steps.run("archive", () => sumsOf(files, options.trust));
  if (intact === undefined) return { ok: false, steps: steps.results };
  const inner = await verifyReport({ ...options, files: () => below(files, reportFolder) });
  steps.results.push(...inner.steps);
  const { report } = inner;
  if (inner.ok && report) await steps.run("contents", () => ofReport(files, report));
  return { ok: steps.ok, steps: steps.results, ...(report && { report }) };
}

function below(files: Files, folder: string): Files {
  const start = `${folder}/`;
  return new Map(
    [...files].flatMap(([name, content]) =>
      name.startsWith(start) ? [[name.slice(start.length), content]] : [],
    ),
  );
}

function sumsOf(files: Files, trust: Trust): Outcome<true> {
  const sums = files.get(sumsFile);
  if (sums === undefined)
    throw new InputError(`The archive has no ${sumsFile}.`, "Name an archive that `rollout evidence` wrote.");
  const signed = signature(files, sums, trust);
  const same = sameHashes(
    files,
    listed(sums.toString("utf8")),
    new Set([sumsFile, sumsSignature, sumsCosign]),
  );
  if (!("value" in same)) return { ...same, message: "The archive was changed after it was made." };
  return { message: `${same.message}; ${signed}`, value: true };
}

/** @throws InputError where no trusted key signed the sums. */
function signature(files: Files, sums: Buffer, trust: Trust): string {
  if (trust.kind === "none") return "the signature is not checked, as requested";
  const name = trust.kind === "cosign" ? sumsCosign : sumsSignature;
  const given = files.get(name);
  if (given === undefined)
    throw new InputError(
      `The archive has no ${name}.`,
      "Name the kind of key that signed it, or ask for a signed one.",
    );
  if (trust.kind === "cosign") {
    verifyByCosign(given, sums, trust.key);
    return `${sumsFile} is signed by cosign's key ${trust.key}`;
  }
  const signer = trust.keys.find(({ key }) => verify(null, sums, key, given));
  if (signer === undefined)
    throw new InputError(
      `${sumsFile} is not signed by ${trust.keys.map(({ file }) => file).join(" or ")}, or it was changed after it was signed.`,
      "Ask the signer for the archive and the public key again, each over a channel that you trust.",
    );
  return `${sumsFile} is signed by ${signer.file} (SHA-256 ${fingerprint(signer.key)})`;
}

/** @throws InputError where a line is none of `sha256sum`, or leads out of the folder. */
function listed(text: string): Hashes {
  const hashes = new Map<string, string>();
  for (const line of text.trimEnd().split("\n")) {
    const [, hash, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (hash === undefined || name === undefined || !isInside(name) || hashes.has(name))
      throw new InputError(
        `${sumsFile} has a line that this kit does not write: ${line.slice(0, 100)}`,
        "Ask the signer for the archive again.",
      );
    hashes.set(name, hash);
  }
  return hashes;
}

function ofReport(files: Files, { inputs }: Report): Outcome<true> {
  const expected = [
    [planFile, inputs.plan?.sha256],
    [policiesFile, inputs.policies.sha256],
  ] as const;
  const differences = expected.flatMap(([name, hash]) => {
    const content = files.get(name);
    if (content === undefined) return hash === undefined ? [] : [`${name} is missing`];
    return sha256(content) === hash ? [] : [`${name} is not the one that the report names`];
  });
  if (differences.length > 0) return { message: "The archive does not belong to its report.", differences };
  const names = inputs.plan === undefined ? policiesFile : `${planFile} and ${policiesFile}`;
  return { message: `${names}: as the report names them`, value: true };
}
