/** The diagnostic's pages: its start, one question per page, and the check of all answers before the result. */
import { dimensions } from "../../../localisation/schema/diagnostic.ts";
import { errorSummary, type FieldErrors, titleWithErrors } from "../web/forms.ts";
import { type Content, html } from "../web/html.ts";
import { renderPage } from "../web/layout.ts";
import type { Html, View } from "../web/view.ts";
import type { Assessment } from "./assessments.ts";
import { type Question, textsOf } from "./questionnaire.ts";
import type { Answers } from "./scoring.ts";

export interface DiagnosticStart {
  readonly questions: readonly Question[];
  readonly open: { readonly answers: Answers; readonly startedAt: Date } | undefined;
  readonly completed: readonly Assessment[];
}

export function diagnosticPage(view: View, { questions, open, completed }: DiagnosticStart): Html {
  const { t, translation } = view;
  const answered =
    open === undefined ? 0 : questions.filter(({ id }) => open.answers[id] !== undefined).length;
  return renderPage(view, {
    title: t("diagnostic.title"),
    scripts: ["questionnaire.js"],
    body: html`<h1>${t("diagnostic.title")}</h1>
<p class="lead">${t("diagnostic.lead", { count: questions.length })}</p>
${syncLine(view)}
${
  open === undefined
    ? html`<form method="post" action="/diagnostic/start"><p class="actions"><button class="button">${completed.length === 0 ? t("diagnostic.start") : t("diagnostic.start-again")}</button></p></form>`
    : html`<p>${t("diagnostic.open", (own) => ({ answered, count: questions.length, date: own.date(open.startedAt) }))}</p>
${progressBar(answered, questions.length, t("diagnostic.progress"))}
<p class="actions"><a class="button" href="${answered === questions.length ? "/diagnostic/check" : questionPath(firstUnanswered(questions, open.answers))}">${answered === questions.length ? t("diagnostic.check") : t("diagnostic.resume")}</a></p>`
}
${
  completed.length === 0
    ? ""
    : html`<h2>${t("diagnostic.results")}</h2>
<ul class="rows">${completed.map(
        ({ id, completedAt, score }) =>
          html`<li><a href="/diagnostic/results/${id}">${translation.date(completedAt ?? 0)}</a> <span>${t("level.of-five", (own) => ({ level: own.level(score?.overall ?? 0) }))}</span></li>`,
      )}</ul>`
}
<h2>${t("diagnostic.how")}</h2>
<dl class="dimensions">${dimensions
      .filter((dimension) => questions.some((question) => question.dimension === dimension))
      .map(
        (dimension) =>
          html`<div><dt>${t(`dimension.${dimension}.name`)}</dt><dd>${t(`dimension.${dimension}.about`)}</dd></div>`,
      )}</dl>
<p>${t("diagnostic.how.honest")}</p>`,
  });
}

export interface QuestionPage {
  readonly assessmentId: string;
  readonly questions: readonly Question[];
  readonly question: Question;
  readonly answer: number | null | undefined;
  /** Go back to the check of all answers afterwards. */
  readonly fromCheck: boolean;
  readonly errors?: FieldErrors;
}

export function questionPage(view: View, page: QuestionPage): Html {
  const { t } = view;
  const number = page.questions.indexOf(page.question) + 1;
  const title = t("question.title", { number, count: page.questions.length });
  return renderPage(view, {
    title: titleWithErrors(view, title, page.errors ?? {}),
    focused: true,
    scripts: ["questionnaire.js"],
    body: questionSection(view, page),
  });
}

/** All questions and the check of their answers at once, for the script that shows them without a connection. */
export function offlineSheet(view: View, page: Omit<CheckPage, "errors">): Html {
  const { assessmentId, questions, answers } = page;
  return html`<!doctype html><html lang="${view.translation.tag}" dir="${view.translation.direction}"><title>-</title><body>${questions.map(
    (question) => {
      const answer = answers[question.id];
      return questionSection(view, { assessmentId, questions, question, answer, fromCheck: false });
    },
  )}${checkSection(view, page)}</body></html>`;
}

