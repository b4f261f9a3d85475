/** A verified report is what its signer signed: every change of it, of its envelope, its statement or its folder fails in plain words. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalJson, sha256 } from "../../compliance/canonical.ts";
import {
  envelopeFile,
  readFolder,
  reportFiles,
  statementFile,
  writeFolder,
} from "../../compliance/folder.ts";
import { withStatement } from "../../compliance/sign.ts";
import { makeKeyPair, readPrivateKey, readPublicKey } from "../../compliance/signing/keys.ts";
import { type Trust, type Verification, verifyReport } from "../../compliance/verify.ts";
import { countryFile, kit, reportOf, temporaryFolder } from "./reports.ts";

const folder = temporaryFolder();
const at = (...path: string[]) => join(folder, ...path);
let trust: Trust;
let key: KeyObject;
let copies = 0;

beforeAll(async () => {
  const pair = makeKeyPair(at("signer.pem"));
  key = readPrivateKey(pair.privateFile);
  trust = { kind: "keys", keys: [{ file: "signer.pub.pem", key: readPublicKey(pair.publicFile) }] };
  for (const country of ["za", "tr"]) {
    const { report, loaded } = await reportOf(country, "local");
    writeFolder(at(country), withStatement(report, reportFiles(report, loaded), { key }));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the signed report, to be broken. */
function copy(): string {
  const path = at(`copy-${++copies}`);
  cpSync(at("za"), path, { recursive: true });
  return path;
}

const verify = (path: string, options: { trust?: Trust; file?: string; kit?: string } = {}) =>
  verifyReport({ files: () => readFolder(path), trust, kit, ...options });

function expectFailure(result: Verification, step: string, text: string | RegExp): void {
  const failed = result.steps.filter(({ ok }) => !ok);
  expect(result.ok).toBe(false);
  expect(failed.map((each) => each.step)).toEqual([step]);
  expect([failed[0]?.message, ...(failed[0]?.details ?? [])].join("\n")).toMatch(text);
}

const edit = (path: string, change: (text: string) => string) =>
  writeFileSync(path, change(readFileSync(path, "utf8")));

