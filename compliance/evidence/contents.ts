/**
 * The archive for an auditor: the report's folder, the plan, the policies' text, the bill of materials, a README, and the hash of
 * each with a signature that openssl or cosign checks without the kit.
 */
import { type KeyObject, sign } from "node:crypto";
import type { Plan } from "../../plan/plan.ts";
import { canonicalJson, sha256 } from "../canonical.ts";
import type { Files } from "../folder.ts";
import { policiesForPeople, policiesText } from "../policies-text.ts";
import type { Report } from "../report-schema.ts";
import type { Signer } from "../sign.ts";
import { cosignBundle } from "../signing/cosign.ts";
import { readme } from "./readme.ts";

export const sumsFile = "SHA256SUMS";
/** Ed25519 over the bytes of the sums. */
export const sumsSignature = "SHA256SUMS.sig";
export const sumsCosign = "SHA256SUMS.sigstore.json";
export const planFile = "plan.json";
export const policiesFile = "policies.json";
export const reportFolder = "report";

export interface EvidenceParts {
  readonly report: Report;
  /** The report's folder with its signatures. */
  readonly files: Files;
  /** None for the target `local`. */
  readonly plan?: Plan;
  /** CycloneDX JSON. */
  readonly materials: string;
  readonly signer: Signer;
}

/** Of the archive and of the folder in it. */
export function evidenceName({ country, environment, target, made }: Report): string {
  return ["evidence", country.toLowerCase(), environment, target, made.at.replaceAll(/[-:]/g, "")]
    .filter((part) => part !== undefined)
    .join("-");
}

/** The same parts give the same bytes. @throws InputError where cosign refuses. */
export function evidenceFiles({ report, files, plan, materials, signer }: EvidenceParts): Files {
  const content = new Map<string, Buffer>([
    ["README.txt", Buffer.from(readme(report, signer))],
    ...[...files].map(([name, bytes]) => [`${reportFolder}/${name}`, bytes] as const),
    // The bytes whose hash is in the report.
    ...(plan === undefined ? [] : [[planFile, Buffer.from(canonicalJson(plan))] as const]),
    [policiesFile, Buffer.from(policiesText())],
    ["policies.md", Buffer.from(policiesForPeople())],
    ["bill-of-materials.cdx.json", Buffer.from(materials)],
  ]);
  const sums = Buffer.from(
    [...content]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`)
      .join(""),
  );
  return new Map([...content, [sumsFile, sums], ...signatures(sums, signer)]);
}

function signatures(sums: Buffer, { key, cosignKey }: Signer): (readonly [string, Buffer])[] {
  return [
    ...(key === undefined ? [] : [[sumsSignature, rawSignature(sums, key)] as const]),
    ...(cosignKey === undefined ? [] : [[sumsCosign, cosignBundle(sums, cosignKey)] as const]),
  ];
}

const rawSignature = (content: Buffer, key: KeyObject): Buffer => sign(null, content, key);
