/** The report's first page: the verdict, what was checked and what not, and what the report was made from. */
import { html } from "hono/html";
import { chartsOf, failedAdvice, judgedChecks, standingOf, unknownPlaces } from "../open-points.ts";
import type { Html, ReportView } from "./view.ts";
import { wordTable } from "./whose-word.ts";

const sections = [
  "data",
  "places",
  "access",
  "flows",
  "law",
  "retention",
  "checks",
  "waivers",
  "changes",
  "open",
  "verify",
] as const;

/** Without a last report there are no changes. */
const sectionsOf = ({ report }: ReportView) =>
  sections.filter((section) => section !== "changes" || report.changes !== undefined);

export function summary(view: ReportView): Html {
  const { report, translation } = view;
  const { verdict, inputs, made, programme } = report;
  const { officer } = programme;
  const name = translation.localised(report.names);
  const target = view.t(`target.${report.target}`);
  return html`<h1>${view.t("title", { country: name })}</h1>
<p class="quiet">${view.t("translation")}</p>
${openFirst(view)}
<div class="verdict${boxes[standingOf(report)]}">
<p><strong>${verdictInWords(view)}</strong></p>
<p>${
    inputs.plan === undefined
      ? view.t("checked.local", {
          policies: inputs.policies.count,
          judged: judgedChecks(report),
        })
      : view.t("checked.plan", { resources: inputs.plan.resources, target, policies: inputs.policies.count })
  } ${view.t("checked.result", {
    passed: verdict.passed,
    failed: verdict.failed,
    undetermined: verdict.undetermined,
    waived: verdict.waived,
    none: verdict.notApplicable,
  })}</p>
</div>
${wordTable(view)}
<dl class="facts">
<dt>${view.t("fact.programme")}</dt><dd>${translation.localised(programme.name)}</dd>
<dt>${view.t("fact.operator")}</dt><dd>${contact(view, "programme.operator", [programme.operator.name, programme.operator.email])}</dd>
<dt>${view.t("fact.officer")}</dt><dd>${contact(view, "programme.dataProtectionOfficer", [officer.name, officer.role, officer.email])}${officer.registration === undefined ? "" : ` (${officer.registration})`}</dd>
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
  const { report } = view;
  const { environment, placeholders, toConfirm, notes, verdict, inputs, changes } = report;
  const charts = chartsOf(report);
  const counted = (key: string, count: number, section: (typeof sections)[number] = "open") =>
    count === 0 ? "" : html`<li><a href="#${view.id(section)}">${view.t(key, { count })}</a></li>`;
  return html`<div class="verdict open">
<h2 id="${view.id("first")}">${view.t("first")}</h2>
<ul>
<li>${environment === "production" ? view.t("first.production") : environment === undefined ? view.t("first.no-environment") : view.t("first.environment", { environment })}</li>
${counted("first.examples", placeholders.length)}
${counted("first.to-confirm", toConfirm.length)}
${charts.length === 0 ? "" : html`<li>${view.t("first.charts", { charts: charts.join(", ") })}</li>`}
<li><a href="#${view.id("checks")}">${view.t("first.nothing", { count: verdict.notApplicable })}</a></li>
${counted("first.undetermined", verdict.undetermined, "checks")}
${counted("first.advisory", failedAdvice(report), "checks")}
${counted("first.waived", verdict.waived, "waivers")}
${counted("first.unknown-places", unknownPlaces(report), "places")}
${changes === undefined ? "" : html`<li><a href="#${view.id("changes")}">${view.t("first.changes", { day: changes.since.at.slice(0, 10), count: changes.differences.length + changes.unlisted })}</a></li>`}
<li>${inputs.plan === undefined ? view.t("checked.not.local") : view.t("checked.not.plan")} <a href="#${view.id("open")}">${view.t("section.open")}</a></li>
${notes.length === 0 ? "" : html`<li>${view.t("open.notes")}:<ul lang="en">${notes.map((note) => html`<li>${note}</li>`)}</ul></li>`}
</ul>
</div>`;
}

const boxes = { good: "", open: " open", wrong: " wrong" } as const;

function verdictInWords(view: ReportView): string {
  const { verdict } = view.report;
  if (!verdict.ok) return view.t("verdict.failed", { count: verdict.failed + verdict.undetermined });
  return view.t(judgedChecks(view.report) === 0 ? "verdict.nothing" : "verdict.ok");
}

/** @param path of the field whose texts these are: the reader sees where they are examples. */
function contact(view: ReportView, path: string, texts: readonly string[]): Html {
  const example = view.report.placeholders.some((field) => field.path.startsWith(`${path}.`));
  return html`${texts.join(", ")}${example ? html` <span class="mark undetermined">(${view.t("example")})</span>` : ""}`;
}

/** A section's heading, with its number. */
export function heading(view: ReportView, section: (typeof sections)[number]): Html {
  return html`<h2 id="${view.id(section)}">${sectionsOf(view).indexOf(section) + 1}. ${view.t(`section.${section}`)}</h2>`;
}
