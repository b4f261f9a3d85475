/** Each form of the report: valid by its published schema, complete in each language, the same for the same inputs, harmless whatever it holds. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { afterAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { checksTable } from "../../compliance/csv.ts";
import { reportFiles } from "../../compliance/folder.ts";
import { reportPage } from "../../compliance/html/document.ts";
import { assessmentResults } from "../../compliance/oscal/assessment-results.ts";
import { componentDefinition } from "../../compliance/oscal/component-definition.ts";
import { produceReport } from "../../compliance/produce.ts";
import { parseReport } from "../../compliance/read-report.ts";
import type { Report } from "../../compliance/report-schema.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { at, changedCountry, filesOf, kit, reportOf, temporaryFolder } from "./reports.ts";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stacks = [
  ["za", "kubernetes"],
  ["za", "aws"],
  ["tr", "kubernetes"],
  ["br", "aws"],
  ["za", "local"],
] as const;

function schema(...path: string[]): ValidateFunction {
  const definition = JSON.parse(readFileSync(join(packageRoot, ...path), "utf8"));
  return new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(definition);
}
const oscal = (name: string) => schema("test", "compliance", "schemas", `oscal-1.2.3-${name}.json`);
const valid = {
  report: schema("docs", "compliance-report.schema.json"),
  results: oscal("assessment-results"),
  components: oscal("component-definition"),
};
const expectValid = (check: ValidateFunction, value: unknown) => {
  check(value);
  expect(check.errors ?? []).toEqual([]);
};

describe.each(stacks)("the report of %s on %s", (country, target) => {
  test("is valid by its own schema and by OSCAL's", async () => {
    const { report } = await reportOf(country, target);
    expectValid(valid.report, JSON.parse(JSON.stringify(report)));
    expectValid(valid.results, assessmentResults(report));
    expectValid(valid.components, componentDefinition(report));
  });

  test("has every policy as a check, and every class of data at rest somewhere", async () => {
    const { report } = await reportOf(country, target);
    expect(report.checks.map(({ policy }) => policy)).toEqual(policies.map(({ id }) => id));
    const { passed, failed, undetermined, waived, notApplicable } = report.verdict;
    expect(passed + failed + undetermined + waived + notApplicable).toBe(policies.length);
    const kept = new Set(report.places.flatMap(({ dataClasses }) => dataClasses));
    // The stack in one process keeps no state of Pulumi's, and backups only where the file names a folder.
    const absent = target === "local" ? ["backups", "state"] : [];
    expect(report.data.map((data) => data.class).filter((name) => !kept.has(name))).toEqual(absent);
  });

  test("is a page of its own in the country's language and English, with every text there", async () => {
    const page = (await filesOf(country, target)).get("report.html")?.toString() ?? "";
    expect(
      page.match(/[>"]report\.[a-z][a-zA-Z.-]*/g)?.filter((text) => !/json|dsse|html/.test(text)) ?? [],
    ).toEqual([]);
    expect(page).not.toMatch(/<(script|img|link|iframe|object|embed|form)\b|\son\w+=|url\(|@import/i);
    const { report } = await reportOf(country, target);
    for (const language of report.languages)
      expect(page).toContain(`id="${language}-report" lang="${language}"`);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const known = new Set(ids);
    const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
    expect([...new Set(links)].filter((id) => !known.has(id))).toEqual([]);
  });
});

test("the same inputs and time give the same bytes", async () => {
  const first = await filesOf("tr", "kubernetes");
  const { report, loaded } = await produceReport({
    file: changedCountry(folder, "tr", []),
    target: "kubernetes",
    by: "N. Dlamini, auditor",
    at,
    kit,
  });
  const second = reportFiles(report, loaded);
  for (const [name, content] of first) expect(second.get(name)?.equals(content), name).toBe(true);
  expect(second.size).toBe(first.size);
});

