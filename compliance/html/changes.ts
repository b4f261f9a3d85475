/** What changed since the last report, by part of the report. */
import { html } from "hono/html";
import type { DiffSection } from "../diff-sections.ts";
import { heading } from "./summary.ts";
import type { Html, ReportView } from "./view.ts";

/** The text that names each part. */
const titles: Readonly<Record<DiffSection, string>> = {
  made: "fact.made",
  inputs: "fact.file",
  file: "fact.file",
  verdict: "changes.verdict",
  checks: "section.checks",
  findings: "findings",
  waivers: "section.waivers",
  data: "section.data",
  places: "section.places",
  access: "section.access",
  flows: "section.flows",
  law: "section.law",
  retention: "section.retention",
  resources: "changes.resources",
  open: "section.open",
};

/** Nothing where the report was compared with none. */
export function changesSection(view: ReportView): Html | "" {
  const { changes } = view.report;
  if (changes === undefined) return "";
  const { since, differences, unlisted } = changes;
  return html`${heading(view, "changes")}
<p>${view.t("changes.lead", since)}</p>
${differences.length === 0 ? html`<p>${view.t("changes.none")}</p>` : ""}
${[...Map.groupBy(differences, ({ section }) => section)].map(([section, ofSection]) =>
  view.table(
    view.t(titles[section]),
    [view.t("column.what"), view.t("column.change"), view.t("column.before"), view.t("column.after")],
    ofSection.map(({ path, kind, before, after }) => [
      html`<code>${path}</code>`,
      view.t(`change.${kind}`),
      html`<span lang="en">${before ?? ""}</span>`,
      html`<span lang="en">${after ?? ""}</span>`,
    ]),
  ),
)}
${unlisted === 0 ? "" : html`<p>${view.t("changes.more", { count: unlisted })}</p>`}`;
}
