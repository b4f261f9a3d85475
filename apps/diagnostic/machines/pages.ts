/** The list of a company's machines with their latest values, and one machine with its states, charts and indicators. */
import type {
  KpiDay,
  KpiRow,
  KpiSummary,
  LatestValue,
  Series,
  StatePeriod,
} from "../../analytics/queries.ts";
import { html, isolated } from "../web/html.ts";
import { renderPage, simulatedTag } from "../web/layout.ts";
import type { Html, View } from "../web/view.ts";
import { type ChartRange, chartRanges } from "./chart-range.ts";
import { energyFacts, known, kpiMeaning, kpiTable, kpiTiles, leftOutNote, shiftLabel } from "./kpi.ts";
import { channelName, channelUnit, heardText, isCounter, stateName, valueText } from "./live-texts.ts";
import { type Machine, type MachineNow, neverHeard } from "./machines.ts";
import { stateStrip } from "./state-strip.ts";

export interface MachinesPage {
  readonly machines: readonly Machine[];
  readonly now: ReadonlyMap<string, MachineNow>;
  readonly values: ReadonlyMap<string, LatestValue>;
  readonly week: KpiSummary | undefined;
  /** The latest shift of each machine, by `site/machine`. */
  readonly latestShift: ReadonlyMap<string, KpiRow>;
}

export function machinesPage(view: View, page: MachinesPage): Html {
  const { t } = view;
  const sites = Map.groupBy(page.machines, ({ site }) => site);
  return renderPage(view, {
    title: t("machines.title"),
    wide: true,
    scripts: ["live.js"],
    body: html`<h1>${t("machines.title")} ${view.signedIn?.company?.simulated === true ? simulatedTag(view) : ""}</h1>
${
  page.machines.length === 0
    ? html`<p class="lead">${t("machines.none")}</p><p class="actions"><a class="button" href="/connect">${t("machines.connect")}</a></p>`
    : html`${liveStatus(view)}
${[...sites.values()].map(
  (machines) => html`<section><h2>${isolated(view, machines[0]!.siteName)}</h2>
<ul class="machines">${machines.map((machine) => machineItem(view, machine, page))}</ul></section>`,
)}
<h2>${t("machines.week")}</h2>
${page.week === undefined ? html`<p>${t("kpi.none")}</p>` : html`${kpiTiles(view, page.week)}${energyFacts(view, page.week)}${kpiMeaning(view)}`}`
}`,
  });
}

/** Channels that the list shows before any others. */
const shownFirst = ["power", "temperature"];

function machineItem(view: View, machine: Machine, page: MachinesPage): Html {
  const { t, translation } = view;
  const key = `${machine.site}/${machine.id}`;
  const now = page.now.get(key) ?? neverHeard;
  const shift = page.latestShift.get(key);
  const measured = [...page.values.values()]
    .filter(
      (value) =>
        `${value.site}/${value.machine}` === key && value.number !== null && !isCounter(value.channel),
    )
    .toSorted((a, b) => rank(a.channel) - rank(b.channel))
    .slice(0, 2);
  return html`<li>
<p class="name"><a href="${machinePath(machine)}">${isolated(view, machine.name)}</a> <span class="hint">${isolated(view, machine.kind)}</span></p>
${statePill(view, key, now)}
<dl>
<div><dt>${t("machines.good-shift")}</dt><dd>${known(view, shift?.good, (value) => translation.number(value, { maximumFractionDigits: 0 }))}</dd></div>
<div><dt>${t("machines.oee-shift")}</dt><dd>${known(view, shift?.oee, (value) => translation.percent(value))}</dd></div>
${measured.map(
  (value) =>
    html`<div><dt>${channelName(view, value.channel)}</dt><dd data-live="${key}/${value.channel}">${isolated(view, valueText(view, value))}</dd></div>`,
)}
</dl>
<p class="hint heard" data-live="${key}">${isolated(view, heardText(view, now.heardAt))}</p>
</li>`;
}

export interface MachinePage {
  readonly machine: Machine;
  readonly now: MachineNow;
  readonly values: readonly LatestValue[];
  readonly timeline: readonly StatePeriod[];
  readonly chart:
    | { readonly channel: string; readonly range: ChartRange; readonly series: Series }
    | undefined;
  readonly days: readonly KpiDay[];
  readonly shifts: readonly KpiRow[];
  /** Readings of counters that the week's figures leave out. */
  readonly leftOut: number;
  readonly week: KpiSummary | undefined;
}