test("on this machine it claims no country and no encryption that it can't know", async () => {
  const { report } = await reportOf("za", "local");
  for (const place of report.places) {
    expect(place.countries).toEqual([]);
    expect(place.certainty).toBe("unknown");
    expect(place.encryption.by).toBe("unknown");
    expect(place.name).toMatch(/^\.rollout\/za\//);
  }
  expect(report.inputs.plan).toBeUndefined();
  expect(report.access.entrances.map(({ protocol }) => protocol).sort()).toEqual(["http", "mqtt", "mqtts"]);
});

test("facts that the file marks as open, and examples in place of values, are in it", async () => {
  const { report } = await reportOf("za", "kubernetes");
  const text = readFileSync(join(packageRoot, "countries", "za.yaml"), "utf8").split("\n");
  expect(report.toConfirm.length).toBeGreaterThan(5);
  for (const { line } of report.toConfirm) expect(text[line - 1]).toMatch(/^\s*#/);
  expect(report.placeholders).toContainEqual({
    path: "programme.operator.email",
    value: "programme@example.gov.za",
  });
});

interface Results {
  readonly "assessment-results": {
    readonly results: readonly {
      readonly risks?: readonly { readonly status: string }[];
      readonly findings: readonly {
        readonly title: string;
        readonly description: string;
        readonly target: {
          readonly status: { readonly state: string; readonly reason: string; readonly remarks: string };
        };
      }[];
    }[];
  };
}
const resultOf = (report: Report) => {
  const [result] = (assessmentResults(report) as Results)["assessment-results"].results;
  if (result === undefined) throw new Error("no result");
  return result;
};

interface Observed {
  readonly observations: readonly {
    readonly uuid: string;
    readonly methods: readonly string[];
    readonly props: readonly { readonly name: string; readonly value: string }[];
    readonly subjects?: readonly object[];
    readonly remarks?: string;
    readonly "relevant-evidence": readonly { readonly href?: string }[];
  }[];
  readonly findings: readonly {
    readonly target: { readonly status: { readonly state: string } };
    readonly "related-observations"?: readonly { readonly "observation-uuid": string }[];
  }[];
}

function observedIn(report: Report): Observed & { readonly resources: readonly string[] } {
  const document = (
    assessmentResults(report) as {
      "assessment-results": {
        results: [Observed];
        "back-matter": { resources: { uuid: string }[] };
      };
    }
  )["assessment-results"];
  return { ...document.results[0], resources: document["back-matter"].resources.map(({ uuid }) => uuid) };
}

describe("a control is satisfied", () => {
  const servingOf = (report: Report, title: string) => {
    const control = title.split(" ")[0] ?? "";
    return report.checks.filter(({ controls }) =>
      [...controls.nist80053, ...controls.iso27001].includes(control),
    );
  };

  test.each(stacks)(
    "only where a check for it passed and none found anything: %s on %s",
    async (country, target) => {
      const { report } = await reportOf(country, target);
      const { findings } = resultOf(report);
      const wrong = findings.filter(({ title, target: { status } }) => {
        const verdicts = servingOf(report, title).map(({ verdict }) => verdict);
        const may =
          verdicts.includes("pass") && verdicts.every((one) => one === "pass" || one === "not-applicable");
        return (status.state === "satisfied") !== may;
      });
      expect(wrong).toEqual([]);
      const silent = findings.filter(({ title }) =>
        servingOf(report, title).every(({ verdict }) => verdict === "not-applicable"),
      );
      expect(silent.length).toBeGreaterThan(0);
      for (const {
        target: { status },
      } of silent) {
        expect(status).toMatchObject({ state: "not-satisfied", reason: "other" });
        expect(status.remarks).toMatch(/^Not assessed/);
      }
    },
  );

  test.each(stacks)(
    "by evidence that says how and where it was looked at: %s on %s",
    async (country, target) => {
      const { report } = await reportOf(country, target);
      const { observations, findings, resources } = observedIn(report);
      const byId = new Map(observations.map((one) => [one.uuid, one]));
      expect(observations).toHaveLength(report.checks.length);
      for (const { methods, props, "relevant-evidence": evidence, subjects, remarks } of observations) {
        // Nothing that runs was looked at.
        expect(methods).toEqual(["EXAMINE"]);
        const value = (name: string) => props.flatMap((one) => (one.name === name ? [one.value] : []));
        const hrefs = evidence.map(({ href }) => href);
        const [isFile, isPlan] = [value("source").includes("file"), value("source").includes("plan")];
        expect(hrefs.includes(`source/${country}.yaml`)).toBe(isFile);
        expect(hrefs.some((href) => href?.startsWith("#"))).toBe(isPlan);
        expect(isPlan && target === "local").toBe(false);
        for (const href of hrefs) if (href?.startsWith("#")) expect(resources).toContain(href.slice(1));
        const judged = value("verdict")[0] !== "not-applicable";
        expect(isFile || isPlan).toBe(judged);
        expect((subjects ?? []).length > 0).toBe(judged);
        expect(remarks !== undefined).toBe(!judged);
      }
      for (const finding of findings) {
        const related = (finding["related-observations"] ?? []).map((one) =>
          byId.get(one["observation-uuid"]),
        );
        for (const one of related) expect(one?.subjects?.length).toBeGreaterThan(0);
        if (finding.target.status.state === "satisfied") expect(related.length).toBeGreaterThan(0);
      }
    },
  );

  test("not by a waiver, nor by an advisory check that failed", async () => {
    const { report } = await reportOf("za", "kubernetes");
    const check = report.checks.find(({ verdict }) => verdict === "pass");
    const changed = (verdict: "waived" | "fail", level: "mandatory" | "advisory"): Report => ({
      ...report,
      checks: report.checks.map((one) => (one === check ? { ...one, verdict, level } : one)),
    });
    const states = (of: Report) =>
      resultOf(of)
        .findings.filter(({ title }) => servingOf(of, title).some(({ policy }) => policy === check?.policy))
        .map(({ target: { status } }) => status.state);
    expect(new Set(states(changed("waived", "mandatory")))).toEqual(new Set(["not-satisfied"]));
    expect(new Set(states(changed("fail", "advisory")))).toEqual(new Set(["not-satisfied"]));
  });
});

describe("the first page", () => {
  const page = async (change: (report: Report) => Report) => {
    const { report, loaded } = await reportOf("za", "kubernetes");
    return reportPage(change(report), loaded);
  };

  test("says which public control sets ask for a check", async () => {
    const text = await page((report) => report);
    const check = text.slice(text.indexOf('id="en-check-host-access"'));
    expect(check.slice(0, check.indexOf("</details>"))).toContain(
      '<dt lang="en">CIS Kubernetes</dt><dd lang="en">5.2.3; 5.2.4; 5.2.5; 5.2.11; 5.2.12</dd>',
    );
  });

  test("says a cause once, with its first places, and opens the others", async () => {
    const finding = (index: number): Report["findings"][number] => ({
      policy: "image-unpinned",
      verdict: "fail",
      severity: "medium",
      level: "mandatory",
      subject: `rollout/Deployment/app-${index}`,
      path: "spec.template.spec.containers[0].image",
      value: `registry.example.org/app-${index}:v1`,
      message: `The image registry.example.org/app-${index}:v1 is named by a tag that registry.example.org can move.`,
      remediation: "Name it by digest (@sha256:…).",
      dataClasses: ["identity"],
      articles: ["popia:19"],
    });
    const text = await page((report) => ({
      ...report,
      findings: Array.from({ length: 7 }, (_, index) => finding(index)),
    }));
    const english = text.slice(text.indexOf('id="en-report"'));
    expect(english.split("is named by a tag that registry.example.org can move.").length).toBe(2);
    expect(english).toContain("The image … is named by a tag");
    const summary = english.indexOf("<summary>2 more places</summary>");
    for (const [index, before] of [true, true, true, true, true, false, false].entries())
      expect(english.indexOf(`rollout/Deployment/app-${index}`) < summary, `app-${index}`).toBe(before);
  });

  test("says what the verdict does not, before it, in each language", async () => {
    const { report, loaded } = await reportOf("za", "kubernetes");
    const text = await page((same) => same);
    for (const language of report.languages) {
      const half = text.slice(text.indexOf(`id="${language}-report"`));
      const before = half.slice(
        0,
        half.indexOf(String(loaded.catalogues[language]?.messages["report.verdict.ok"])),
      );
      expect(before).toContain(`id="${language}-first"`);
      expect(before).not.toContain('<div class="verdict">');
    }
    const before = text.slice(
      text.indexOf('id="en-report"'),
      text.indexOf("Every mandatory check that applies"),
    );
    expect(before).toContain("No environment is named: rules that only production has were not applied.");
    expect(before).toContain(`hold an example instead of the real value: ${report.placeholders.length}.`);
    expect(before).toContain(
      "was not checked, only their settings: cert-manager, cloudnative-pg, plugin-barman-cloud.",
    );
    expect(before).toContain(`say nothing: ${report.verdict.notApplicable}.`);
    expect(before).toContain("The plan was checked, not what runs.");
    for (const note of report.notes) expect(before).toContain(note.replaceAll("'", "&#39;"));
    expect(report.notes.length).toBeGreaterThan(0);
  });

  test("is green only where nothing of it is open", async () => {
    const settled = (report: Report): Report => ({
      ...report,
      environment: "production",
      placeholders: [],
      toConfirm: [],
      notes: [],
      places: report.places.filter(({ certainty }) => certainty !== "unknown"),
      resources: report.resources.filter(({ type }) => !type.includes(":helm.sh/")),
    });
    const verdicts = async (change: (report: Report) => Report) =>
      new Set(
        [...(await page(change)).matchAll(/<div class="(verdict[^"]*)">\s*<p>/g)].map(([, name]) => name),
      );
    expect(await verdicts((report) => report)).toEqual(new Set(["verdict open"]));
    expect(await verdicts(settled)).toEqual(new Set(["verdict"]));
    for (const open of ["placeholders", "toConfirm", "notes", "places", "resources", "environment"] as const)
      expect(await verdicts((report) => ({ ...settled(report), [open]: report[open] })), open).toEqual(
        new Set(["verdict open"]),
      );
    const judged = (change: Partial<Report["verdict"]>) =>
      verdicts((report) => ({ ...settled(report), verdict: { ...report.verdict, ...change } }));
    expect(await judged({ waived: 1 })).toEqual(new Set(["verdict open"]));
    expect(await judged({ undetermined: 1 })).toEqual(new Set(["verdict open"]));
    expect(await judged({ ok: false, failed: 1 })).toEqual(new Set(["verdict wrong"]));
    const advice = (report: Report): Report => ({
      ...settled(report),
      checks: report.checks.map((check, index) =>
        index === 0 ? { ...check, level: "advisory", verdict: "fail" } : check,
      ),
    });
    expect(await verdicts(advice)).toEqual(new Set(["verdict open"]));
  });

  test("is not green, and does not say that checks passed, where no check had anything to judge", async () => {
    const text = await page((report) => ({
      ...report,
      verdict: { ...report.verdict, passed: 0, notApplicable: report.checks.length },
    }));
    expect(text).not.toContain("Every mandatory check that applies");
    expect(text).toContain("No check found anything to judge: this report shows nothing.");
  });

  test("says by whose word it is true, and what nobody has said", async () => {
    const wordsOf = async (country: string, target: string) => {
      const { report, loaded } = await reportOf(country, target);
      const english = reportPage(report, loaded).split('id="en-report"')[1] ?? "";
      const table = english.slice(english.indexOf("By whose word"), english.indexOf("</table>"));
      return Object.fromEntries(
        [...table.matchAll(/<th scope="row">([^<]+)<\/th><td>([^<]+)<\/td>/g)].map(([, who, what]) => [
          who,
          what,
        ]),
      );
    };
    const cluster = await wordsOf("za", "kubernetes");
    expect(cluster["The localisation file"]).toContain("places where data is stored: 8; of these abroad: 0.");
    expect(cluster["The cloud provider"]).toMatch(/^Nothing/);
    expect(cluster["The running stack"]).toBe("Nothing: this report did not look at what runs.");
    expect(cluster.Nobody).toContain("The country of these places: 1. Real values in place of examples: 14.");
    const cloud = await wordsOf("br", "aws");
    expect(cloud["The cloud provider"]).toMatch(/data is stored: [1-9][0-9]*; of these abroad: 0.$/);
    const machine = await wordsOf("za", "local");
    expect(machine["The kit, from file and plan"]).toMatch(/in the file alone. There is no plan.$/);
    expect(machine.Nobody).toMatch(/^The country of these places: 4\./);
  });

  test("marks people and addresses that are examples, and no real ones", async () => {
    const example = "(an example, not the real value)";
    expect((await page((report) => report)).split(example)).toHaveLength(3);
    expect(await page((report) => ({ ...report, placeholders: [] }))).not.toContain(example);
  });

  test("calls traffic closed only where the checks found it closed, and never for what charts install", async () => {
    const closed = "All other traffic out of the stack's pods is closed";
    const [before = ""] = [await page((report) => report)];
    expect(before).toContain(closed.replace("'", "&#39;"));
    expect(before).toContain(
      "This does not cover what these charts install: cert-manager, cloudnative-pg, plugin-barman-cloud.",
    );
    for (const policy of ["default-deny-egress", "egress-rules"])
      for (const verdict of ["fail", "undetermined", "waived"] as const) {
        const text = await page((report) => ({
          ...report,
          checks: report.checks.map((check) => (check.policy === policy ? { ...check, verdict } : check)),
        }));
        expect(text, policy).not.toContain(closed.replace("'", "&#39;"));
        expect(text).toContain("Traffic out of the stack is not shown to be closed.");
        expect(text).toContain(`href="#en-check-${policy}"`);
      }
  });
});

describe("under each article of the law stands what the report shows of it", () => {
  const shown = (page: string, law: string, article: string) => {
    const start = page.indexOf(`<dt id="en-law-${law}-${article}">`);
    const text = page.slice(page.indexOf("<ul>", start), page.indexOf("</dd>", start));
    return [...text.matchAll(/<li>([^<]*)/g)].map(([, sentence]) => sentence);
  };

  test.each(stacks)("for every article: %s on %s", async (country, target) => {
    const { report, loaded } = await reportOf(country, target);
    const page = reportPage(report, loaded);
    for (const { id, articles } of report.law.laws)
      for (const { article } of articles)
        expect(shown(page, id, article.replaceAll(" ", "-")).length, `${id}:${article}`).toBeGreaterThan(0);
  });

  test("data, places, periods and checks that rest on it; a registration; a notice; nothing", async () => {
    const { report, loaded } = await reportOf("za", "kubernetes");
    const page = reportPage(report, loaded);
    const checks = report.checks.filter(({ articles }) => articles.includes("popia:14"));
    const passed = checks.filter(({ verdict }) => verdict === "pass").length;
    expect(shown(page, "popia", "14")).toEqual([
      "Data that the file rests on it: Answers and scores of companies; What machines send, and figures from it; Backups of all of these.",
      "Must not leave the country: Answers and scores of companies; What machines send, and figures from it; Backups of all of these.",
      "Places where it is stored: 6. In countries where it may be: 6; in others: 0; in a country that nobody has named: 0.",
      "Kept: Answers and scores of companies, 3 years after the last use.",
      "Kept: Backups of all of these, 35 days after the last use.",
      `Checks that protect this data: ${checks.length}. Passed: ${passed}; failed: 0; not decided: 0; waived: 0; with nothing to judge: ${checks.length - passed}.`,
    ]);
    expect(shown(page, "popia", "22")).toEqual([
      "Notice of a breach: as soon as reasonably possible. No check can show that it is given.",
    ]);
    expect(shown(page, "popia", "55")).toEqual([
      "Registration: Information Officers&#39; register of the Information Regulator, no number is given yet.",
    ]);
    expect(shown(page, "popia", "23")).toEqual([expect.stringContaining("The file rests nothing on it")]);
    expect(shown(page, "popia", "19").at(2)).toMatch(/a country that nobody has named: 1\.$/);
  });

  test("with what is not in order, and what is abroad", async () => {
    const { report, loaded } = await produceReport({
      file: changedCountry(folder, "za", [
        [
          "purpose: image-registry, country: ZA }",
          "purpose: image-registry, country: IE, dataClasses: [identity] }",
        ],
        ["bucket: rollout-za-backups, country: ZA }", "bucket: rollout-za-backups, country: IE }"],
        ["purpose: backup, country: ZA,", "purpose: backup, country: IE,"],
      ]),
      target: "kubernetes",
      by: "x",
      at,
      kit,
    });
    const page = reportPage(report, loaded);
    expect(shown(page, "popia", "14").at(2)).toMatch(/In countries where it may be: 4; in others: 2;/);
    const start = page.indexOf('<dt id="en-law-popia-57">');
    const article = page.slice(start, page.indexOf("</dd>", start));
    expect(article).toContain('Not in order, or only by a waiver: <a href="#en-check-endpoint-abroad">');
  });
});

describe("a file that breaks a policy", () => {
  const waiver = (until: string) => `
    - id: abroad
      policy: endpoint-abroad
      resource: residency.endpoints[0]
      why: The registry moves to Pretoria in spring.
      who: N. Dlamini, Information Officer
      until: ${until}`;
  const abroad: [string, string] = [
    "purpose: image-registry, country: ZA }",
    "purpose: image-registry, country: IE, dataClasses: [identity] }",
  ];
  const reportWith = async (changes: readonly [string, string][]) =>
    produceReport({
      file: changedCountry(folder, "za", [abroad, ...changes]),
      target: "kubernetes",
      by: "x",
      at,
      kit,
    });

  test("fails with its place, its law and its remediation, in every form", async () => {
    const { report, loaded } = await reportWith([]);
    expect(report.verdict.ok).toBe(false);
    const found = report.findings.filter(({ policy }) => policy === "endpoint-abroad");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      verdict: "fail",
      subject: "za.yaml",
      articles: expect.arrayContaining(["popia:72"]),
    });
    expect(found[0]?.line).toBeGreaterThan(100);
    const page = reportPage(report, loaded);
    expect(page).toContain('<div class="verdict wrong">');
    expect(page).toContain('<details id="en-check-endpoint-abroad" open>');
    expectValid(valid.results, assessmentResults(report));
    const result = resultOf(report);
    expect(result.risks?.length).toBe(report.findings.length);
    expect(result.findings.some(({ target }) => target.status.reason === "fail")).toBe(true);
    expect(checksTable(report)).toContain("governance,endpoint-abroad,");
  });

  test("passes with a waiver, which is in it with who, why and until when", async () => {
    const { report, loaded } = await reportWith([["  waivers: []", `  waivers:${waiver("2026-12-31")}`]]);
    expect(report.checks.find(({ policy }) => policy === "endpoint-abroad")?.verdict).toBe("waived");
    expect(report.waivers).toEqual([expect.objectContaining({ id: "abroad", status: "used" })]);
    expect(reportPage(report, loaded)).toContain("The registry moves to Pretoria in spring.");
    expectValid(valid.results, assessmentResults(report));
  });
});

