/** A report with a look at the running stack: what was seen is told beside the plan, is a test in OSCAL, and makes a report wrong. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { diffReports } from "../../compliance/diff.ts";
import { readme } from "../../compliance/evidence/readme.ts";
import { type Files, reportFiles } from "../../compliance/folder.ts";
import { reportPage } from "../../compliance/html/document.ts";
import { observe } from "../../compliance/observed.ts";
import { standingOf } from "../../compliance/open-points.ts";
import { assessmentResults } from "../../compliance/oscal/assessment-results.ts";
import { reportPdf } from "../../compliance/pdf/document.ts";
import { type ProducedReport, produceReport } from "../../compliance/produce.ts";
import { withStatement } from "../../compliance/sign.ts";
import { verifyReport } from "../../compliance/verify.ts";
import { plannedResources } from "../../policies/inputs/planned.ts";
import { at, countryFile, kit } from "./reports.ts";

let made: ProducedReport;
let files: Files;

beforeAll(async () => {
  made = await produceReport({
    file: countryFile("za"),
    target: "kubernetes",
    by: "an auditor",
    at,
    kit,
    observed: async (loaded, plan, time, day) => {
      // As planned, but for the rule that closes the traffic out of the pods.
      const resources = plannedResources(plan.resources).filter(
        ({ component, name }) => component !== true && name !== "rollout/NetworkPolicy/closed",
      );
      const live = { resources, unreadable: ["Secret"] };
      return observe(loaded, { kind: "live", live, plan, description: "what runs in rollout" }, time, day);
    },
  });
  files = withStatement(made.report, reportFiles(made.report, made.loaded), {});
});

const observed = () => made.report.observed!;

test("what was seen is kept with when, where and what could not be read", () => {
  expect(observed()).toMatchObject({
    at: "2026-11-25T08:00:00Z",
    source: "what runs in rollout",
    ok: false,
    unreadable: ["Secret"],
  });
  expect(observed().resources).toBeGreaterThan(80);
  expect(observed().findings.map(({ policy, verdict }) => `${policy} ${verdict}`)).toContain(
    "default-deny-egress fail",
  );
  // The plan itself is in order.
  expect(made.report.verdict.ok).toBe(true);
  expect(made.report.checks.find(({ policy }) => policy === "default-deny-egress")?.verdict).toBe("pass");
});

test("a stack that is not as it should be makes the report wrong, whatever its plan is", () => {
  expect(standingOf(made.report)).toBe("wrong");
  const english = reportPage(made.report, made.loaded).split('id="en-report"')[1] ?? "";
  expect(english).toContain('<div class="verdict wrong">');
  expect(english).toMatch(
    /What runs is not in order: checks that failed or could not be decided there: [1-9]/,
  );
  expect(english).not.toContain("The plan was checked, not what runs.");
  expect(english).toContain("What runs was looked at on 2026-11-25T08:00:00Z.");
  const section = english.slice(
    english.indexOf('<h2 id="en-observed">'),
    english.indexOf('<h2 id="en-waivers">'),
  );
  expect(section).toContain("Kinds that this login may not read: Secret.");
  expect(section).toContain("<code>default-deny-egress</code>");
});

interface Document {
  readonly "assessment-results": {
    readonly results: readonly [
      {
        readonly observations: readonly {
          readonly uuid: string;
          readonly methods: readonly string[];
          readonly props: readonly { readonly name: string; readonly value: string }[];
        }[];
        readonly findings: readonly {
          readonly target: { readonly status: { readonly state: string } };
          readonly "related-observations"?: readonly { readonly "observation-uuid": string }[];
        }[];
      },
    ];
  };
}

test("in OSCAL what was seen is a test, and a control that it contradicts is not satisfied", () => {
  const document = assessmentResults(made.report) as Document;
  const schema = join(packageRoot, "test/compliance/schemas/oscal-1.2.3-assessment-results.json");
  const valid = new Ajv({ strict: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(schema, "utf8")),
  );
  valid(document);
  expect(valid.errors ?? []).toEqual([]);
  const [{ observations, findings }] = document["assessment-results"].results;
  const tests = observations.filter(({ methods }) => methods.includes("TEST"));
  expect(tests).toHaveLength(observed().checks.length);
  for (const { props } of tests)
    expect(props).toContainEqual(expect.objectContaining({ value: "running-stack" }));
  const failed = tests.find(({ props }) => props.some(({ value }) => value === "default-deny-egress"));
  const concerned = findings.filter((finding) =>
    finding["related-observations"]?.some((one) => one["observation-uuid"] === failed?.uuid),
  );
  expect(concerned.length).toBeGreaterThan(0);
  for (const { target } of concerned) expect(target.status.state).toBe("not-satisfied");
});

test("it is verified, and says that nobody can look again", async () => {
  const result = await verifyReport({ files: () => files, trust: { kind: "none" }, kit });
  expect(result.steps.filter(({ ok }) => !ok)).toEqual([]);
  expect(result.steps.at(-1)?.message).toMatch(
    /every byte is the same; what was seen on the running stack can't be seen again$/,
  );
});

test("a later look is compared with an earlier one, and the time alone is no change", () => {
  const { report } = made;
  const later = { ...report, observed: { ...observed(), at: "2026-11-26T08:00:00Z" } };
  expect(diffReports(report, later)).toEqual([]);
  const mended = { ...later, observed: { ...later.observed, ok: true, findings: [] } };
  expect(diffReports(report, mended).map(({ text }) => text)).toContain("observed.ok changed: false → true");
});

test("an archive of evidence and the paper tell of it", async () => {
  const { report, loaded } = made;
  expect(readme(report, {})).toMatch(
    /on what was seen running at 2026-11-25T08:00:00Z, where the checks that failed or could not be decided\nwere: [1-9]/,
  );
  const without = { ...report };
  delete without.observed;
  expect(readme(without, {})).toContain("and not on what runs.");
  const pages = async (of: typeof report) =>
    (await reportPdf(of, loaded, { statement: Buffer.from("{}") })).length;
  expect(await pages(report)).toBeGreaterThan(await pages(without));
});

test("the command looks at no stack of the target local, nor at a state alone", () => {
  const rollout = (...parameters: string[]) =>
    spawnSync(
      process.execPath,
      [join(packageRoot, "cli/bin.mjs"), "report", countryFile("za"), ...parameters],
      {
        encoding: "utf8",
        cwd: packageRoot,
      },
    );
  const local = rollout("--target", "local", "--live");
  expect(local.status).toBe(2);
  expect(local.stderr).toContain("The target local has no plan with which what runs could be compared.");
  const state = rollout("--target", "aws", "--state", "state.json");
  expect(state.status).toBe(2);
  expect(state.stderr).toContain("--state is read only with --live.");
});