export function machinePage(view: View, page: MachinePage): Html {
  const { t, translation } = view;
  const { machine } = page;
  const key = `${machine.site}/${machine.id}`;
  return renderPage(view, {
    title: machine.name,
    wide: true,
    styles: ["uplot.css"],
    libraries: ["uplot.js"],
    scripts: ["live.js", "charts.js"],
    body: html`<p class="back"><a href="/machines">${t("navigation.machines")}</a></p>
<h1>${isolated(view, machine.name)} ${view.signedIn?.company?.simulated === true ? simulatedTag(view) : ""}</h1>
<p class="hint">${isolated(view, machine.kind)} · ${isolated(view, machine.siteName)} · ${t("machine.planned", (own) => ({ seconds: own.unit(machine.plannedRunTimePerItem, "second", "long") }))}</p>
<div data-channels-of="${key}">${statePill(view, key, page.now)} <span class="hint heard" data-live="${key}">${isolated(view, heardText(view, page.now.heardAt))}</span></div>
${liveStatus(view)}
${
  page.values.length === 0
    ? html`<p class="lead">${t("machine.silent")}</p><p><a href="/connect">${t("machines.connect")}</a></p>`
    : html`<h2>${t("machine.now")}</h2>
<dl class="tiles values">${page.values
        .filter(({ channel }) => channel !== "state")
        .map(
          (value) =>
            html`<div><dt>${channelName(view, value.channel)}</dt><dd data-live="${key}/${value.channel}">${isolated(view, valueText(view, value))}</dd></div>`,
        )}</dl>
<h2>${t("machine.states")}</h2>
${stateStrip(view, page.timeline)}
${chart(view, page)}
<h2>${t("machine.week")}</h2>
${page.week === undefined ? html`<p>${t("kpi.none")}</p>` : html`${kpiTiles(view, page.week)}${energyFacts(view, page.week)}`}
${leftOutNote(view, page.leftOut)}
${kpiMeaning(view)}
${kpiTable(view, { id: "by-shift", caption: t("machine.by-shift"), first: t("kpi.shift"), rows: page.shifts.toReversed(), label: (row) => shiftLabel(view, row) })}
${kpiTable(view, { id: "by-day", caption: t("machine.by-day"), first: t("kpi.day"), rows: page.days.toReversed(), label: (row) => translation.calendarDate(row.shiftDate) })}`
}`,
  });
}

function chart(view: View, page: MachinePage): Html | "" {
  const { t, translation, country } = view;
  const { machine } = page;
  if (page.chart === undefined) return "";
  const { channel, range, series } = page.chart;
  const numeric = page.values.filter(({ number }) => number !== null).map((value) => value.channel);
  const name = channelName(view, channel);
  const unit = channelUnit(view, channel);
  const heading = unit === "" ? name : html`${name} (${isolated(view, unit)})`;
  const query = (values: Record<string, string>) =>
    `${machinePath(machine)}?${new URLSearchParams({ channel, range, ...values })}#chart`;
  const rows = series.points.filter((_, index) => index % Math.ceil(series.points.length / 48 || 1) === 0);
  return html`<h2 id="chart">${t("machine.chart")}</h2>
<div class="choices">
<form method="get" action="${machinePath(machine)}#chart"><input type="hidden" name="range" value="${range}">
<label for="channel">${t("machine.channel")}</label>
<select id="channel" name="channel">${numeric.map((one) => html`<option value="${one}"${one === channel ? " selected" : ""}>${channelName(view, one)}</option>`)}</select>
<button class="button second small">${t("machine.show")}</button></form>
<ul class="ranges" aria-label="${t("machine.range")}">${Object.keys(chartRanges).map((one) =>
    one === range
      ? html`<li><span aria-current="true">${t(`range.${one}`)}</span></li>`
      : html`<li><a href="${query({ range: one })}">${t(`range.${one}`)}</a></li>`,
  )}</ul>
</div>
<figure class="chart" data-chart="${machinePath(machine)}/series?${new URLSearchParams({ channel, range })}" data-name="${name}" data-unit="${unit}" data-locale="${translation.locale}" data-timezone="${country.timezone}">
<figcaption><span>${heading}</span> <output></output></figcaption>
</figure>
${
  rows.length === 0
    ? html`<p>${t("machine.chart.empty")}</p>`
    : html`<details><summary>${t("machine.chart.table")}</summary><div class="scroll" tabindex="0" role="region" aria-labelledby="series"><table class="figures"><caption id="series">${name}</caption>
<thead><tr><th scope="col">${t("machine.time")}</th><th scope="col">${heading}</th></tr></thead>
<tbody>${rows.map((point) => html`<tr><th scope="row">${isolated(view, translation.dateTime(point.time))}</th><td>${known(view, isCounter(channel) ? point.last : point.mean, (value) => translation.number(value, { maximumSignificantDigits: 6 }))}</td></tr>`)}</tbody></table></div></details>`
}`;
}

export function machinePath({ site, id }: Pick<Machine, "site" | "id">): string {
  return `/machines/${site}/${id}`;
}

export function statePill(view: View, key: string, { state }: MachineNow): Html {
  return html`<p class="state" data-state-of="${key}" data-state="${state}">${isolated(view, stateName(view, state))}</p>`;
}

/** Where the script says that it has no live connection. */
export function liveStatus({ t }: View): Html {
  return html`<p class="sync" role="status" data-live-status data-lost="${t("live.lost")}" data-unknown="${t("state.unknown")}"></p>`;
}

function rank(channel: string): number {
  const index = shownFirst.indexOf(channel);
  return index < 0 ? shownFirst.length : index;
}