describe("hostile texts", () => {
  const nasty = `=HYPERLINK(""x"")</style><script>alert(1)</script>&'`;
  const hostile = async (): Promise<{ report: Report; page: string }> => {
    const { report, loaded } = await produceReport({
      file: changedCountry(folder, "za", [
        ["name: Example Programme Office", `name: '${nasty.replaceAll("'", "''")}'`],
        ["en: South Africa,", `en: '</style><img src=x onerror=alert(1)>"',`],
      ]),
      target: "kubernetes",
      by: "</style><script>alert(2)</script>",
      at,
      kit,
    });
    return { report, page: reportPage(report, loaded) };
  };

  test("are text on the page, in its title and in its style", async () => {
    const { page } = await hostile();
    expect(page).not.toMatch(/<script|<img/i);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page).toContain("&lt;script&gt;alert(2)");
  });

  test("are no formula in a spreadsheet, and no end of a cell", async () => {
    const { report } = await hostile();
    const [check] = report.checks;
    if (check === undefined) throw new Error("no check");
    for (const title of ['=1+1,"x"', "+1", "-1", "@x", "\t=1", "\r\n=1", "|cmd", " =1"]) {
      const table = checksTable({ ...report, findings: [], checks: [{ ...check, title }] });
      const cells = parseTable(table.slice(1))[1] ?? [];
      expect(cells[2]).toBe(`'${title}`);
    }
    expect(checksTable(report).charCodeAt(0)).toBe(0xfeff);
  });
});