/** Signs what an attacker who holds a key would sign. */
function signAnew(path: string, change: (statement: Record<string, unknown>) => unknown, by = key): void {
  const changed = change(JSON.parse(readFileSync(join(path, statementFile), "utf8")));
  const body = Buffer.from(typeof changed === "string" ? changed : canonicalJson(changed));
  const type = "application/vnd.in-toto+json";
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} `), body]);
  const envelope = {
    payload: body.toString("base64"),
    payloadType: type,
    signatures: [{ keyid: "x", sig: sign(null, signed, by).toString("base64") }],
  };
  writeFileSync(join(path, statementFile), body);
  writeFileSync(join(path, envelopeFile), `${JSON.stringify(envelope, null, 2)}\n`);
}

test("an unchanged report is verified, and made again byte by byte", async () => {
  const result = await verify(at("za"), { file: countryFile("za") });
  expect(result.steps.filter(({ ok }) => !ok)).toEqual([]);
  expect(result.steps.map(({ step }) => step)).toEqual(["files", "signature", "hashes", "report", "checks"]);
});

test("a changed byte in any file fails and names the file", async () => {
  for (const name of readFolder(at("za")).keys()) {
    const path = copy();
    const content = readFileSync(join(path, name));
    const middle = Math.floor(content.length / 2);
    content[middle] = (content[middle] ?? 0) ^ 1;
    writeFileSync(join(path, name), content);
    const result = await verify(path);
    expect(result.ok, name).toBe(false);
    const said = result.steps
      .flatMap(({ ok, message, details }) => (ok ? [] : [message, ...details]))
      .join("\n");
    expect(said).toMatch(name === envelopeFile ? /envelope|not the statement/ : name);
  }
});

describe("the folder", () => {
  test("holds nothing more and nothing less", async () => {
    const more = copy();
    writeFileSync(join(more, "annex.pdf"), "x");
    expectFailure(await verify(more), "hashes", "annex.pdf does not belong to the report");
    const less = copy();
    rmSync(join(less, "checks.csv"));
    expectFailure(await verify(less), "hashes", "checks.csv is missing");
    const short = copy();
    truncateSync(join(short, "report.html"), 1000);
    expectFailure(await verify(short), "hashes", "report.html was changed");
    const renamed = copy();
    renameSync(join(renamed, "source", "za.yaml"), join(renamed, "source", "zb.yaml"));
    expectFailure(await verify(renamed), "hashes", "source/za.yaml is missing");
  });

  test("holds no links, whatever they lead to", async () => {
    const file = copy();
    renameSync(join(file, "checks.csv"), at(`moved-${copies}.csv`));
    symlinkSync(at(`moved-${copies}.csv`), join(file, "checks.csv"));
    expectFailure(await verify(file), "files", "checks.csv is a link");
    const source = copy();
    rmSync(join(source, "source"), { recursive: true });
    symlinkSync(at("za", "source"), join(source, "source"));
    expectFailure(await verify(source), "files", "source is a link");
    const itself = at("link");
    symlinkSync(at("za"), itself);
    expectFailure(await verify(itself), "files", "is not a folder");
  });

  test("is read within bounds", async () => {
    const large = copy();
    truncateSync(join(large, "report.html"), 65 * 1024 * 1024);
    expectFailure(await verify(large), "files", "larger than 64 MiB");
    const many = copy();
    for (let index = 0; index < 70; index++) writeFileSync(join(many, `file-${index}`), "");
    expectFailure(await verify(many), "files", "one file more than 64");
    const deep = copy();
    mkdirSync(join(deep, "a/b/c/d/e/f"), { recursive: true });
    expectFailure(await verify(deep), "files", "too deep");
    expectFailure(await verify(at("nowhere")), "files", "There is no folder");
  });
});

describe("the envelope", () => {
  test("of another report, or by another key, is refused", async () => {
    const swapped = copy();
    cpSync(at("tr", envelopeFile), join(swapped, envelopeFile));
    expectFailure(await verify(swapped), "signature", "is not the statement that was signed");
    cpSync(at("tr", statementFile), join(swapped, statementFile));
    expectFailure(await verify(swapped), "hashes", /was changed[\s\S]*source\/tr.yaml is missing/);
    const forged = copy();
    signAnew(forged, (statement) => statement, generateKeyPairSync("ed25519").privateKey);
    expectFailure(await verify(forged), "signature", "is not signed by the key");
  });

  test("with a payload of another type is refused, and a signature for one type counts for no other", async () => {
    const other = copy();
    edit(join(other, envelopeFile), (text) => text.replace("vnd.in-toto+json", "json"));
    expectFailure(await verify(other), "signature", "its payload type is");
    const confused = copy();
    const body = readFileSync(join(confused, statementFile));
    const type = "application/json";
    const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} `), body]);
    edit(join(confused, envelopeFile), (text) =>
      text.replace(/"sig": "[^"]+"/, `"sig": "${sign(null, signed, key).toString("base64")}"`),
    );
    expectFailure(await verify(confused), "signature", "is not signed by the key");
  });

  test("with duplicate fields, no signature, or incomplete base64 is refused", async () => {
    const cases: [(text: string) => string, string][] = [
      [(text) => text.replace('"payload":', '"payload": "e30=",\n  "payload":'), "it has a duplicate field"],
      [(text) => text.replace(/"signatures": \[[\s\S]*\]/, '"signatures": []'), "it has no signature"],
      [(text) => text.replace(/"sig": "[^"]{4}/, '"sig": "'), "is not signed by the key"],
      [(text) => text.replace(/"sig": "/, '"sig": " '), "its signature is not base64"],
      [(text) => text.replace('"payloadType"', '"more": 1,\n  "payloadType"'), "its fields are not"],
      [(text) => text.slice(0, 200), "it is not JSON"],
      [() => "[]", "its payload type is"],
    ];
    for (const [change, words] of cases) {
      const path = copy();
      edit(join(path, envelopeFile), change);
      expectFailure(await verify(path), "signature", words);
    }
  });

  test("with two signatures counts for each key that signed, and for no other", async () => {
    const path = copy();
    const second = generateKeyPairSync("ed25519");
    const body = readFileSync(join(path, statementFile));
    const type = "application/vnd.in-toto+json";
    const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} `), body]);
    const envelope = JSON.parse(readFileSync(join(path, envelopeFile), "utf8"));
    envelope.signatures.push({ keyid: "y", sig: sign(null, signed, second.privateKey).toString("base64") });
    writeFileSync(join(path, envelopeFile), `${JSON.stringify(envelope, null, 2)}\n`);
    const keys = trust.kind === "keys" ? trust.keys : [];
    const with2 = [...keys, { file: "second", key: second.publicKey }];
    expect((await verify(path)).ok).toBe(true);
    expect((await verify(path, { trust: { kind: "keys", keys: with2 } })).ok).toBe(true);
    expectFailure(
      await verify(at("za"), { trust: { kind: "keys", keys: with2 } }),
      "signature",
      "is not signed by the key",
    );
  });
});

describe("a statement that the signer's own key signed", () => {
  test("leads out of no folder and names nothing twice", async () => {
    for (const name of [
      "../za/report.html",
      "/etc/passwd",
      "a//b",
      "./report.html",
      "a\\b",
      "C:x",
      "source/..",
    ]) {
      const path = copy();
      signAnew(path, (statement) => ({
        ...statement,
        subject: [...(statement.subject as object[]), { name, digest: { sha256: sha256("") } }],
      }));
      expectFailure(await verify(path), "signature", "leads out of the folder");
    }
    const twice = copy();
    signAnew(twice, (statement) => ({
      ...statement,
      subject: [...(statement.subject as object[]), { name: "report.html", digest: { sha256: sha256("") } }],
    }));
    expectFailure(await verify(twice), "signature", "names report.html twice");
    const double = copy();
    signAnew(double, (statement) => canonicalJson(statement).replace("{", '{"_type":"x",'));
    expectFailure(await verify(double), "signature", "not in the form");
    const kind = copy();
    signAnew(kind, (statement) => ({ ...statement, predicateType: "https://slsa.dev/provenance/v1" }));
    expectFailure(await verify(kind), "signature", "of another type");
  });

  test("can't say what the checks don't: the report is made again", async () => {
    const path = copy();
    edit(join(path, "report.json"), (text) =>
      text.replace(/"verdict": "pass"/, '"verdict": "not-applicable"'),
    );
    edit(join(path, "report.html"), (text) => text.replace("Every mandatory check", "Every single check"));
    signAnew(path, (statement) => ({
      ...statement,
      subject: (statement.subject as { name: string }[]).map((subject) => ({
        ...subject,
        digest: { sha256: sha256(readFileSync(join(path, subject.name))) },
      })),
    }));
    expectFailure(
      await verify(path),
      "checks",
      /report.html would be different\n[\s\S]*report.json would be different\n[\s\S]*verdict changed: not-applicable → pass/,
    );
  });
});

test("a report that claims what can't be is refused, not obeyed", async () => {
  const cases: [string, string, string][] = [
    ['"at": "2026-11-25T08:00:00Z"', '"at": "2026-99-99T08:00:00Z"', "is not a time"],
    ['"target": "local"', '"target": "local", "environment": "moon"', "no environment"],
    ['"target": "local"', '"target": "aws"', "is different"],
    ['"file": "za.yaml"', '"file": "../../za.yaml"', "has no copy"],
    ['    "en"\n  ],', '    "constructor"\n  ],', "no catalogue for the language"],
  ];
  for (const [before, after, words] of cases) {
    const path = copy();
    edit(join(path, "report.json"), (text) => {
      expect(text).toContain(before);
      return `${JSON.stringify(JSON.parse(text.replace(before, after)), null, 2)}\n`;
    });
    signAnew(path, (statement) => ({
      ...statement,
      subject: (statement.subject as { name: string }[]).map((subject) => ({
        ...subject,
        digest: { sha256: sha256(readFileSync(join(path, subject.name))) },
      })),
    }));
    expectFailure(await verify(path), words === "is not a time" ? "report" : "checks", words);
  }
});

test("another version of the kit compares the verdicts", async () => {
  const result = await verify(at("za"), { kit: "0.2.0" });
  expect(result.ok).toBe(true);
  expect(result.steps.at(-1)?.message).toMatch(/version 0.2.0 of the kit gives the same verdicts as 0.1.0/);
});

test("a file that the report was not made from is refused", async () => {
  expectFailure(
    await verify(at("za"), { file: countryFile("tr") }),
    "checks",
    "is the file of TR, and the report is one of ZA",
  );
  const changed = at("za.yaml");
  writeFileSync(changed, `${readFileSync(countryFile("za"), "utf8")}\n# a remark\n`);
  cpSync(join(countryFile("za"), "..", "languages"), at("languages"), { recursive: true });
  expectFailure(
    await verify(at("za"), { file: changed }),
    "checks",
    "is not the file that the report was made from",
  );
});

