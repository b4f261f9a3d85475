/** The ministry's overview: how far the programme has come, and the national figures that may be shown. */
import { dimensions } from "../../../localisation/schema/diagnostic.ts";
import type { MessageFlow } from "../../../stores/relational/message-flow.ts";
import { energyFacts, known, kpiTiles, leftOutNote } from "../machines/kpi.ts";
import type { StackPart } from "../services.ts";
import { type Content, html } from "../web/html.ts";
import { renderPage, simulatedTag } from "../web/layout.ts";
import { steps } from "../web/steps.ts";
import { type Html, regionName, sizeBandName, type View } from "../web/view.ts";
import type { ComplianceReportName } from "./compliance-reports.ts";
import type { Figure, GroupCounts, GroupFigures, NationalFigures } from "./national.ts";

export interface MinistryPage {
  readonly figures: NationalFigures;
  readonly simulated: boolean;
  /** How many companies there are of the other kind. */
  readonly others: number;
  /** Absent where it is not known. */
  readonly flow: MessageFlow | undefined;
  /** Absent where the status could not be read. */
  readonly parts: readonly StackPart[] | undefined;
  /** Reports that exist; absent where none are written. */
  readonly compliance: readonly ComplianceReportName[] | undefined;
}

export function ministryPage(view: View, page: MinistryPage): Html {
  const { t, translation, country } = view;
  const { figures, simulated } = page;
  const number = (value: number) => translation.number(value);
  return renderPage(view, {
    title: t("ministry.title"),
    wide: true,
    body: html`<h1>${t("ministry.title")} ${simulated ? simulatedTag(view) : ""}</h1>
${simulated ? html`<p class="lead">${t("ministry.simulated")}</p>` : ""}
${page.others === 0 ? "" : html`<p><a href="/ministry?companies=${simulated ? "real" : "simulated"}">${simulated ? t("ministry.show-real", { count: page.others }) : t("ministry.show-simulated", { count: page.others })}</a></p>`}
<dl class="tiles">
<div><dt>${t("ministry.companies")}</dt><dd>${number(figures.companies)}</dd></div>
<div><dt>${t("ministry.started")}</dt><dd>${number(figures.started)}</dd></div>
<div><dt>${t("ministry.completed")}</dt><dd>${number(figures.completed)}</dd></div>
<div><dt>${t("ministry.machines")}</dt><dd>${number(figures.machines)}</dd></div>
<div><dt>${t("ministry.connected")}</dt><dd>${number(figures.connected)}</dd></div>
</dl>
<p class="hint">${t("ministry.rule", (own) => ({
      count: country.aggregates.minimumCount,
      largest: country.aggregates.dominance.largest,
      share: own.percent(country.aggregates.dominance.percent / 100),
    }))}</p>
<h2>${t("ministry.levels")}</h2>
<p>${t("ministry.levels.mean")} ${shown(view, figures.level, (level) => html`<strong>${t("level.of-five", (own) => ({ level: own.level(level) }))}</strong>`)}</p>
<ul class="scores compact">${dimensions
      .filter((dimension) => figures.dimensions.has(dimension))
      .map(
        (dimension) =>
          html`<li><h3>${t(`dimension.${dimension}.name`)}</h3><p class="figure">${shown(
            view,
            figures.dimensions.get(dimension),
            (level) =>
              html`${steps({ level })} <span>${t("level.of-five", (own) => ({ level: own.level(level) }))}</span>`,
          )}</p></li>`,
      )}</ul>
<h2>${t("ministry.kpis")}</h2>
${shown(view, figures.kpis, (kpis) => html`${kpiTiles(view, kpis)}${energyFacts(view, kpis)}`)}
${leftOutNote(view, figures.leftOut)}
<h2>${t("ministry.groups")}</h2>
${figureTable(view, "sector", figures.bySector)}
${figureTable(view, "size-band", figures.bySizeBand)}
${figures.byRegion.length === 0 ? "" : countTable(view, "region", figures.byRegion)}
<h2>${t("ministry.stack")}</h2>
${flowAndHealth(view, page)}
${complianceLinks(view, page.compliance)}`,
  });
}

type Grouping = "sector" | "size-band" | "region";

