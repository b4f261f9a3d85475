/** What a report's verdict does not cover: people must still do or show it. The page and the command say it beside the verdict. */
import type { Report } from "./report-schema.ts";

/** Charts of the plan: the checks read their settings, and not what they install. */
export const chartsOf = ({ resources }: Report): readonly string[] =>
  resources
    .filter(({ type }) => type.startsWith("kubernetes:helm.sh/"))
    .map(({ name }) => name.slice(name.indexOf("/") + 1));

/** Checks that had something to judge. */
export const judgedChecks = ({ verdict }: Report): number =>
  verdict.passed + verdict.failed + verdict.undetermined + verdict.waived;

/** They don't change the verdict, which only mandatory checks do. */
export const failedAdvice = ({ checks }: Report): number =>
  checks.filter(({ level, verdict }) => level === "advisory" && verdict === "fail").length;

export const unknownPlaces = ({ places }: Report): number =>
  places.filter(({ certainty }) => certainty === "unknown").length;

/** `good` only where something was judged and nothing is open. */
export type Standing = "good" | "open" | "wrong";

export function standingOf(report: Report): Standing {
  if (!report.verdict.ok || report.observed?.ok === false) return "wrong";
  return openPoints(report).length > 0 ? "open" : "good";
}

/** In English, one phrase each; empty where the verdict holds for real companies as it is. */
export function openPoints(report: Report): string[] {
  const { environment, placeholders, toConfirm, notes, verdict } = report;
  const counted = (count: number, one: string, more: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : more}`];
  return [
    ...(judgedChecks(report) === 0 ? ["no check had anything to judge"] : []),
    ...(environment === "production" ? [] : ["rules of production were not applied"]),
    ...counted(verdict.undetermined, "check could not be decided", "checks could not be decided"),
    ...counted(failedAdvice(report), "advisory check failed", "advisory checks failed"),
    ...counted(verdict.waived, "check's findings are waived", "checks' findings are waived"),
    ...counted(placeholders.length, "field holds an example", "fields hold an example"),
    ...counted(toConfirm.length, "remark is to be confirmed", "remarks are to be confirmed"),
    ...counted(unknownPlaces(report), "place is unknown", "places are unknown"),
    ...counted(
      chartsOf(report).length,
      "chart's content was not checked",
      "charts' contents were not checked",
    ),
    ...counted(notes.length, "note of the plan", "notes of the plan"),
  ];
}
