/** A company's own first page: its results so far and what to do next. */

import type { KpiSummary } from "../../analytics/queries.ts";
import { kpiTiles } from "../machines/kpi.ts";
import type { Assessment } from "../questionnaire/assessments.ts";
import { progressBar, syncLine } from "../questionnaire/pages.ts";
import { stageOf } from "../questionnaire/scoring.ts";
import { html, isolated } from "../web/html.ts";
import { renderPage, simulatedTag } from "../web/layout.ts";
import { steps } from "../web/steps.ts";
import type { Html, View } from "../web/view.ts";

export interface CompanyPage {
  readonly questions: number;
  /** Questions answered in the open assessment; undefined where none is open. */
  readonly answered: number | undefined;
  readonly latest: Assessment | undefined;
  readonly machines: number;
  /** Machines that are not offline. */
  readonly online: number;
  readonly week: KpiSummary | undefined;
}

export function companyPage(view: View, page: CompanyPage): Html {
  const { t, signedIn } = view;
  const company = signedIn?.company;
  return renderPage(view, {
    title: t("navigation.company"),
    scripts: ["questionnaire.js"],
    body: html`<h1>${isolated(view, company?.name ?? "")} ${company?.simulated === true ? simulatedTag(view) : ""}</h1>
${syncLine(view)}
<section class="card">
<h2>${t("navigation.diagnostic")}</h2>
${diagnosticPart(view, page)}
</section>
<section class="card">
<h2>${t("navigation.machines")}</h2>
${machinesPart(view, page)}
</section>`,
  });
}

function diagnosticPart(view: View, { questions, answered, latest }: CompanyPage): Html {
  const { t } = view;
  const { score, completedAt } = latest ?? {};
  const result =
    latest === undefined || !score || !completedAt
      ? ""
      : html`<div class="overall">${steps({ level: score.overall })}
<div><p class="figure">${t("level.of-five", (own) => ({ level: own.level(score.overall) }))}</p>
<p>${t(`level.${stageOf(score.overall)}.name`)}. <a href="/diagnostic/results/${latest.id}">${t("company.result", (own) => ({ date: own.date(completedAt) }))}</a></p></div></div>`;
  if (answered === undefined)
    return html`${result === "" ? html`<p>${t("company.diagnostic.none", { count: questions })}</p>` : result}
<p class="actions"><a class="button${result === "" ? "" : " second"}" href="/diagnostic">${result === "" ? t("diagnostic.start") : t("diagnostic.start-again")}</a></p>`;
  return html`${result}<p>${t("company.diagnostic.open", { answered, count: questions })}</p>
${progressBar(answered, questions, t("diagnostic.progress"))}
<p class="actions"><a class="button" href="/diagnostic">${t("diagnostic.resume")}</a></p>`;
}

function machinesPart(view: View, { machines, online, week }: CompanyPage): Html {
  const { t } = view;
  if (machines === 0)
    return html`<p>${t("company.machines.none")}</p><p class="actions"><a class="button second" href="/connect">${t("machines.connect")}</a></p>`;
  return html`<p>${t("company.machines", { count: machines, online })}</p>
${week === undefined ? "" : html`<h3>${t("machines.week")}</h3>${kpiTiles(view, week)}`}
<p class="actions"><a class="button second" href="/machines">${t("company.machines.see")}</a></p>`;
}
