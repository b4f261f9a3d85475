/** A diagnostic's result: levels, barriers, the next steps, and programmes that help. It can be printed. */
import { Text } from "../../../localisation/languages/text.ts";
import type { FinancingProgramme } from "../../../localisation/schema/country.ts";
import { type Content, html, isolated } from "../web/html.ts";
import { renderPage } from "../web/layout.ts";
import { steps } from "../web/steps.ts";
import { type Html, sizeBandName, type View } from "../web/view.ts";
import type { PeerComparison } from "./comparison.ts";
import { type Question, textsOf } from "./questionnaire.ts";
import type { NextStep } from "./recommendation.ts";
import { type Score, stageOf } from "./scoring.ts";

export interface ResultPage {
  readonly completedAt: Date;
  readonly score: Score;
  readonly questions: readonly Question[];
  readonly nextSteps: readonly NextStep[];
  readonly financing: readonly FinancingProgramme[];
  readonly levers: readonly FinancingProgramme[];
  readonly comparisons: readonly PeerComparison[];
}

export function resultPage(view: View, page: ResultPage): Html {
  const { t, translation, signedIn } = view;
  const { score } = page;
  return renderPage(view, {
    title: t("result.title"),
    body: html`<p class="back"><a href="/diagnostic">${t("question.back")}</a></p>
<h1>${t("result.title")}</h1>
<p class="hint">${isolated(view, signedIn?.company?.name ?? "")} · ${translation.date(page.completedAt)}</p>
<div class="overall">
${steps({ level: score.overall, size: "large" })}
<div>
<p class="figure">${t("level.of-five", (own) => ({ level: own.level(score.overall) }))}</p>
<p class="lead"><strong>${t(`level.${stageOf(score.overall)}.name`)}.</strong> ${t(`level.${stageOf(score.overall)}.about`)}</p>
</div>
</div>
<h2>${t("result.dimensions")}</h2>
<ul class="scores">${score.dimensions.map(
      ({ dimension, level, cappedBy }) => html`<li>
<h3>${t(`dimension.${dimension}.name`)}</h3>
<p class="figure">${steps({ level })} <span>${t("level.of-five", (own) => ({ level: own.level(level) }))}</span></p>
<p>${t(`dimension.${dimension}.advice.${stageOf(level)}`)}</p>
${cappedBy.length === 0 ? "" : html`<p class="hint">${t("result.capped", (own) => ({ question: joined(cappedBy.map((id) => textsOf(view.country, id, own).text)) }))}</p>`}
</li>`,
    )}</ul>
${comparisonOf(view, page.comparisons, score.overall)}
<h2>${t("result.barriers")}</h2>
<p>${t("result.barriers.text")}</p>
<ol class="barriers">${score.barriers.map(
      ({ barrier, gap }) => html`<li>
<p class="name"><strong>${t(`barrier.${barrier}.name`)}</strong> <span>${t("result.gap", (own) => ({ share: own.percent(Math.round(gap * 100) / 100) }))}</span></p>
<meter value="${Math.round(gap * 100)}" max="100" aria-label="${t(`barrier.${barrier}.name`)}"></meter>
<p>${t(`barrier.${barrier}.about`)}</p>
</li>`,
    )}</ol>
<h2>${t("result.steps")}</h2>
${page.nextSteps.length === 0 ? html`<p>${t("result.steps.none")}</p>` : html`<p>${t("result.steps.text")}</p>`}
<ol class="steps-list">${page.nextSteps.map((step) => stepItem(view, step))}</ol>
${score.unknown.length === 0 ? "" : unknownAnswers(view, score.unknown)}
${programmes(view, t("result.financing"), t("result.financing.none"), page.financing)}
${programmes(view, t("result.levers"), t("result.levers.none"), page.levers)}
<h2>${t("result.method")}</h2>
<p>${t("result.method.text")}</p>`,
  });
}

function comparisonOf(view: View, comparisons: readonly PeerComparison[], overall: number): Html | "" {
  const { t, country, signedIn } = view;
  const company = signedIn?.company;
  if (comparisons.length === 0 || company === undefined) return "";
  const nameOf = (group: PeerComparison["group"]) =>
    group === "sector" ? t(`sector.${company.sector}`) : sizeBandName(view, company.sizeBand);
  return html`<h2>${t("result.comparison")}</h2>
<ul class="comparison">${comparisons.map(({ group, companies, mean }) =>
    mean === undefined
      ? html`<li><strong>${nameOf(group)}:</strong> ${t("result.comparison.suppressed", { minimum: country.aggregates.minimumCount })}</li>`
      : html`<li><strong>${nameOf(group)}:</strong> ${t("result.comparison.mean", (own) => ({ mean: own.level(mean), own: own.level(overall), companies }))}</li>`,
  )}</ul>`;
}

function stepItem(view: View, { question, from, caps }: NextStep): Html {
  const { t, country, translation } = view;
  const { text, levels } = textsOf(country, question.id, translation);
  return html`<li>
<h3>${text}</h3>
<dl class="from-to"><div><dt>${t("result.now")}</dt><dd>${levels[from]}</dd></div><div><dt>${t("result.next")}</dt><dd>${levels[from + 1]}</dd></div></dl>
${caps ? html`<p class="hint">${t("result.caps", (own) => ({ dimension: own.text(`dimension.${question.dimension}.name`) }))}</p>` : ""}
</li>`;
}

/** Several texts as one: in the other language where one of them is. */
function joined(texts: readonly Text[]): Text {
  const { language, isForeign, isOfFile } = texts.find((text) => text.isForeign) ?? texts[0]!;
  return new Text(language, [texts.map(String).join(" ")], { isForeign, isOfFile });
}

function unknownAnswers(view: View, ids: readonly string[]): Html {
  const { t, country, translation } = view;
  return html`<h2>${t("result.unknown")}</h2>
<p>${t("result.unknown.text", { count: ids.length })}</p>
<ul>${ids.map((id) => html`<li>${textsOf(country, id, translation).text}</li>`)}</ul>`;
}

function programmes(view: View, title: Content, none: Content, list: readonly FinancingProgramme[]): Html {
  const { t, translation } = view;
  return html`<h2>${title}</h2>
${
  list.length === 0
    ? html`<p>${none}</p>`
    : html`<ul class="programmes">${list.map(
        ({ name, provider, summary, url, barriers }) => html`<li>
<h3><a href="${url}" rel="noopener noreferrer">${isolated(view, translation.textOf(name))}</a></h3>
<p class="hint">${isolated(view, translation.textOf(provider))}</p>
<p>${translation.textOf(summary)}</p>
<p class="hint">${t("result.helps-with", (own) => ({ barriers: own.listOf(barriers.map((barrier) => `barrier.${barrier}.name`)) }))}</p>
</li>`,
      )}</ul>`
}`;
}
