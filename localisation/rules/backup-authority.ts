/** The authority of the backups' store is one: a certificate by which a program can check the store's. */
import { X509Certificate } from "node:crypto";
import { pemBlocks } from "../../base/pem.ts";
import type { Examination, Rule } from "../check/examination.ts";
import { quote } from "../problem.ts";

const path = ["hosting", "backup", "destination", "authority"] as const;

export const backupAuthorityIsOne: Rule = (examination) => {
  const text = examination.read(...path);
  if (text === undefined) return;
  const report = (message: string, remediation: string) => examination.report(path, message, remediation);
  const blocks = pemBlocks(text);
  if (blocks.some(({ label }) => label.endsWith("PRIVATE KEY")))
    return report(
      "It holds a private key, which everyone who reads this file could use.",
      "Give the certificate alone, and replace the key: it is no longer a secret.",
    );
  const certificates = blocks.filter(({ label }) => label === "CERTIFICATE").map((block) => read(block.text));
  if (certificates.length === 0 || certificates.includes(undefined))
    return report(
      "It is no certificate in PEM.",
      "Write `authority: |`, and below it the text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
    );
  for (const certificate of certificates as X509Certificate[])
    if (!certificate.ca)
      return report(
        `${nameOf(certificate)} is not an authority: its certificate does not say CA:TRUE.`,
        "Give the certificate of the authority that signed it.",
      );
  checkDays(examination, certificates as X509Certificate[]);
  if (examination.read("hosting", "backup", "destination", "endpoint")?.startsWith("http:") === true)
    examination.warn(
      path,
      "It has no effect: the endpoint is not HTTPS.",
      "Use https:// there, or remove it.",
      "key",
    );
};

/**
 * While an authority is replaced, one of two may have ended. A warning only: the file must stay readable on the day when the last
 * one ends, and the next backup says that its store is not trusted.
 */
function checkDays(examination: Examination, certificates: readonly X509Certificate[]): void {
  const { today } = examination.circumstances;
  const days = certificates.map((certificate) => ({
    name: nameOf(certificate),
    from: dayOf(certificate.validFrom),
    until: dayOf(certificate.validTo),
  }));
  if (days.some(({ from, until }) => from <= today && today <= until)) return;
  const [{ name, from, until }] = days as [(typeof days)[number]];
  examination.warn(
    path,
    from > today ? `${name} is valid only from ${from}.` : `${name} ended on ${until}: backups fail.`,
    "Give the authority's present certificate.",
  );
}

function read(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

const dayOf = (time: string): string => new Date(time).toISOString().slice(0, 10);

const nameOf = ({ subject }: X509Certificate): string => {
  const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll("\n", ", ");
  return name === "" ? "The authority" : quote(name);
};
