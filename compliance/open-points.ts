/** What a report's verdict does not cover: people must still do or show it. The page and the command say it beside the verdict. */
import type { Report } from "./report-schema.ts";

/** Charts of the plan: the checks read their settings, and not what they install. */
export const chartsOf = ({ resources }: Report): readonly string[] =>
  resources
    .filter(({ type }) => type.startsWith("kubernetes:helm.sh/"))
    .map(({ name }) => name.slice(name.indexOf("/") + 1));

/** In English, one phrase each; empty where the verdict holds for real companies as it is. */
export function openPoints(report: Report): string[] {
  const { environment, placeholders, toConfirm, notes } = report;
  const charts = chartsOf(report);
  const counted = (count: number, one: string, more: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : more}`];
  return [
    ...(environment === "production" ? [] : ["rules of production were not applied"]),
    ...counted(placeholders.length, "field holds an example", "fields hold an example"),
    ...counted(toConfirm.length, "remark is to be confirmed", "remarks are to be confirmed"),
    ...counted(charts.length, "chart's content was not checked", "charts' contents were not checked"),
    ...counted(notes.length, "note of the plan", "notes of the plan"),
  ];
}
