/** The report on paper: what PDF/A-2b asks for, the same bytes each time, a code that leads to the signed statement, a signature of its own. */
import { generateKeyPairSync, verify } from "node:crypto";
import qrcode from "qrcode-generator";
import { beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../compliance/canonical.ts";
import {
  envelopeFile,
  type Files,
  pdfFile,
  pdfSignature,
  reportFiles,
  statementFile,
} from "../../compliance/folder.ts";
import { produceReport } from "../../compliance/produce.ts";
import { withPdf, withStatement } from "../../compliance/sign.ts";
import { verifyReport } from "../../compliance/verify.ts";
import { at, countryFile, kit, reportOf } from "./reports.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const trust = { kind: "keys", keys: [{ file: "signer.pub.pem", key: publicKey }] } as const;
let files: Files;
/** One character for each byte. */
let pdf: string;

const signed = async (country: string, target: string, signer: { key?: typeof privateKey }) => {
  const { report, loaded } = await reportOf(country, target);
  return withPdf(report, loaded, withStatement(report, reportFiles(report, loaded), signer), signer);
};

beforeAll(async () => {
  files = await signed("tr", "kubernetes", { key: privateKey });
  pdf = files.get(pdfFile)!.toString("latin1");
});

/** The texts of the pages, by the tables with which the file itself says what its glyphs mean. */
function textOf(document: string): string {
  const object = (number: string) =>
    new RegExp(`(?:^|\\n)${number} 0 obj\\n([\\s\\S]*?)\\nendobj`).exec(document)?.[1] ?? "";
  const meanings = new Map<string, Map<number, string>>();
  for (const [, name, number] of document.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const table = object(/\/ToUnicode (\d+) 0 R/.exec(object(number!))?.[1] ?? "none");
    const meaning = new Map<number, string>();
    for (const [, first, list] of table.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g))
      for (const [index, [, codes]] of [...list!.matchAll(/<([0-9a-f ]+)>/g)].entries())
        meaning.set(
          Number.parseInt(first!, 16) + index,
          String.fromCharCode(...codes!.split(" ").map((code) => Number.parseInt(code, 16))),
        );
    meanings.set(name!, meaning);
  }
  let font: Map<number, string> | undefined;
  let text = "";
  for (const [, name, glyphs] of document.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]\n]*)\] TJ/g)) {
    if (name !== undefined) font = meanings.get(name);
    else {
      for (const [, run] of glyphs!.matchAll(/<([0-9a-f]+)>/g))
        for (const [glyph] of run!.matchAll(/.{4}/g)) text += font?.get(Number.parseInt(glyph, 16)) ?? "?";
      text += "\n";
    }
  }
  return text;
}

describe("it is PDF/A-2b as far as its own parts say", () => {
  test("by its metadata, its colours, its language and its tags", () => {
    expect(pdf.startsWith("%PDF-1.7\n%\xff\xff\xff\xff")).toBe(true);
    expect(pdf).toContain("<pdfaid:part>2</pdfaid:part>");
    expect(pdf).toContain("<pdfaid:conformance>B</pdfaid:conformance>");
    expect(pdf).toMatch(/\/Type \/OutputIntent\n\/S \/GTS_PDFA1[\s\S]*?\/DestOutputProfile \d+ 0 R/);
    expect(pdf).toContain("/Lang (tr)");
    expect(pdf).toContain("/Marked true");
    for (const tag of ["Document", "H1", "H2", "H3", "P", "L", "LI", "LBody", "Figure"])
      expect(pdf, tag).toContain(`/S /${tag}\n`);
    expect(pdf).not.toMatch(/\/Encrypt|\/JavaScript|\/JS |\/URI|\/EmbeddedFile|\/SMask|\/Launch/);
  });

  test("each font is embedded, and no glyph is one that it lacks", () => {
    const descriptors = pdf.match(/\/Type \/FontDescriptor[\s\S]*?endobj/g) ?? [];
    expect(descriptors).toHaveLength(2);
    for (const descriptor of descriptors) expect(descriptor).toMatch(/\/FontFile2 \d+ 0 R/);
    expect(pdf.match(/\/Subtype \/Type1/g)).toBeNull();
    for (const [, run] of pdf.matchAll(/<([0-9a-f]+)> [-\d.]+[^\n]*\] TJ/g))
      expect(run).not.toMatch(/^(.{4})*0000/);
  });
});

