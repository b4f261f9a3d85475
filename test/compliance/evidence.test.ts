/** The archive for an auditor: verified by the kit, and without it by what its README says; every change of it fails in plain words. */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { extract } from "tar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../base/find-program.ts";
import { readEvidence, writeEvidence } from "../../cli/evidence-archive.ts";
import { canonicalJson, sha256 } from "../../compliance/canonical.ts";
import { evidenceFiles, evidenceName } from "../../compliance/evidence/contents.ts";
import { verifyEvidence } from "../../compliance/evidence/verify.ts";
import { type Files, reportFiles } from "../../compliance/folder.ts";
import { type Signer, withStatement } from "../../compliance/sign.ts";
import { makeKeyPair, readPrivateKey, readTrustedKey } from "../../compliance/signing/keys.ts";
import type { Trust } from "../../compliance/verify.ts";
import { kit, reportOf, temporaryFolder } from "./reports.ts";

const folder = temporaryFolder();
const archive = join(folder, "evidence.tar.gz");
const signerKey = join(folder, "signer.pub.pem");
let name: string;
let files: Files;
let signer: Signer;
let trust: Trust;

beforeAll(async () => {
  makeKeyPair(join(folder, "signer.pem"));
  signer = { key: readPrivateKey(join(folder, "signer.pem")) };
  trust = { kind: "keys", keys: [readTrustedKey(signerKey)] };
  files = await evidence(signer);
  name = evidenceName((await reportOf("za", "kubernetes")).report);
  await writeEvidence(archive, name, files);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function evidence(by: Signer): Promise<Files> {
  const { report, loaded, plan } = await reportOf("za", "kubernetes");
  return evidenceFiles({
    report,
    files: withStatement(report, reportFiles(report, loaded), by),
    ...(plan !== undefined && { plan }),
    materials: '{"bomFormat":"CycloneDX"}\n',
    signer: by,
  });
}

const changed = (change: (copy: Map<string, Buffer>) => void): Files => {
  const copy = new Map(files);
  change(copy);
  return copy;
};

/** As an attacker without the key would write it: all sums are right. */
const summedAnew = (change: (copy: Map<string, Buffer>) => void): Files =>
  changed((copy) => {
    change(copy);
    const names = [...copy.keys()].filter((each) => !each.startsWith("SHA256SUMS"));
    copy.set(
      "SHA256SUMS",
      Buffer.from(
        names
          .sort()
          .map((each) => `${sha256(copy.get(each)!)}  ${each}\n`)
          .join(""),
      ),
    );
  });

async function failure(of: Files, by = trust): Promise<string> {
  const result = await verifyEvidence(of, { trust: by, kit });
  expect(result.ok).toBe(false);
  const failed = result.steps.filter(({ ok }) => !ok);
  return failed.map(({ step, message, details }) => [step, message, ...details].join(" ")).join("\n");
}

test("an archive is read and verified, down to each byte of its report", async () => {
  const read = await readEvidence(archive);
  expect([...read.keys()].sort()).toEqual([...files.keys()].sort());
  const result = await verifyEvidence(read, { trust, kit });
  expect(result.steps.filter(({ ok }) => !ok)).toEqual([]);
  expect(result.steps.map(({ step }) => step)).toEqual([
    "archive",
    "files",
    "signature",
    "hashes",
    "report",
    "checks",
    "contents",
  ]);
  expect(result.steps.some(({ notRepeated }) => notRepeated)).toBe(false);
});

test("it has the report, the plan, the file, the policies, the bill of materials and a README", async () => {
  const { report, plan } = await reportOf("za", "kubernetes");
  expect(JSON.parse(String(files.get("plan.json")))).toEqual(JSON.parse(canonicalJson(plan)));
  expect(sha256(files.get("plan.json")!)).toBe(report.inputs.plan?.sha256);
  expect(sha256(files.get("report/source/za.yaml")!)).toBe(report.inputs.localisation.sha256);
  const policies = JSON.parse(String(files.get("policies.json"))) as { id: string; remediation: string }[];
  expect(policies.map(({ id }) => id)).toEqual(report.checks.map(({ policy }) => policy));
  for (const { id } of policies) expect(String(files.get("policies.md"))).toContain(`\n## ${id}\n`);
  const readme = String(files.get("README.txt"));
  for (const part of ["plan.json", "policies.md", "bill-of-materials.cdx.json", "report/report.html"])
    expect(readme).toContain(part);
  expect(readme).toContain("rules of production were not applied");
});

test("the same parts give the same bytes", async () => {
  const second = join(folder, "second.tar.gz");
  await writeEvidence(second, name, await evidence(signer));
  expect(readFileSync(second).equals(readFileSync(archive))).toBe(true);
  await expect(writeEvidence(second, name, files)).rejects.toThrow("already exists");
});

describe("without the kit", () => {
  const commandsOf = (readme: string) =>
    readme.split("\n").flatMap((line) => (/^ {2}(sha256sum|openssl) .*$/.test(line) ? [line.trim()] : []));
  const run = (command: string, cwd: string) => spawnSync("sh", ["-c", command], { cwd, encoding: "utf8" });

  test.skipIf(findProgram("openssl") === undefined)(
    "the commands of its README verify it with the signer's key, and refuse what was changed",
    async () => {
      await extract({ file: archive, cwd: folder });
      const unpacked = join(folder, name);
      writeFileSync(join(unpacked, "signer.pub.pem"), readFileSync(signerKey));
      const readme = readFileSync(join(unpacked, "README.txt"), "utf8");
      const [sums, openssl, fingerprint, ...more] = commandsOf(readme);
      expect(more).toEqual([]);
      expect(run(sums!, unpacked).status).toBe(0);
      const checked = run(openssl!, unpacked);
      expect(checked.stdout + checked.stderr).toContain("Signature Verified Successfully");
      expect(checked.status).toBe(0);
      expect(readme).toContain(run(fingerprint!, unpacked).stdout.split(" ")[0]);
      writeFileSync(join(unpacked, "plan.json"), "{}");
      expect(run(sums!, unpacked).status).not.toBe(0);
      writeFileSync(join(unpacked, "SHA256SUMS"), `${sha256("{}")}  plan.json\n`);
      expect(run(sums!, unpacked).status).toBe(0);
      expect(run(openssl!, unpacked).status).not.toBe(0);
    },
  );

  test("a README says that nobody signed where nobody did", async () => {
    const unsigned = await evidence({});
    expect(String(unsigned.get("README.txt"))).toContain("This archive is not signed");
    expect(unsigned.has("SHA256SUMS.sig")).toBe(false);
    expect(await failure(unsigned)).toContain("The archive has no SHA256SUMS.sig");
    expect((await verifyEvidence(unsigned, { trust: { kind: "none" }, kit })).ok).toBe(true);
  });
});

describe("an archive that was changed", () => {
  test("in any file is refused, by name", async () => {
    for (const each of files.keys()) {
      const said = await failure(
        changed((copy) => copy.set(each, Buffer.concat([copy.get(each)!, Buffer.from("x")]))),
      );
      expect(said).toMatch(
        each.startsWith("SHA256SUMS") ? /^archive SHA256SUMS is not signed/ : `${each} was changed`,
      );
    }
    expect(await failure(changed((copy) => copy.set("annex.txt", Buffer.from("x"))))).toContain(
      "annex.txt does not belong to the report",
    );
    expect(await failure(changed((copy) => copy.delete("plan.json")))).toContain("plan.json is missing");
  });

  test("and summed anew is refused for its signature, without one for its report", async () => {
    const other = {
      kind: "keys",
      keys: [{ file: "other", key: generateKeyPairSync("ed25519").publicKey }],
    } as const;
    expect(await failure(files, other)).toContain("is not signed by other");
    const forged = summedAnew((copy) => copy.set("plan.json", Buffer.from("{}")));
    expect(await failure(forged)).toMatch(/^archive SHA256SUMS is not signed/);
    expect(await failure(forged, { kind: "none" })).toBe(
      "contents The archive does not belong to its report. plan.json is not the one that the report names",
    );
    const report = summedAnew((copy) =>
      copy.set(
        "report/report.json",
        Buffer.from(String(copy.get("report/report.json")).replace("pass", "fail")),
      ),
    );
    expect(await failure(report, { kind: "none" })).toContain("report.json was changed");
  });

  test("to lead out of its folder, to hold links, or to be no archive is refused", async () => {
    const sums = changed((copy) => copy.set("SHA256SUMS", Buffer.from(`${sha256("")}  ../x\n`)));
    expect(await failure(sums, { kind: "none" })).toContain("a line that this kit does not write");
    const { create } = await import("tar");
    const evil = join(folder, "evil");
    mkdirSync(join(evil, "top"), { recursive: true });
    const { symlinkSync } = await import("node:fs");
    symlinkSync("/etc/passwd", join(evil, "top", "README.txt"));
    const link = join(folder, "link.tar.gz");
    await create({ file: link, cwd: evil, gzip: true }, ["top/README.txt"]);
    await expect(readEvidence(link)).rejects.toThrow("is no plain file in a folder");
    const outside = join(folder, "outside.tar.gz");
    writeFileSync(join(folder, "secret"), "x");
    await create({ file: outside, cwd: dirname(join(evil, "x")), gzip: true, preservePaths: true }, [
      "../secret",
    ]);
    await expect(readEvidence(outside)).rejects.toThrow("is no plain file in a folder");
    const text = join(folder, "text.tar.gz");
    writeFileSync(text, "not gzipped");
    await expect(readEvidence(text)).rejects.toThrow("it is not gzipped, or cut off");
    const cut = join(folder, "cut.tar.gz");
    writeFileSync(cut, readFileSync(archive).subarray(0, 5000));
    await expect(readEvidence(cut)).rejects.toThrow("it is not gzipped, or cut off");
    const bomb = join(folder, "bomb.tar.gz");
    writeFileSync(bomb, gzipSync(Buffer.alloc(257 * 1024 * 1024), { level: 1 }));
    await expect(readEvidence(bomb)).rejects.toThrow("it unpacks to more than 256 MiB");
    await expect(readEvidence(join(folder, "none.tar.gz"))).rejects.toThrow("(ENOENT)");
  });
});
