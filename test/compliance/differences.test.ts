/** What `rollout report diff` and `compare` say, and how the commands answer: exit codes, JSON, words. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { harmless } from "../../cli/commands/report-input.ts";
import { compareCountries } from "../../compliance/compare.ts";
import { diffReports } from "../../compliance/diff.ts";
import { comparisonPage } from "../../compliance/html/comparison.ts";
import { produceReport } from "../../compliance/produce.ts";
import { CommandLine } from "../command-line.ts";
import { at, changedCountry, countryFile, kit, reportOf, temporaryFolder } from "./reports.ts";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rollout = new CommandLine({ folder });

describe("the difference of two reports", () => {
  test("is none of a report with itself", async () => {
    const { report } = await reportOf("za", "kubernetes");
    expect(diffReports(report, structuredClone(report))).toEqual([]);
  });

  test("names what changed in the file and what follows from it", async () => {
    const { report: before } = await reportOf("za", "kubernetes");
    const { report: after } = await produceReport({
      file: changedCountry(folder, "za", [
        ["zones: [za-1, za-2, za-3]", "zones: [za-1, za-2, za-4]"],
        ["retention: P35D", "retention: P30D"],
        [
          "purpose: image-registry, country: ZA }",
          "purpose: image-registry, country: IE, dataClasses: [identity] }",
        ],
      ]),
      target: "kubernetes",
      by: "N. Dlamini, auditor",
      at,
      kit,
    });
    const lines = diffReports(before, after).map(({ section, text }) => `${section}: ${text}`);
    expect(lines).toEqual(
      expect.arrayContaining([
        "verdict: verdict.ok changed: true → false",
        "checks: checks/endpoint-abroad.verdict changed: pass → fail",
        "data: data/backups.retention changed: P35D → P30D",
        "places: places/rollout/StatefulSet/broker.zones/za-3 removed",
        "places: places/rollout/StatefulSet/broker.zones/za-4 added",
        "flows: flows.outside/registry.sme.example.gov.za.country changed: ZA → IE",
      ]),
    );
    expect(
      lines.some((line) =>
        line.startsWith("findings: findings/endpoint-abroad za.yaml residency.endpoints[0]"),
      ),
    ).toBe(true);
    expect(lines.filter((line) => line.startsWith("law:"))).toEqual([]);
  });
});

test("countries are compared, each row with a text for each country, on the page as text", {
  timeout: 180_000,
}, async () => {
  const comparison = await compareCountries({ files: ["za", "tr", "br"].map(countryFile), at, kit });
  expect(comparison.countries.map(({ country }) => country)).toEqual(["ZA", "TR", "BR"]);
  for (const { values, topic } of comparison.rows)
    expect(
      values.filter((value) => value === ""),
      topic,
    ).toEqual([]);
  const row = (topic: string) => comparison.rows.find((one) => one.topic === topic)?.values;
  expect(row("breach notice")).toEqual([
    "as soon as reasonably possible (popia:22)",
    "within 72 hours (kvkk:12)",
    "within 3 working days (anpd-15-2024:deadline)",
  ]);
  expect(row("checks on aws")?.[1]).toBe("not described");
  expect(row("checks on kubernetes")?.every((text) => text.startsWith("pass: "))).toBe(true);
  const hostile = { ...comparison, rows: [{ topic: "<script>", values: ["</style><img>", "", ""] }] };
  const page = comparisonPage(hostile);
  expect(page).not.toMatch(/<script|<img/);
  expect(page.match(/<\/style>/g)).toHaveLength(1);
});

describe("the commands", { timeout: 180_000 }, () => {
  test("write, sign, verify and compare, with the exit codes of every command", async () => {
    writeFileSync(join(folder, "words"), "correct horse\n");
    expect((await rollout.run("report", "keygen", "signer.pem", "--passphrase-file", "words")).status).toBe(
      0,
    );
    const file = countryFile("za");
    const signing = ["--sign-key", "signer.pem", "--at", "2026-11-25T08:00:00Z", "--by", "N. Dlamini"];
    const locked = await rollout.run("report", file, "--out", "first", ...signing);
    expect([locked.status, locked.stderr]).toEqual([2, expect.stringContaining("--passphrase-file")]);
    expect(existsSync(join(folder, "first"))).toBe(false);
    const passphrase = ["--passphrase-file", "words"];
    const written = rollout.runProcess("report", file, "--out", "first", ...signing, ...passphrase, "--json");
    expect(written.status, written.stderr).toBe(0);
    expect(JSON.parse(written.stdout)).toMatchObject({ ok: true, signed: true, folder: "first" });
    const verified = await rollout.run(
      "report",
      "verify",
      "first/report.dsse.json",
      "--key",
      "signer.pub.pem",
      "--json",
    );
    expect([verified.status, JSON.parse(verified.stdout).ok]).toEqual([0, true]);
    rmSync(join(folder, "first", "checks.csv"));
    const broken = await rollout.run("report", "verify", "first", "--key", "signer.pub.pem");
    expect([broken.status, broken.stdout]).toEqual([1, expect.stringContaining("checks.csv is missing")]);

    const changed = changedCountry(folder, "za", [["minimumCount: 5", "minimumCount: 7"]]);
    const second = await rollout.run("report", changed, "--out", "second");
    expect(second.status).toBe(0);
    expect(second.stdout).toMatch(
      /^! \w\w on \w+: .*\n {2}Not covered by this result: rules of production were not applied, \d+ fields hold an example/,
    );
    const difference = await rollout.run("report", "diff", "first", "second", "--json");
    const texts = JSON.parse(difference.stdout).differences.map(({ text }: { text: string }) => text);
    expect(texts).toContain("aggregates.minimumCount changed: 5 → 7");
    expect(texts.filter((text: string) => text === "aggregates.minimumCount changed: 5 → 7")).toHaveLength(2);
  });

  test("refuse what makes no sense, in words", async () => {
    const refusals: [string[], RegExp][] = [
      [["report", countryFile("tr"), "--target", "moon", "--out", "x"], /There is no target "moon"/],
      [["report", countryFile("tr"), "--language", "de"], /no catalogue for the language "de".*tr, en/],
      [["report", countryFile("tr"), "--at", "yesterday"], /2026-11-25T08:00:00Z/],
      [["report", "compare", "xx"], /no file of the country "xx"/],
      [["report", "diff", "here", "there"], /can't be read/],
      [["report", "verify", "x"], /--without-signature/],
    ];
    for (const [parameters, words] of refusals) {
      const { status, stderr } = await rollout.run(...parameters);
      expect(stderr).toMatch(words);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(status, parameters.join(" ")).toBe(2);
    }
  });

  test("a report of a stack that fails its checks is written, and says so", async () => {
    const file = changedCountry(folder, "za", [
      [
        "purpose: image-registry, country: ZA }",
        "purpose: image-registry, country: IE, dataClasses: [identity] }",
      ],
    ]);
    const { status, stdout } = await rollout.run("report", file, "--out", "failed");
    expect([status, stdout]).toEqual([1, expect.stringMatching(/✗ ZA on local: .* [1-9]\d* failed/)]);
    expect(readFileSync(join(folder, "failed", "report.html"), "utf8")).toContain('class="verdict wrong"');
  });
});

test("what others wrote moves no terminal's cursor and turns no text around", () => {
  expect(harmless("a\u001b[2Jb\r\u0007c\u202ed\u009be")).toBe("a�[2Jb��c�d�e");
  expect(harmless("A. Yılmaz, Bilgi Güvenliği – 5 → 7")).toBe("A. Yılmaz, Bilgi Güvenliği – 5 → 7");
});