test("it has the first page, the law by article and every check, in each language", async () => {
  const { report, loaded } = await reportOf("tr", "kubernetes");
  const text = textOf(pdf).replaceAll("\n", "");
  for (const language of ["tr", "en"]) {
    const messages = loaded.catalogues[language]!.messages;
    for (const key of ["first", "verdict.ok", "word", "section.law", "section.checks", "law.shows"])
      expect(text.replaceAll(" ", ""), key).toContain(String(messages[`report.${key}`]).replaceAll(" ", ""));
  }
  for (const { policy } of report.checks) expect(text).toContain(`(${policy})`);
  expect(text).toContain("Kişisel Verilerin Korunması Kanunu");
  expect(text).not.toContain("\uFFFD");
});

test("a character that the font lacks is shown as such, and never as an empty glyph", async () => {
  const { report, loaded } = await reportOf("za", "local");
  const files = withStatement(report, reportFiles(report, loaded), {});
  const changed = { ...report, made: { ...report.made, by: "中村 ก" } };
  const made = await withPdf(changed, loaded, files, {});
  expect(textOf(made.get(pdfFile)!.toString("latin1"))).toContain("\uFFFD\uFFFD \uFFFD");
});

test("its code holds the digest of the statement, the key and the signature", async () => {
  const { report } = await reportOf("tr", "kubernetes");
  const [{ keyid, sig }] = JSON.parse(files.get(envelopeFile)!.toString()).signatures;
  const lines = [
    `Compliance report TR kubernetes ${report.made.at}`,
    `report.intoto.json SHA-256 ${sha256(files.get(statementFile)!)}`,
    `key SHA-256 ${keyid}`,
    `Ed25519 ${sig}`,
    "rollout report verify <folder> --key signer.pub.pem",
  ];
  const code = qrcode(0, "M");
  code.addData(lines.join("\n"), "Byte");
  code.make();
  const count = code.getModuleCount();
  const squares = [...pdf.matchAll(/([\d.]+) ([\d.]+) 1\.7 1\.7 re/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  // The same in both languages.
  const ofOne = squares.slice(0, squares.length / 2);
  const [left, top] = [0, 1].map((axis) => Math.min(...ofOne.map((square) => square[axis]!))) as [
    number,
    number,
  ];
  const drawn = new Set(
    ofOne.map(([x, y]) => `${Math.round((x! - left) / 1.7)} ${Math.round((y! - top) / 1.7)}`),
  );
  const wanted = new Set<string>();
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++)
      if (code.isDark(row, column)) wanted.add(`${column} ${row}`);
  expect(drawn).toEqual(wanted);
  for (const line of lines) expect(textOf(pdf).replaceAll(/\s/g, "")).toContain(line.replaceAll(/\s/g, ""));
});

describe("it is verified with its report", () => {
  const check = (of: Files, ownKit = kit) => verifyReport({ files: () => of, trust, kit: ownKit });
  const edited = (change: (copy: Map<string, Buffer>) => void): Files => {
    const copy = new Map(files);
    change(copy);
    return copy;
  };
  const failure = async (of: Files) => (await check(of)).steps.find(({ ok }) => !ok);

  test("by its own signature, and made again byte by byte", async () => {
    expect(verify(null, files.get(pdfFile)!, publicKey, files.get(pdfSignature)!)).toBe(true);
    expect((await check(files)).steps.at(-1)).toMatchObject({
      ok: true,
      message: expect.stringContaining("every byte"),
    });
    const { report, loaded } = await produceReport({
      file: countryFile("tr"),
      target: "kubernetes",
      dataFolder: ".rollout/tr",
      by: "N. Dlamini, auditor",
      at,
      kit,
    });
    const again = await withPdf(
      report,
      loaded,
      withStatement(report, reportFiles(report, loaded), { key: privateKey }),
      {
        key: privateKey,
      },
    );
    expect(again.get(pdfFile)!.equals(files.get(pdfFile)!)).toBe(true);
  });

  test("and refused where it was changed, also by a version that can't make it again", async () => {
    const other = Buffer.from(pdf.replace("/Marked true", "/Marked null"), "latin1");
    const changed = edited((copy) => copy.set(pdfFile, other));
    expect(await failure(changed)).toMatchObject({
      step: "signature",
      message: expect.stringContaining(pdfFile),
    });
    expect((await check(changed, "9.0.0")).ok).toBe(false);
    expect(await failure(edited((copy) => copy.delete(pdfSignature)))).toMatchObject({
      message: "report.pdf has no signature report.pdf.sig.",
    });
    const unsigned = await verifyReport({ files: () => changed, trust: { kind: "none" }, kit });
    expect(unsigned.steps.at(-1)).toMatchObject({
      step: "checks",
      ok: false,
      details: expect.arrayContaining(["report.pdf would be different"]),
    });
  });
});