/** RFC 4180, as a spreadsheet reads it. */
function parseTable(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[index + 1] === '"') {
        cell += '"';
        index++;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ",") {
      rows.at(-1)?.push(cell);
      cell = "";
    } else if (character === "\r" && text[index + 1] === "\n") {
      rows.at(-1)?.push(cell);
      rows.push([]);
      cell = "";
      index++;
    } else cell += character;
  }
  return rows;
}

test("report.json that was edited is refused with what is wrong", async () => {
  const text = (await filesOf("za", "local")).get("report.json")?.toString() ?? "";
  const reading = (changed: string) => () => parseReport(Buffer.from(changed), "report.json");
  expect(reading(text)).not.toThrow();
  expect(reading(text.slice(0, -10))).toThrow("is not JSON");
  expect(reading("{}")).toThrow("is not a report");
  expect(reading("null")).toThrow("is not a report");
  expect(reading(text.replace("rollout-report/2", "rollout-report/9"))).toThrow(
    "this version reads rollout-report/1 and rollout-report/2",
  );
  expect(reading(text.replace('"ok": true', '"ok": false, "ok": true'))).toThrow("has a duplicate key");
  expect(reading(text.replace('"country": "ZA"', '"country": "za"'))).toThrow("/country");
  expect(reading(text.replace('"kit"', '"extra": 1, "kit"'))).toThrow("is not a complete report");
});

test("titles of policies in other languages belong to policies", async () => {
  const ids = new Set(policies.map(({ id }) => id));
  for (const country of ["tr", "br"]) {
    const { loaded } = await reportOf(country, "kubernetes");
    const [language = ""] = loaded.country.languages;
    const titles = Object.keys(loaded.catalogues[language]?.policies ?? {});
    expect(titles.length).toBeGreaterThan(100);
    expect(titles.filter((id) => !ids.has(id))).toEqual([]);
  }
});
