/** The README of the archive, for someone who has neither the kit nor ever heard of it. */
import { observedVerdicts } from "../observed.ts";
import { openPoints } from "../open-points.ts";
import type { Report } from "../report-schema.ts";
import type { Signer } from "../sign.ts";
import { fingerprint } from "../signing/keys.ts";

export function readme(report: Report, signer: Signer): string {
  const { verdict, made, kit, programme } = report;
  const { passed, failed, undetermined, waived, notApplicable } = verdict;
  const open = openPoints(report);
  const name = programme.name.en ?? Object.values(programme.name)[0] ?? "";
  return `EVIDENCE OF COMPLIANCE
${name}, ${report.country}
Run by ${programme.operator.name}
Made ${made.at} by ${made.by}, with country-rollout-kit ${kit}

WHAT IT SAYS
${verdict.ok ? "No mandatory check of file and plan failed." : `Checks that failed or could not be decided: ${failed + undetermined}.`}
Checks that passed: ${passed}. Failed: ${failed}. Could not be decided: ${undetermined}. Waived: ${waived}.
Checks that found nothing to judge, and so say nothing: ${notApplicable}.
${open.length === 0 ? "" : `Not covered by this result: ${open.join(", ")}.\n`}${subjectInWords(report)}
Open report/report.html first; any browser shows it, without a network.

WHAT IS IN IT
report/report.html    the report, for people
report/report.pdf     the same in short, on paper (PDF/A-2b)
report/report.json    the same, for programs
report/checks.csv     each check and what it found, for spreadsheets
report/oscal-*.json   the same for governance tools (OSCAL)
report/source/        the localisation file, from which all of this was made
${report.inputs.plan === undefined ? "" : "plan.json             every resource that is planned\n"}policies.md           what is checked, and why
policies.json         the same, for programs
bill-of-materials.cdx.json  the software, with versions and licences (CycloneDX 1.6)
SHA256SUMS            the hash of each file
${signedFiles(signer)}
HOW TO VERIFY IT WITHOUT THE KIT
In a terminal, in this folder:

  sha256sum --check SHA256SUMS
      (on macOS: shasum -a 256 --check SHA256SUMS)
      Each line must end in "OK". A file that it does not name does not belong to the archive.
${withoutKit(signer)}
HOW TO VERIFY IT WITH THE KIT
On a computer with country-rollout-kit, which needs no network for it:

  rollout report verify <this folder or the archive> ${signer.cosignKey !== undefined && signer.key === undefined ? "--cosign-key cosign.pub" : signer.key === undefined ? "--without-signature" : "--key signer.pub.pem"}

It also runs every check again, so that the report can't claim what the checks do not say.
`;
}

function subjectInWords({ inputs, observed }: Report): string {
  const planned = inputs.plan === undefined ? "the stack's description in one file" : "what is planned";
  if (observed === undefined) return `It reports on ${planned}, and not on what runs.`;
  const { failed, undetermined } = observedVerdicts(observed);
  return `It reports on ${planned}, and on what was seen running at ${observed.at}, where the checks that failed or could not be decided
were: ${failed + undetermined}.`;
}

function signedFiles({ key, cosignKey }: Signer): string {
  return [
    key === undefined ? "" : "SHA256SUMS.sig        the signer's signature of SHA256SUMS (Ed25519)\n",
    cosignKey === undefined ? "" : "SHA256SUMS.sigstore.json  a signature of SHA256SUMS by cosign\n",
  ].join("");
}

function withoutKit({ key, cosignKey }: Signer): string {
  if (key === undefined && cosignKey === undefined)
    return "\nThis archive is not signed: whoever could write to it may have changed all of it.\n";
  const byKey =
    key === undefined
      ? ""
      : `
  openssl pkeyutl -verify -pubin -inkey signer.pub.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
      It must say "Signature Verified Successfully". OpenSSL 3 is needed.
      Ask the signer for signer.pub.pem; it is not in this archive, because whoever changes the archive could change it too.
      Compare its fingerprint with the signer, for instance on the telephone:
  openssl pkey -pubin -in signer.pub.pem -outform DER | sha256sum
      ${fingerprint(key)}
`;
  const byCosign =
    cosignKey === undefined
      ? ""
      : `
  cosign verify-blob --insecure-ignore-tlog=true --key cosign.pub --bundle SHA256SUMS.sigstore.json SHA256SUMS
      Ask the signer for cosign.pub. Nothing was sent to a public log, so none is asked.
`;
  return byKey + byCosign;
}