test("without a signature nothing is said of who made it, and its bytes still are compared", async () => {
  const { report, loaded } = await reportOf("za", "local");
  const path = at("unsigned");
  writeFolder(path, withStatement(report, reportFiles(report, loaded), {}));
  expectFailure(await verify(path), "signature", "The report is not signed");
  const result = await verify(path, { trust: { kind: "none" } });
  expect(result.ok).toBe(true);
  expect(result.steps[1]?.message).toMatch(/not signed/);
  edit(join(path, "checks.csv"), (text) => `${text} `);
  expectFailure(await verify(path, { trust: { kind: "none" } }), "hashes", "checks.csv was changed");
});

describe("keys", () => {
  test("are the owner's alone, are never replaced, and open by their passphrase", () => {
    const file = at("locked.pem");
    makeKeyPair(file, "correct horse");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toContain("ENCRYPTED PRIVATE KEY");
    expect(() => makeKeyPair(file)).toThrow("already exists");
    expect(() => readPrivateKey(file)).toThrow("encrypted with a passphrase");
    expect(() => readPrivateKey(file, "wrong")).toThrow("is wrong");
    expect(readPrivateKey(file, "correct horse").asymmetricKeyType).toBe("ed25519");
  });

  test("of another kind or the wrong half are refused", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(at("rsa.pem"), rsa.privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(at("rsa.pub.pem"), rsa.publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(at("junk.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    expect(() => readPrivateKey(at("rsa.pem"))).toThrow("a key of the kind rsa");
    expect(() => readPublicKey(at("rsa.pub.pem"))).toThrow("a key of the kind rsa");
    expect(() => readPublicKey(at("signer.pem"))).toThrow("only the signer may have");
    expect(() => readPrivateKey(at("signer.pub.pem"))).toThrow("no private key");
    expect(() => readPrivateKey(at("junk.pem"))).toThrow("is damaged");
    expect(() => readPublicKey(at("none.pem"))).toThrow(
      "can't be read: there is no such file or folder (ENOENT)",
    );
    expect(() => readPublicKey(folder)).toThrow("not a key file");
    expect(createPrivateKey(readFileSync(at("signer.pem"))).asymmetricKeyType).toBe("ed25519");
  });
});

test("a folder that is there is left alone, and only a report takes an earlier one's place", async () => {
  const { report, loaded } = await reportOf("za", "local");
  const files = reportFiles(report, loaded);
  const path = at("taken");
  mkdirSync(path);
  writeFileSync(join(path, "thesis.txt"), "x");
  expect(() => writeFolder(path, files)).toThrow("already exists");
  expect(() => writeFolder(path, files, true)).toThrow("already exists");
  expect(existsSync(join(path, "thesis.txt"))).toBe(true);
  writeFolder(at("replaced"), files);
  writeFolder(at("replaced"), files, true);
  expect(readFolder(at("replaced")).size).toBe(files.size);
});
