/** The classes of data, the law behind them, and how long each is kept. */
import { html } from "hono/html";
import { articleSummary, breachPeriod } from "./articles.ts";
import { heading } from "./summary.ts";
import type { Html, ReportView } from "./view.ts";

export function dataSection(view: ReportView): Html {
  const { report } = view;
  return html`${heading(view, "data")}
<p>${view.t("data.lead")}</p>
${view.table(
  view.t("data.table"),
  [
    view.t("column.class"),
    view.t("column.rests-in"),
    view.t("column.leaves"),
    view.t("column.rests-at"),
    view.t("column.law"),
  ],
  report.data.map((data) => [
    view.className(data.class),
    view.countries(data.restsIn),
    html`${view.t(`leaves.${data.transfer}`)}${data.mechanism === undefined ? "" : html` (<span lang="en">${data.mechanism}</span>)`}${data.to === undefined ? "" : `: ${view.countries(data.to)}`}`,
    placesOf(view, data.class),
    view.articles(data.articles),
  ]),
)}
<p>${view.t("aggregates", {
    count: report.aggregates.minimumCount,
    largest: report.aggregates.largest,
    share: view.translation.percent(report.aggregates.percent / 100),
  })}</p>`;
}

const fewest = 4;

function placesOf(view: ReportView, name: string): Html | string {
  const places = view.report.places.filter(({ dataClasses }) =>
    (dataClasses as readonly string[]).includes(name),
  );
  if (places.length === 0) return view.t("none");
  const first = places.slice(0, fewest).map((place) => place.name);
  return html`<a href="#${view.id("places")}">${first.join(", ")}${places.length > fewest ? ` + ${places.length - fewest}` : ""}</a>`;
}

export function lawSection(view: ReportView): Html {
  const { law } = view.report;
  return html`${heading(view, "law")}
<p>${view.t("law.lead")} ${view.t("law.shows")}</p>
<dl class="facts">
${law.authority === undefined ? "" : html`<dt>${view.t("law.authority")}</dt><dd><a href="${law.authority.url}" rel="noopener noreferrer">${view.national(law.authority.name)}</a></dd>`}
${law.breachNotice === undefined ? "" : html`<dt>${view.t("law.breach")}</dt><dd>${breachPeriod(view, law.breachNotice)} (${view.articles([law.breachNotice.article])})</dd>`}
${law.registrations.map(
  (entry) =>
    html`<dt>${view.t("law.register")}</dt><dd>${view.national(entry.register)}: ${entry.number ?? view.t("law.no-number")} (${view.articles([entry.article])})</dd>`,
)}
<dt>${view.t("law.profile")}</dt><dd>${view.t(`law.profile.${law.profile}`)}</dd>
</dl>
${law.laws.map(
  (one) => html`<h3><a href="${one.url}" rel="noopener noreferrer">${view.national(one.title)}</a></h3>
<p class="quiet" lang="en"><bdi>${one.citation}</bdi></p>
<dl class="facts">${one.articles.map(
    ({ article, summary }) =>
      html`<dt id="${view.id(`law-${one.id}-${article}`)}">${one.citedAs === undefined ? "" : `${one.citedAs} `}${article}</dt><dd>${view.summary(summary)}${shownOf(view, `${one.id}:${article}`)}</dd>`,
  )}</dl>`,
)}`;
}

function shownOf(view: ReportView, reference: string): Html {
  const { sentences, open } = articleSummary(view, reference);
  return html`<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}${
    open.length === 0
      ? ""
      : html`<li>${view.t("article.open")} ${open.map(
          ({ policy, subject, verdict }, index) =>
            html`${index === 0 ? "" : ", "}<a href="#${view.id(`check-${policy}`)}"><code>${policy}</code></a> (<span lang="en">${subject}</span>, <span class="mark ${verdict}">${view.t(`verdict.${verdict}`)}</span>)`,
        )}</li>`
  }</ul>`;
}

export function retentionSection(view: ReportView): Html {
  const { report, translation } = view;
  return html`${heading(view, "retention")}
<p>${view.t("retention.lead")}</p>
${view.table(
  view.t("retention.table"),
  [view.t("column.what"), view.t("column.kept")],
  [
    ...Object.entries(report.retention).map(([what, period]) => [
      view.t(`retention.${what}`),
      translation.period(period),
    ]),
    ...report.data.flatMap((data) =>
      data.retention === undefined
        ? []
        : [
            [
              view.className(data.class),
              view.t("retention.after-use", { period: translation.period(data.retention) }),
            ],
          ],
    ),
  ],
)}`;
}
