/** Alerts and the dashboard speak of metrics that exist, lead to what to do, and fit the stack that they watch. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { alerts, runbookOf } from "../../components/alerts.ts";
import { stackDashboard } from "../../components/dashboard.ts";
import { at } from "../../plan/plan.ts";
import { list, object, planChanged } from "../plan/planned.ts";
import { exposedMetrics } from "./exposed-metrics.ts";

const stack = { namespace: "sme", brokers: 5, keepers: 3, postgres: true, backups: true };
const dashboard = JSON.parse(stackDashboard("Programme"));
const panels = dashboard.panels as {
  title: string;
  gridPos: { x: number; y: number };
  targets: { expr: string; legendFormat: string }[];
}[];

const metricsOf = (expression: string) =>
  [...expression.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, name]) => name!);

let exposed: Set<string>;
beforeAll(async () => {
  exposed = await exposedMetrics();
});

describe("alerts", () => {
  test.each(alerts(stack).map(({ name, expression }) => [name, expression]))(
    "%s names metrics that exist",
    (_, expression) => {
      expect(metricsOf(expression!).length).toBeGreaterThan(0);
      for (const metric of metricsOf(expression!)) expect(exposed, metric).toContain(metric);
    },
  );

  test("look at their own namespace alone", () => {
    for (const { expression } of alerts(stack))
      for (const [, labels] of expression.matchAll(/\{([^}]*)\}/g)) expect(labels).toMatch(/namespace="sme"/);
  });

  test("lead to what to do", () => {
    const guide = readFileSync(join(packageRoot, "docs", "alerts.md"), "utf8");
    for (const alert of alerts(stack)) {
      const [file, anchor] = runbookOf(alert).split("#");
      expect(file).toBe("docs/alerts.md");
      expect(guide.toLowerCase()).toContain(`\n## ${anchor}\n`);
    }
  });

  test("fit the stack: its majorities, and nothing of what it hasn't", () => {
    const named = (changed: Partial<typeof stack>) =>
      new Map(alerts({ ...stack, ...changed }).map(({ name, expression }) => [name, expression]));
    expect(named({}).get("BrokerDown")).toMatch(/< 3$/);
    expect(named({ keepers: 1 }).get("KeeperMajorityLost")).toMatch(/< 1$/);
    expect(
      [...named({ postgres: false, backups: false }).keys()].filter((name) => /Relational|Backup/.test(name)),
    ).toEqual([]);
  });

  test("reach the cluster as rules with their link", async () => {
    const plan = await planChanged((cluster) => {
      cluster.monitoring = "prometheus-operator";
    });
    const rules = list(at(object(plan, "PrometheusRule", "stack").properties, "spec", "groups", 0, "rules"));
    expect(rules.length).toBe(alerts(stack).length);
    for (const rule of rules) expect(at(rule, "annotations", "runbook")).toMatch(/^docs\/alerts\.md#\w+$/);
  });
});

describe("the dashboard", () => {
  test("names metrics that exist, and its variables", () => {
    for (const { title, targets } of panels)
      for (const { expr } of targets) {
        for (const metric of metricsOf(expr)) expect(exposed, `${title}: ${metric}`).toContain(metric);
        expect(expr).toContain('namespace="$namespace"');
      }
    expect(dashboard.templating.list.map(({ name }: { name: string }) => name)).toEqual([
      "datasource",
      "namespace",
    ]);
    expect(exposed).toContain(/label_values\((\w+),/.exec(dashboard.templating.list[1].query)![1]);
  });

  test("lays panels beside each other, and legends name labels that the expression keeps", () => {
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(panels.length);
    for (const { title, targets } of panels)
      for (const { expr, legendFormat } of targets)
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          if (/ by \(/.test(expr)) expect(expr, title).toContain(`by (${label})`);
  });
});