function questionSection(view: View, page: QuestionPage): Html {
  const { t, country, translation } = view;
  const { questions, question, answer, fromCheck, errors = {} } = page;
  const index = questions.indexOf(question);
  const previous = questions[index - 1];
  const next = questions[index + 1];
  const { text, levels } = textsOf(country, question.id, translation);
  const before = previous === undefined ? "/diagnostic" : questionPath(previous);
  const back = fromCheck ? "/diagnostic/check" : before;
  const error = errors.level;
  const choices = [
    ...levels.map((level, value) => [String(value), level] as const),
    ["unknown", t("question.unknown")] as const,
  ];
  const chosen = answer === undefined ? undefined : answer === null ? "unknown" : String(answer);
  return html`<section class="question" data-question="${question.id}" data-assessment="${page.assessmentId}" data-next="${next === undefined ? "/diagnostic/check" : questionPath(next)}" data-title="${t("question.title", { number: index + 1, count: questions.length })}">
<p class="back"><a href="${back}">${t("question.back")}</a></p>
${errorSummary(view, errors)}
<p class="count">${t("question.count", { number: index + 1, count: questions.length })} <span class="hint">${t(`dimension.${question.dimension}.name`)}</span></p>
${progressBar(index + 1, questions.length, t("diagnostic.progress"))}
<form method="post" action="${questionPath(question)}" novalidate>
${fromCheck ? html`<input type="hidden" name="from" value="check">` : ""}
<fieldset class="levels${error === undefined ? "" : " wrong"}"${error === undefined ? "" : html` aria-describedby="level-error"`}>
<legend><h1 tabindex="-1">${text}</h1></legend>
${error === undefined ? "" : html`<p class="error" id="level-error">${error}</p>`}
${choices.map(
  ([value, label], position) => html`<div class="choice${value === "unknown" ? " apart" : ""}">
<input type="radio" name="level" id="${position === 0 ? "level" : `level-${value}`}" value="${value}"${value === chosen ? " checked" : ""} required>
<label for="${position === 0 ? "level" : `level-${value}`}">${label}</label>
</div>`,
)}
</fieldset>
<p class="actions"><button class="button">${t("question.continue")}</button> <a class="quiet" href="/diagnostic">${t("question.later")}</a></p>
${syncLine(view, t("question.saved"))}
</form>
</section>`;
}

export interface CheckPage {
  readonly assessmentId: string;
  readonly questions: readonly Question[];
  readonly answers: Answers;
  readonly errors?: FieldErrors;
}

export function checkPage(view: View, page: CheckPage): Html {
  return renderPage(view, {
    title: titleWithErrors(view, view.t("check.title"), page.errors ?? {}),
    scripts: ["questionnaire.js"],
    body: checkSection(view, page),
  });
}

function checkSection(view: View, { assessmentId, questions, answers, errors = {} }: CheckPage): Html {
  const { t, country, translation } = view;
  return html`<section class="check" data-assessment="${assessmentId}" data-title="${t("check.title")}">
<p class="back"><a href="/diagnostic">${t("question.back")}</a></p>
${errorSummary(view, errors)}
<h1 tabindex="-1">${t("check.title")}</h1>
${syncLine(view)}
${dimensions.map((dimension) => {
  const own = questions.filter((question) => question.dimension === dimension);
  return own.length === 0
    ? ""
    : html`<h2>${t(`dimension.${dimension}.name`)}</h2>
<dl class="answers">${own.map((question) => {
        const { text, levels } = textsOf(country, question.id, translation);
        const answer = answers[question.id];
        return html`<div id="${question.id}">
<dt>${text}</dt>
<dd${answer === undefined ? html` class="missing"` : ""}>${answer === undefined ? t("check.missing") : answer === null ? t("question.unknown") : levels[answer]}</dd>
<dd class="change"><a href="${questionPath(question)}?from=check">${answer === undefined ? t("check.answer") : t("check.change")}<span class="visually-hidden">: ${text}</span></a></dd>
</div>`;
      })}</dl>`;
})}
<form method="post" action="/diagnostic/complete">
<p>${t("check.final")}</p>
<p class="actions"><button class="button">${t("check.submit")}</button></p>
</form>
</section>`;
}

/**
 * Where the script says whether answers have reached the server, and names those that can't be kept.
 * @param saved what it says when all have.
 */
export function syncLine({ t }: View, saved: Content = ""): Html {
  return html`<div class="sync" role="status" data-saved="${saved}" data-waiting="${t("question.waiting")}" data-signed-out="${t("question.signed-out")}"></div>
<div class="not-kept" role="status" hidden><p>${t("question.not-kept")}</p><ul></ul><p><button type="button" class="button second">${t("question.not-kept.remove")}</button></p></div>`;
}

export function questionPath(question: Question | undefined): string {
  return question === undefined ? "/diagnostic/check" : `/diagnostic/questions/${question.id}`;
}

export function firstUnanswered(questions: readonly Question[], answers: Answers): Question | undefined {
  return questions.find(({ id }) => answers[id] === undefined);
}

export function progressBar(value: number, max: number, label: Content): Html {
  return html`<progress value="${value}" max="${max}" aria-label="${label}"></progress>`;
}
