/** What the report shows of one article of the law, in sentences for a lawyer; the page and the PDF have the same. */
import type { Report, ReportFinding, RestingPlace } from "../report-schema.ts";
import type { ReportView } from "./view.ts";

export interface ArticleSummary {
  readonly sentences: readonly string[];
  /** Findings on data that rests on it, the most severe first, one for each policy. */
  readonly open: readonly ReportFinding[];
}

/** @param reference `law:article`. */
export function articleSummary(view: ReportView, reference: string): ArticleSummary {
  const { report } = view;
  const data = report.data.filter(({ articles }) => articles.includes(reference));
  const sentences = [
    ...(data.length === 0 ? [] : ofData(view, data, reference)),
    ...report.flows.transfers
      .filter(({ article }) => article === reference)
      .map(({ recipient, to }) =>
        view.t("article.transfer", { recipient, country: view.translation.countryName(to) }),
      ),
    ...report.law.registrations
      .filter(({ article }) => article === reference)
      .map(({ register, number }) =>
        view.t("article.registration", { register, number: number ?? view.t("law.no-number") }),
      ),
    ...(report.law.breachNotice?.article === reference
      ? [view.t("article.breach", { within: breachPeriod(view, report.law.breachNotice) })]
      : []),
  ];
  const found = report.findings.filter(({ articles }) => articles.includes(reference));
  return {
    sentences: sentences.length === 0 ? [view.t("article.nothing")] : sentences,
    open: found.filter(({ policy }, index) => found.findIndex((one) => one.policy === policy) === index),
  };
}

/** How soon a breach has to be notified. */
export function breachPeriod(
  view: ReportView,
  notice: { readonly hours?: number; readonly workingDays?: number },
): string {
  if (notice.hours !== undefined) return view.t("law.breach.hours", { count: notice.hours });
  if (notice.workingDays !== undefined) return view.t("law.breach.days", { count: notice.workingDays });
  return view.t("law.breach.soon");
}

function ofData(view: ReportView, data: Report["data"], reference: string): string[] {
  const { report, translation } = view;
  const names = (wanted: Report["data"]) => view.classNames(wanted.map((one) => one.class));
  const checks = report.checks.filter(({ articles }) => articles.includes(reference));
  const count = (verdict: string) => checks.filter((check) => check.verdict === verdict).length;
  return [
    view.t("article.classes", { classes: names(data) }),
    ...(["forbidden", "with-mechanism", "free"] as const).flatMap((transfer) => {
      const those = data.filter((one) => one.transfer === transfer);
      return those.length === 0 ? [] : [view.t(`article.${transfer}`, { classes: names(those) })];
    }),
    view.t("article.places", placesOf(report.places, data)),
    ...data.flatMap((one) =>
      one.retention === undefined
        ? []
        : [
            view.t("article.kept", {
              class: view.className(one.class),
              period: translation.period(one.retention),
            }),
          ],
    ),
    ...(checks.length === 0
      ? []
      : [
          view.t("article.checks", {
            count: checks.length,
            passed: count("pass"),
            failed: count("fail"),
            undetermined: count("undetermined"),
            waived: count("waived"),
            none: count("not-applicable"),
          }),
        ]),
  ];
}

/** A place counts as inside only where every one of these classes that it holds may be in each of its countries. */
function placesOf(places: readonly RestingPlace[], data: Report["data"]) {
  const held = places.flatMap((place) => {
    const classes = data.filter((one) => place.dataClasses.includes(one.class));
    return classes.length === 0 ? [] : [{ place, classes }];
  });
  const unknown = held.filter(({ place }) => place.countries.length === 0).length;
  const outside = held.filter(({ place, classes }) =>
    place.countries.some((country) => classes.some(({ restsIn }) => !restsIn.includes(country))),
  ).length;
  return { total: held.length, inside: held.length - unknown - outside, outside, unknown };
}