function figureTable(view: View, grouping: Grouping, groups: readonly GroupFigures[]): Html {
  const { t, translation } = view;
  const number = (value: number) => translation.number(value);
  const percent = (value: number | null) => known(view, value, (ratio) => translation.percent(ratio));
  if (groups.length === 0) return html`<p>${t("ministry.none")}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="by-${grouping}">
<table class="figures">
<caption id="by-${grouping}">${t(`ministry.by.${grouping}`)}</caption>
<thead><tr><th scope="col">${t(`ministry.group.${grouping}`)}</th><th scope="col">${t("ministry.companies")}</th><th scope="col">${t("ministry.completed")}</th><th scope="col">${t("ministry.level")}</th><th scope="col">${t("kpi.oee")}</th><th scope="col">${t("kpi.availability")}</th><th scope="col">${t("kpi.effectiveness")}</th><th scope="col">${t("kpi.quality")}</th></tr></thead>
<tbody>${groups.map(({ key, companies, completed, level, kpis }) => {
    const head = html`<th scope="row">${groupName(view, grouping, key)}</th><td>${number(companies)}</td><td>${number(completed)}</td><td>${shown(view, level, (value) => translation.level(value))}</td>`;
    if (kpis === undefined || kpis === "suppressed")
      return html`<tr>${head}<td colspan="4">${shown(view, kpis, () => "")}</td></tr>`;
    const { oee, availability, effectiveness, qualityRatio } = kpis.figures;
    return html`<tr>${head}<td>${percent(oee)}</td><td>${percent(availability)}</td><td>${percent(effectiveness)}</td><td>${percent(qualityRatio)}</td></tr>`;
  })}</tbody>
</table>
</div>`;
}

function countTable(view: View, grouping: Grouping, groups: readonly GroupCounts[]): Html {
  const { t, translation } = view;
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="by-${grouping}">
<table class="figures">
<caption id="by-${grouping}">${t(`ministry.by.${grouping}`)}</caption>
<thead><tr><th scope="col">${t(`ministry.group.${grouping}`)}</th><th scope="col">${t("ministry.companies")}</th><th scope="col">${t("ministry.completed")}</th></tr></thead>
<tbody>${groups.map(
    ({ key, companies, completed }) =>
      html`<tr><th scope="row">${groupName(view, grouping, key)}</th><td>${translation.number(companies)}</td><td>${translation.number(completed)}</td></tr>`,
  )}</tbody>
</table>
</div>`;
}

function groupName(view: View, grouping: Grouping, key: string): Content {
  if (grouping === "sector") return view.t(`sector.${key}`);
  if (grouping === "size-band") return sizeBandName(view, key);
  return regionName(view, key) ?? view.t("ministry.region.none");
}

/** A suppressed figure says so. */
function shown<T>(view: View, figure: Figure<T>, value: (value: T) => Html | Content): Html | Content {
  if (figure === undefined) return known(view, undefined, () => "");
  if (figure === "suppressed") return html`<span class="suppressed">${view.t("ministry.suppressed")}</span>`;
  return value(figure.figures);
}

function flowAndHealth(view: View, { flow, parts }: MinistryPage): Html {
  const { t, translation } = view;
  const number = (value: number) => translation.number(value, { maximumFractionDigits: 0 });
  const facts = [
    ["received", flow?.messages, number],
    ["stored", flow?.stored, number],
    ["duplicates", flow?.duplicates, number],
    ["rejected", flow?.rejected, number],
    ["waiting", flow?.waiting, number],
    ["lag", flow?.lagMilliseconds, (value: number) => translation.unit(value / 1000, "second")],
  ] as const;
  return html`<dl class="tiles">${facts.map(([name, value, shown]) => html`<div><dt>${t(`flow.${name}`)}</dt><dd>${known(view, value, shown)}</dd></div>`)}</dl>
${
  parts === undefined
    ? html`<p>${t("ministry.stack.unknown")}</p>`
    : html`<ul class="rows">${parts.map(
        ({ name, health, detail }) =>
          html`<li><span>${partName(view, name)}</span> <span><strong class="health" data-health="${health}">${t(`health.${health}`)}</strong> <bdi class="hint" lang="en" dir="ltr">${detail}</bdi></span></li>`,
      )}</ul>`
}`;
}

/** Known parts have names in every language; on a cluster the instance follows. */
function partName(view: View, name: string): Html | Content {
  const { t, translation } = view;
  const [program = "", ...instance] = name.split(" ");
  const key = `part.${name.toLowerCase().replaceAll(" ", "-")}`;
  if (translation.has(key)) return t(key);
  if (!translation.has(`part.${program}`)) return html`<bdi lang="en">${name}</bdi>`;
  return html`${t(`part.${program}`)} <bdi dir="ltr">${instance.join(" ")}</bdi>`;
}

function complianceLinks({ t }: View, reports: MinistryPage["compliance"]): Html | "" {
  if (reports === undefined) return "";
  return html`<h2>${t("ministry.compliance")}</h2>
<p>${t("ministry.compliance.text")}</p>
${
  reports.length === 0
    ? html`<p>${t("ministry.compliance.none")}</p>`
    : html`<ul>${reports.map((name) => html`<li><a href="/ministry/compliance/${name}">${t(`ministry.compliance.${name}`)}</a></li>`)}</ul>`
}`;
}
