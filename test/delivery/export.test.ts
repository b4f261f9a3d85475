/** Exports hold every object of the plan and nothing secret, whatever the cluster is like. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { InputError } from "../../base/kit-error.ts";
import { exportFormats, exportStack } from "../../delivery/export/export.ts";
import { writeExport } from "../../delivery/export/export-folder.ts";
import { ObjectTemplate, UntemplatedDifferenceError } from "../../delivery/export/template-object.ts";
import {
  action,
  blockAction,
  conditionalKey,
  literal,
  numberAction,
  templateText,
} from "../../delivery/export/template-text.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { orderedObjects, randomSecrets } from "../../plan/manifests.ts";
import { changedCountry, planOnce } from "../plan/planned.ts";
import { variants } from "../plan/variants.ts";

describe.each(Object.entries(variants))("a stack %s", (_, change) => {
  const loaded = changedCountry(change);

  test("is exported as a chart with each object as a template, and a schema for each value", async () => {
    // The export itself refuses an object that its template can't give back: see template-object.ts.
    const chart = await exportStack(loaded, "helm", "9.9.9");
    const plan = await planOnce(loaded, "kubernetes");
    // All but the check of the cluster, which renders nothing.
    const templates = [...chart.keys()].filter((name) =>
      /^templates\/(?!topology-check).*\.yaml$/.test(name),
    );
    expect(templates.length).toBe(orderedObjects(plan).size + randomSecrets(plan).length);
    const values = parse(chart.get("values.yaml")!) as object;
    const schema = JSON.parse(chart.get("values.schema.json")!) as { required: string[] };
    expect(Object.keys(values).sort()).toEqual([...schema.required].sort());
    for (const [name, text] of chart) {
      expect(text, name).not.toMatch(/chart-setting-|%%\(/);
      expect(Buffer.byteLength(text), name).toBeLessThan(400_000);
    }
  });
});

test.each(exportFormats)("%s are the same each time, so nothing random is in them", async (format) => {
  const loaded = changedCountry();
  const [first, second] = [
    await exportStack(loaded, format, "9.9.9"),
    await exportStack(loaded, format, "9.9.9"),
  ];
  expect([...first]).toEqual([...second]);
  // Plain files hold no Secret at all; a chart's are written by Helm.
  if (format !== "helm") for (const text of first.values()) expect(text).not.toMatch(/^kind: Secret$/m);
  expect(first.get("secrets.sh")).toContain("create secret generic time-series-secrets");
});

test("a Kustomize base lists each of its objects", async () => {
  const files = await exportStack(changedCountry(), "kustomize", "9.9.9");
  const { resources } = parse(files.get("base/kustomization.yaml")!) as { resources: string[] };
  const objects = [...files.keys()].flatMap((name) => /^base\/(\d.*)$/.exec(name)?.[1] ?? []);
  expect(resources).toEqual(objects);
});

describe("a folder with a chart", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rollout-export-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const chartOf = (loaded: LoadedCountry) => exportStack(loaded, "helm", "9.9.9");
  const zambia = changedCountry((cluster, country) => {
    country.country = "ZM";
    cluster.domain = "sme.example.zm";
    cluster.zones = ["zm-1", "zm-2", "zm-3", "zm-4"];
  });

  test("takes in another country with the same objects, and the same country again", async () => {
    const chart = await chartOf(changedCountry());
    expect(writeExport(folder, chart)).toEqual([...chart.keys()]);
    const added = writeExport(folder, await chartOf(zambia));
    expect(added).toContain("values-zm.yaml");
    expect(added.filter((name) => !/^(values-zm\.yaml|operators\/zm\/.+)$/.test(name))).toEqual([]);
    expect(readFileSync(join(folder, "values-za.yaml"), "utf8")).toBe(chart.get("values-za.yaml"));
    expect(writeExport(folder, chart)).toContain("values-za.yaml");
    expect(existsSync(join(folder, "values-zm.yaml"))).toBe(true);
  });

  test("refuses a country that needs another chart, and stays as it is", async () => {
    writeExport(folder, await chartOf(zambia));
    const before = readdirSync(folder, { recursive: true });
    const gateway = changedCountry((cluster) => {
      cluster.gateway = { kind: "gateway-api", className: "eg" };
    });
    const other = await chartOf(gateway);
    expect(() => writeExport(folder, other)).toThrow(InputError);
    expect(() => writeExport(folder, other)).toThrow("values-zm.yaml");
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });
});

describe("a template", () => {
  test("keeps braces of an object's own texts, quotes what an action prints, and leaves out what a condition forbids", () => {
    expect(
      templateText({
        expression: literal("rate({{ $labels.pod }})"),
        name: `before-${action(".Values.name")}`,
        count: numberAction("int .Values.count"),
        list: [{ [conditionalKey(".Values.size", "size")]: action(".Values.size"), always: true }],
        text: `first\n${action(".Values.name")}\n`,
        block: blockAction(".Values.block"),
      }),
    ).toBe(
      [
        'expression: "rate({{ "{{" }} $labels.pod }})"',
        'name: "before-{{ .Values.name }}"',
        "count: {{ int .Values.count }}",
        "list:",
        "  - always: true",
        "{{- if .Values.size }}",
        '    size: "{{ .Values.size }}"',
        "{{- end }}",
        "text: |",
        "  first",
        "  {{ .Values.name }}",
        "block: {{- toYaml .Values.block | nindent 2 }}",
        "",
      ].join("\n"),
    );
  });

  test("refuses an object that depends on a setting in a way that no action can follow", () => {
    const settings = [
      {
        name: "domain",
        description: "",
        pattern: "",
        byDefault: "example.org",
        mark: "chart-setting-domain-mark",
      },
    ];
    const template = new ObjectTemplate(settings, () => undefined, new Map());
    const of = (plannedValue: unknown, marked: unknown) => () =>
      template.of({ spec: plannedValue as never }, { spec: marked as never }, "Thing x");
    expect(of({ host: "www.example.org" }, { host: "www.chart-setting-domain-mark" })).not.toThrow();
    expect(of({ length: 11 }, { length: 25 })).toThrow(UntemplatedDifferenceError);
    expect(of({ host: "EXAMPLE.ORG" }, { host: "CHART-SETTING-DOMAIN-MARK" })).toThrow("spec.host");
    expect(of({ hosts: ["a"] }, { hosts: ["a", "chart-setting-domain-mark"] })).toThrow("spec.hosts");
    expect(of({ only: "here" }, {})).toThrow("spec.only");
    expect(of({}, { only: "there" })).toThrow("spec.only");
  });
});
