/** What the report's first page says, as texts: the page and the PDF have the same. */
import { type Observed, observedVerdicts } from "../observed.ts";
import { chartsOf, failedAdvice, judgedChecks, unknownPlaces } from "../open-points.ts";
import type { ReportView } from "./view.ts";

export const sections = [
  "data",
  "places",
  "access",
  "flows",
  "law",
  "retention",
  "checks",
  "observed",
  "waivers",
  "changes",
  "open",
  "verify",
] as const;
export type Section = (typeof sections)[number];

export interface FirstItem {
  readonly text: string;
  /** Where the report says more. */
  readonly section?: Section;
}

/** What the verdict does not say; the plan's notes follow. */
export function firstItems(view: ReportView): FirstItem[] {
  const { report } = view;
  const { environment, placeholders, toConfirm, verdict, inputs, changes, observed } = report;
  const charts = chartsOf(report);
  const counted = (key: string, count: number, section: Section): FirstItem[] =>
    count === 0 ? [] : [{ text: view.t(`first.${key}`, { count }), section }];
  return [
    { text: environmentInWords(view, environment) },
    ...counted("examples", placeholders.length, "open"),
    ...counted("to-confirm", toConfirm.length, "open"),
    ...(charts.length === 0 ? [] : [{ text: view.t("first.charts", { charts: charts.join(", ") }) }]),
    { text: view.t("first.nothing", { count: verdict.notApplicable }), section: "checks" },
    ...counted("undetermined", verdict.undetermined, "checks"),
    ...counted("advisory", failedAdvice(report), "checks"),
    ...counted("waived", verdict.waived, "waivers"),
    ...counted("unknown-places", unknownPlaces(report), "places"),
    ...(changes === undefined
      ? []
      : [
          {
            text: view.t("first.changes", {
              day: changes.since.at.slice(0, 10),
              count: changes.differences.length + changes.unlisted,
            }),
            section: "changes" as const,
          },
        ]),
    ...(observed === undefined
      ? []
      : [{ text: observedInWords(view, observed), section: "observed" as const }]),
    ...(observed !== undefined
      ? []
      : [
          {
            text: view.t(inputs.plan === undefined ? "checked.not.local" : "checked.not.plan"),
            section: "open" as const,
          },
        ]),
  ];
}

function environmentInWords(view: ReportView, environment: string | undefined): string {
  if (environment === undefined) return view.t("first.no-environment");
  return environment === "production"
    ? view.t("first.production")
    : view.t("first.environment", { environment });
}

function observedInWords(view: ReportView, observed: Observed): string {
  const { failed, undetermined } = observedVerdicts(observed);
  return view.t("first.observed", { at: observed.at, count: failed + undetermined });
}

export function verdictInWords(view: ReportView): string {
  const { verdict, observed } = view.report;
  if (!verdict.ok) return view.t("verdict.failed", { count: verdict.failed + verdict.undetermined });
  if (observed?.ok === false) {
    const { failed, undetermined } = observedVerdicts(observed);
    return view.t("verdict.observed", { count: failed + undetermined });
  }
  return view.t(judgedChecks(view.report) === 0 ? "verdict.nothing" : "verdict.ok");
}

export function checkedInWords(view: ReportView): string {
  const { verdict, inputs, target } = view.report;
  const policies = inputs.policies.count;
  const what =
    inputs.plan === undefined
      ? view.t("checked.local", { policies, judged: judgedChecks(view.report) })
      : view.t("checked.plan", {
          resources: inputs.plan.resources,
          target: view.t(`target.${target}`),
          policies,
        });
  const result = view.t("checked.result", {
    passed: verdict.passed,
    failed: verdict.failed,
    undetermined: verdict.undetermined,
    waived: verdict.waived,
    none: verdict.notApplicable,
  });
  return `${what} ${result}`;
}
