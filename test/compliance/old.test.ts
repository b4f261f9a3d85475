/** A report that was signed long ago is read and verified at its own date: its format, its policies, its waivers, its signer's certificate. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import "reflect-metadata";
import { X509CertificateGenerator } from "@peculiar/x509";
import { extract } from "tar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { canonicalJson, sha256 } from "../../compliance/canonical.ts";
import { envelopeFile, readFolder, statementFile } from "../../compliance/folder.ts";
import { parseReport } from "../../compliance/read-report.ts";
import { signedEnvelope } from "../../compliance/signing/envelope.ts";
import { readTrustedKey } from "../../compliance/signing/keys.ts";
import { type Trust, verifyReport } from "../../compliance/verify.ts";
import { kit, temporaryFolder } from "./reports.ts";

const kept = join(packageRoot, "test", "compliance", "old");
const folder = temporaryFolder();
const old = join(folder, "report-2026-11-25");
const signer = join(kept, "signer.pub.pem");
const keys = (...files: string[]): Trust => ({ kind: "keys", keys: files.map(readTrustedKey) });
const verify = (trust: Trust, ownKit = kit) =>
  verifyReport({ files: () => readFolder(old), trust, kit: ownKit });

beforeAll(() => extract({ file: join(kept, "report-2026-11-25.tar.gz"), cwd: folder }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("an old report", () => {
  test("is verified with its own day's verdicts, whatever this version makes of its file", async () => {
    for (const version of [kit, "9.0.0"]) {
      const result = await verify(keys(signer), version);
      expect(result.steps.filter(({ ok }) => !ok)).toEqual([]);
      expect(result.steps.map(({ step }) => step)).toEqual([
        "files",
        "signature",
        "hashes",
        "report",
        "checks",
      ]);
      expect(result.report?.format).toBe("rollout-report/1");
      expect(result.report?.verdict).toMatchObject({ ok: true, waived: 1 });
      // It ended on the day after.
      expect(result.report?.waivers).toEqual([
        expect.objectContaining({ until: "2026-11-26", status: "used" }),
      ]);
    }
  });

  test("that was changed is refused like a new one", async () => {
    const file = join(old, "report.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"waived": 1', '"waived": 0'));
    const result = await verify(keys(signer));
    writeFileSync(file, text);
    expect(result.ok).toBe(false);
    expect(result.steps.at(-1)).toMatchObject({ step: "hashes", details: ["report.json was changed"] });
  });

  test("of a signer with a certificate counts if that was valid on the report's day, ended or not", async () => {
    const certificate = async (name: string, from: string, until: string) => {
      const authority = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
      const spki = Buffer.from(readFileSync(signer, "utf8").replace(/-----[^-]+-----|\s/g, ""), "base64");
      const made = await X509CertificateGenerator.create({
        subject: "CN=N. Dlamini",
        issuer: "CN=Example Authority",
        notBefore: new Date(from),
        notAfter: new Date(until),
        publicKey: await crypto.subtle.importKey("spki", spki, { name: "Ed25519" }, true, ["verify"]),
        signingKey: (authority as CryptoKeyPair).privateKey,
        signingAlgorithm: { name: "Ed25519" },
      });
      writeFileSync(join(folder, name), made.toString("pem"));
      return join(folder, name);
    };
    const ended = await certificate("ended.pem", "2026-11-01T00:00:00Z", "2026-11-26T00:00:00Z");
    expect((await verify(keys(ended))).ok).toBe(true);
    for (const [name, from, until] of [
      ["before.pem", "2025-11-01T00:00:00Z", "2026-11-24T00:00:00Z"],
      ["after.pem", "2026-11-26T00:00:00Z", "2099-01-01T00:00:00Z"],
    ] as const) {
      const result = await verify(keys(await certificate(name, from, until)));
      expect(result.ok).toBe(false);
      expect(result.steps.at(-1)?.step).toBe("report");
      expect(result.steps.at(-1)?.message).toMatch(
        /is valid from .* the report says that it was made on 2026-11-25\.$/,
      );
    }
  });
});

test("what another version judges otherwise is told, fails nothing that is signed, and everything that is not", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const path = join(old, "report.json");
  const source = join(old, "source", "za.yaml");
  const before = readFileSync(source, "utf8");
  // This version's files name the policy of a waiver.
  const now = before.replace("    - id: abroad\n", "    - id: abroad\n      policy: endpoint-abroad\n");
  writeFileSync(source, now);
  const text = readFileSync(path, "utf8").replaceAll(sha256(before), sha256(now));
  const report = parseReport(Buffer.from(text), path);
  const [first] = report.checks.filter(({ verdict }) => verdict === "pass");
  const changed = `${JSON.stringify(
    {
      ...report,
      kit: "0.0.9",
      checks: report.checks.map((check) =>
        check === first ? { ...check, verdict: "not-applicable" } : check,
      ),
    },
    null,
    2,
  )}\n`;
  const statement = JSON.parse(readFileSync(join(old, statementFile), "utf8"));
  const digests: Record<string, string> = { "report.json": sha256(changed), "source/za.yaml": sha256(now) };
  const signed = Buffer.from(
    canonicalJson({
      ...statement,
      subject: statement.subject.map((subject: { name: string }) =>
        subject.name in digests ? { ...subject, digest: { sha256: digests[subject.name] } } : subject,
      ),
    }),
  );
  writeFileSync(path, changed);
  writeFileSync(join(old, statementFile), signed);
  writeFileSync(join(old, envelopeFile), signedEnvelope(signed, privateKey));
  const result = await verify({ kind: "keys", keys: [{ file: "new", key: publicKey }] });
  expect(result.ok).toBe(true);
  expect(result.steps.at(-1)).toMatchObject({
    step: "checks",
    notRepeated: true,
    details: expect.arrayContaining([
      `checks/${first?.policy}.verdict: not-applicable in the report, pass by this version`,
    ]),
  });
  const unsigned = await verify({ kind: "none" });
  expect(unsigned.ok).toBe(false);
  expect(unsigned.steps.at(-1)).toMatchObject({ step: "checks", ok: false });
});
