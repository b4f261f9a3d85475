/** The report's first page: the verdict, what was checked and what not, and what the report was made from. */
import { html } from "hono/html";
import { standingOf } from "../open-points.ts";
import { checkedInWords, firstItems, type Section, sections, verdictInWords } from "./first-page.ts";
import type { Html, ReportView } from "./view.ts";
import { wordTable } from "./whose-word.ts";

/** Without a last report there are no changes, and without a look at what runs nothing was seen. */
const sectionsOf = ({ report }: ReportView) =>
  sections.filter(
    (section) => (section !== "changes" && section !== "observed") || report[section] !== undefined,
  );

export function summary(view: ReportView): Html {
  const { report, translation } = view;
  const { inputs, made, programme } = report;
  const { officer } = programme;
  const name = translation.localised(report.names);
  const target = view.t(`target.${report.target}`);
  return html`<h1>${view.t("title", { country: name })}</h1>
<p class="quiet">${view.t("translation")}</p>
${openFirst(view)}
<div class="verdict${boxes[standingOf(report)]}">
<p><strong>${verdictInWords(view)}</strong></p>
<p>${checkedInWords(view)}</p>
</div>
${wordTable(view)}
<dl class="facts">
<dt>${view.t("fact.programme")}</dt><dd>${translation.localised(programme.name)}</dd>
<dt>${view.t("fact.operator")}</dt><dd>${contact(view, "programme.operator", [view.national(programme.operator.name), programme.operator.email])}</dd>
<dt>${view.t("fact.officer")}</dt><dd>${contact(view, "programme.dataProtectionOfficer", [view.national(officer.name), view.national(officer.role), officer.email])}${officer.registration === undefined ? "" : ` (${officer.registration})`}</dd>
<dt>${view.t("fact.target")}</dt><dd>${target}${report.environment === undefined ? "" : ` (${report.environment})`}</dd>
<dt>${view.t("fact.made")}</dt><dd><time datetime="${made.at}">${translation.dateTime(Date.parse(made.at))}</time> (${made.at})</dd>
<dt>${view.t("fact.by")}</dt><dd>${made.by}</dd>
<dt>${view.t("fact.file")}</dt><dd>${inputs.localisation.file}<br><span class="hash">SHA-256 ${inputs.localisation.sha256}</span></dd>
${inputs.plan === undefined ? "" : html`<dt>${view.t("fact.plan")}</dt><dd class="hash">SHA-256 ${inputs.plan.sha256}</dd>`}
${inputs.dataFolder === undefined ? "" : html`<dt>${view.t("fact.data-folder")}</dt><dd><code>${inputs.dataFolder}</code></dd>`}
<dt>${view.t("fact.kit")}</dt><dd>country-rollout-kit ${report.kit}</dd>
</dl>
<nav aria-labelledby="${view.id("contents")}">
<h2 id="${view.id("contents")}">${view.t("contents")}</h2>
<ol class="contents">${sectionsOf(view).map((section) => html`<li><a href="#${view.id(section)}">${view.t(`section.${section}`)}</a></li>`)}</ol>
</nav>`;
}

/** What the verdict does not say, before it: a reader who stops there has read it. */
function openFirst(view: ReportView): Html {
  const { notes } = view.report;
  return html`<div class="verdict open">
<h2 id="${view.id("first")}">${view.t("first")}</h2>
<ul>
${firstItems(view).map(({ text, section }) => html`<li>${section === undefined ? text : html`<a href="#${view.id(section)}">${text}</a>`}</li>`)}
${notes.length === 0 ? "" : html`<li>${view.t("open.notes")}:<ul lang="en">${notes.map((note) => html`<li>${note}</li>`)}</ul></li>`}
</ul>
</div>`;
}

const boxes = { good: "", open: " open", wrong: " wrong" } as const;

/** @param path of the field whose texts these are: the reader sees where they are examples. */
function contact(view: ReportView, path: string, texts: readonly (Html | string)[]): Html {
  const example = view.report.placeholders.some((field) => field.path.startsWith(`${path}.`));
  return html`${texts.map((text, index) => html`${index === 0 ? "" : ", "}${text}`)}${example ? html` <span class="mark undetermined">(${view.t("example")})</span>` : ""}`;
}

/** A section's heading, with its number. */
export function heading(view: ReportView, section: Section): Html {
  return html`<h2 id="${view.id(section)}">${sectionsOf(view).indexOf(section) + 1}. ${view.t(`section.${section}`)}</h2>`;
}
