/** By whose word the report's first page is true: the file's, the provider's, the kit's, the running stack's, or nobody's. */
import { observedVerdicts } from "../observed.ts";
import { judgedChecks } from "../open-points.ts";
import type { Report, RestingPlace } from "../report-schema.ts";
import type { Html, ReportView } from "./view.ts";

export const wordTable = (view: ReportView): Html =>
  view.table(view.t("word"), [view.t("column.word"), view.t("column.says")], wordRows(view));

/** Who says it, and what. */
export function wordRows(view: ReportView): [string, string][] {
  const { verdict, inputs, placeholders, observed } = view.report;
  const { known, declared, unknown } = placesByCertainty(view.report);
  const checks = { policies: inputs.policies.count, judged: judgedChecks(view.report) };
  const says = (
    source: string,
    key: string,
    values?: Readonly<Record<string, number | string>>,
  ): [string, string] => [view.t(`word.${source}`), view.t(`word.${source}.${key}`, values)];
  return [
    says("file", "says", { declared: declared.total, abroad: declared.abroad }),
    known.total === 0
      ? says("provider", "nothing")
      : says("provider", "says", { known: known.total, abroad: known.abroad }),
    inputs.plan === undefined
      ? says("plan", "local", checks)
      : says("plan", "says", { ...checks, resources: inputs.plan.resources }),
    observed === undefined
      ? says("running", "nothing")
      : says("running", "says", {
          at: observed.at,
          resources: observed.resources,
          ...observedVerdicts(observed),
        }),
    says("nobody", "says", {
      unknown: unknown.total,
      examples: placeholders.length,
      undetermined: verdict.undetermined,
      none: verdict.notApplicable,
    }),
  ];
}

/** Number of places, by how certain it is in which country they are. */
function placesByCertainty({ places, country }: Report) {
  const count = (certainty: RestingPlace["certainty"]) => {
    const all = places.filter((place) => place.certainty === certainty);
    return {
      total: all.length,
      abroad: all.filter(({ countries }) => countries.some((code) => code !== country)).length,
    };
  };
  return { known: count("known"), declared: count("declared"), unknown: count("unknown") };
}
