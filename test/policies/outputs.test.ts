/** SARIF by its published schema, JUnit as XML that any reader takes, whatever a finding holds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { causesOf } from "../../policies/engine/causes.ts";
import { resource } from "../../policies/engine/example.ts";
import type { CheckResult } from "../../policies/engine/findings.ts";
import { junit } from "../../policies/outputs/junit.ts";
import { sarif } from "../../policies/outputs/sarif.ts";
import { unknownValue } from "../../policies/resources/resource.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { aws } from "./aws-resource.ts";
import { checkExample } from "./check-example.ts";

const nasty = `<x a="1">&]]> \u0000\u001b[31m\ud800 'quoted' \n next`;
const country = {
  residency: {
    waivers: [
      {
        id: "mail",
        policy: "external-name",
        resource: "rollout/Service/mail",
        why: nasty,
        who: "N. Dlamini",
        until: "2026-09-30",
      },
    ],
  },
};
const result: CheckResult = checkExample({
  country,
  resources: [
    aws("s3/bucket:Bucket", "backups", { region: "eu-west-1" }),
    aws("s3/bucket:Bucket", "unknown", { region: unknownValue }),
    resource("kubernetes:core/v1:ConfigMap", nasty, {
      metadata: { name: nasty },
      data: { [nasty]: `https://${nasty}.example.com/ https://a.example.com/` },
    }),
  ],
  manifests: `
apiVersion: v1
kind: Service
metadata: { name: mail, namespace: rollout }
spec: { type: ExternalName, externalName: mail.example.com }`,
});

test("the sample holds every kind of finding", () => {
  expect(new Set(result.findings.map(({ verdict }) => verdict))).toEqual(
    new Set(["fail", "undetermined", "waived"]),
  );
});

describe("SARIF", () => {
  const log = sarif(result, policies, "0.1.0");

  test("is valid by the schema of SARIF 2.1.0", () => {
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, "schemas", "sarif-2.1.0.json"), "utf8"));
    // Draft 4, of which the schema uses nothing that later drafts read differently.
    const { $schema: _, id: __, ...rules } = schema;
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(rules);
    expect(validate(log), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    // And the schema does say no.
    expect(validate({ ...log, version: "2.0.0" })).toBe(false);
  });

  test("has one rule a policy and one result a cause, at its line where it has one", () => {
    const [run] = (
      log as { runs: { tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }[] }
    ).runs;
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(policies.map(({ id }) => id));
    expect(run?.results.length).toBe(causesOf(result.findings).length);
    for (const item of run?.results ?? [])
      expect(run?.tool.driver.rules[Number(item.ruleIndex)]?.id).toBe(item.ruleId);
    const waived = run?.results.find(({ ruleId }) => ruleId === "external-name");
    expect(waived).toMatchObject({
      suppressions: [{ kind: "external", justification: "Waiver mail" }],
      locations: [
        {
          logicalLocations: [{ name: "rollout/Service/mail" }],
          physicalLocation: { artifactLocation: { uri: "example.yaml" }, region: { startLine: 2 } },
        },
      ],
    });
    expect(run?.results.find(({ kind }) => kind === "open")).toMatchObject({ level: "none" });
  });
});

describe("JUnit", () => {
  const xml = junit(result, policies);

  test("is well-formed XML", () => {
    expect(problemsOfXml(xml)).toEqual([]);
    expect(problemsOfXml("<a><b></a></b>")).not.toEqual([]);
    expect(problemsOfXml('<a b="<"/>')).not.toEqual([]);
  });

  test("counts what it holds", () => {
    const [, tests, failures, errors] =
      /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(xml) ?? [];
    expect(Number(tests)).toBe(xml.match(/<testcase /g)?.length);
    expect(Number(failures)).toBe(result.findings.filter(({ verdict }) => verdict === "fail").length);
    expect(Number(errors)).toBe(result.findings.filter(({ verdict }) => verdict === "undetermined").length);
    expect(xml).toContain('<skipped message="Waiver mail: It leads to mail.example.com');
  });

  test("names law and remediation in each failure", () => {
    expect(xml).toMatch(
      /<failure type="critical" message="It is in eu-west-1[^>]*>Bucket\/backups region: [^<]*Set region to af-south-1[^<]*Law: popia:72/,
    );
  });
});

/** Tags that don't pair, characters that XML has not, and bare signs. */
function problemsOfXml(text: string): string[] {
  const problems: string[] = [];
  const open: string[] = [];
  const pieces = text.replace(/^<\?xml[^?]*\?>\n/, "").split(/(<[^>]*>)/);
  for (const piece of pieces) {
    const tag = /^<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>$/.exec(piece);
    if (piece.startsWith("<") && tag === null) problems.push(`no tag: ${piece}`);
    else if (tag?.[1] === "/") {
      if (open.pop() !== tag[2]) problems.push(`closes ${tag[2]}`);
    } else if (tag !== null && tag[4] === "") open.push(tag[2] ?? "");
    if (/&(?!(amp|lt|gt|quot|#\d+);)/.test(piece)) problems.push(`bare &: ${piece}`);
  }
  if (open.length > 0) problems.push(`open: ${open.join()}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML can't hold them
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed())
    problems.push("a character that XML has not");
  return problems;
}
