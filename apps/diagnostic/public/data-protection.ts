/** What data is kept, where it is stored and by which law: from the country's file, in short and in full. */
import type { Country, Law } from "../../../localisation/schema/country.ts";
import { html, isolated, leftToRight } from "../web/html.ts";
import { renderPage } from "../web/layout.ts";
import type { Html, View } from "../web/view.ts";

type DataClassName = keyof Country["residency"]["dataClasses"];

const companysData = ["identity", "diagnosticAnswers", "machineTelemetry"] as const satisfies DataClassName[];
const operatorsData = ["aggregates", "logs", "backups"] as const satisfies DataClassName[];

/** For the welcome page and the registration: three kinds of data, where they are stored, by which articles. */
export function dataInShort(view: View): Html {
  return dataList(view, companysData);
}

function dataList(view: View, names: readonly DataClassName[]): Html {
  const { t } = view;
  return html`<dl class="data">${names.map(
    (name) => html`<div>
<dt>${t(`data.${name}.name`)}</dt>
<dd>${t(`data.${name}.what`)} ${whereStored(view, name)} <bdi class="law">${articlesOf(view, name)}</bdi></dd>
</div>`,
  )}</dl>`;
}

export function privacyPage(view: View): Html {
  const { t, country, translation } = view;
  const { programme, residency, telemetry } = country;
  const officer = programme.dataProtectionOfficer;
  const retention = [
    ["raw", telemetry.retention.raw],
    ["minute", telemetry.retention.minute],
    ["hour", telemetry.retention.hour],
    ["day", telemetry.retention.day],
    ["rejected", telemetry.retention.rejected],
  ] as const;
  return renderPage(view, {
    title: t("privacy.title"),
    body: html`<h1>${t("privacy.title")}</h1>
<p class="lead">${t("privacy.lead", { operator: translation.textOf(programme.operator.name) })}</p>
${country.support.privacyNotice === undefined ? "" : html`<p><a href="${country.support.privacyNotice}">${t("privacy.notice")}</a></p>`}
<h2>${t("privacy.kept")}</h2>
${dataList(view, [...companysData, ...operatorsData])}
<h2>${t("privacy.how-long")}</h2>
<p>${t("privacy.how-long.account")}</p>
<ul>${[...companysData, ...operatorsData].map((name) => {
      const period = residency.dataClasses[name].retention;
      return period === undefined
        ? ""
        : html`<li>${t("privacy.how-long.after", (own) => ({ data: own.text(`data.${name}.name`), period: own.period(period) }))}</li>`;
    })}${retention.map(([level, period]) => html`<li>${t(`privacy.retention.${level}`, (own) => ({ period: own.period(period) }))}</li>`)}</ul>
<h2>${t("privacy.who-sees")}</h2>
<p>${t("privacy.who-sees.text", { operator: translation.textOf(programme.operator.name), count: country.aggregates.minimumCount })}</p>
<h2>${t("privacy.rights")}</h2>
<p>${t("privacy.rights.text", { role: translation.textOf(officer.role) })}</p>
<address>
${isolated(view, officer.name)}<br>${isolated(view, translation.textOf(officer.role))}<br><a href="mailto:${officer.email}">${leftToRight(view, officer.email)}</a>
${officer.registration === undefined ? "" : html`<br>${t("privacy.registration", { number: officer.registration })}`}
</address>
${residency.authority === undefined ? "" : html`<p>${t("privacy.authority")} <a href="${residency.authority.url}" rel="noopener noreferrer">${isolated(view, translation.textOf(residency.authority.name))}</a></p>`}
${residency.otherAuthorities.length === 0 ? "" : html`<ul>${residency.otherAuthorities.map(({ name, url, task, from, until }) => html`<li><a href="${url}" rel="noopener noreferrer">${isolated(view, translation.textOf(name))}</a>: ${translation.textOf(task)}${inForce(view, from, until)}</li>`)}</ul>`}
<h2>${t("privacy.cookies")}</h2>
<p>${t("privacy.cookies.text")}</p>
<h2>${t("privacy.laws")}</h2>
${residency.laws.map(
  (law) => html`<section${lawLanguage(country, law)}>
<h3><a href="${law.url}">${translation.textOf(law.title)}</a></h3>
<p class="hint">${isolated(view, law.citation)}${inForce(view, law.from, law.until)}</p>
<dl class="articles">${law.articles.map(
    ({ article, summary }) =>
      html`<div><dt>${isolated(view, cited(law.citedAs, article))}</dt><dd>${translation.textOf(summary)}</dd></div>`,
  )}</dl>
</section>`,
)}`,
  });
}

function whereStored({ t, country }: View, name: DataClassName): Html {
  const { restsIn, crossBorder } = country.residency.dataClasses[name];
  const where = t("data.rests-in", (own) => ({
    countries: own.list(restsIn.map((code) => own.countryName(code))),
  }));
  return html`${where} ${t(`data.transfer.${crossBorder.transfer}`)}`;
}

/** "popia:72" as "Protection of Personal Information Act, s 72". Articles of one law are joined. */
function articlesOf({ country, translation }: View, name: DataClassName): string {
  const byLaw = Map.groupBy(
    country.residency.dataClasses[name].articles,
    (reference) => reference.split(":", 1)[0]!,
  );
  return [...byLaw]
    .map(([id, references]) => {
      const law = country.residency.laws.find((one) => one.id === id);
      const numbers = references
        .map((reference) => reference.slice(id.length + 1))
        .toSorted(new Intl.Collator("en", { numeric: true }).compare)
        .join(", ");
      return `${law === undefined ? id : translation.textOf(law.title)}, ${cited(law?.citedAs, numbers)}`;
    })
    .join("; ");
}

/** From and until when a law or an authority counts, where the file says so. */
function inForce({ t, translation }: View, from: string | undefined, until: string | undefined): string {
  const day = (date: string) => translation.date(Date.parse(`${date}T12:00:00Z`));
  if (from !== undefined && until !== undefined)
    return ` (${t("privacy.in-force.from-until", { from: day(from), until: day(until) })})`;
  if (from !== undefined) return ` (${t("privacy.in-force.from", { from: day(from) })})`;
  return until === undefined ? "" : ` (${t("privacy.in-force.until", { until: day(until) })})`;
}

/** A law that is written in one language for all pages is in English, the language that lawyers abroad compare by. */
function lawLanguage({ languages }: Country, { articles }: Law): Html | "" {
  const isOne = articles.every(({ summary }) => new Set(Object.values(summary)).size === 1);
  return isOne && languages.length > 1 && languages.includes("en") ? html` lang="en"` : "";
}

function cited(word: string | undefined, article: string): string {
  return word === undefined ? article : `${word} ${article}`;
}
