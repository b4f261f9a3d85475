/** Key performance indicators as tiles and tables: ISO 22400-2 names, and what energy costs in money and carbon dioxide. */
import type { KpiRow, KpiSummary } from "../../analytics/queries.ts";
import { type Content, html, isolated } from "../web/html.ts";
import type { Html, View } from "../web/view.ts";

type Ratios = Pick<KpiSummary, "availability" | "effectiveness" | "qualityRatio" | "oee">;

/** An unknown value is shown as a dash, which a screen reader reads as "not known". */
export function known(
  view: View,
  value: number | null | undefined,
  shown: (value: number) => string,
): Html | Content {
  return value === null || value === undefined
    ? html`<span aria-hidden="true">–</span><span class="visually-hidden">${view.t("kpi.unknown")}</span>`
    : isolated(view, shown(value));
}

export function kpiTiles(view: View, ratios: Ratios): Html {
  const { t, translation } = view;
  const percent = (value: number) => translation.percent(value);
  const tiles = [
    ["oee", ratios.oee],
    ["availability", ratios.availability],
    ["effectiveness", ratios.effectiveness],
    ["quality", ratios.qualityRatio],
  ] as const;
  return html`<dl class="tiles">${tiles.map(
    ([name, value]) => html`<div><dt>${t(`kpi.${name}`)}</dt><dd>${known(view, value, percent)}</dd></div>`,
  )}</dl>`;
}

export function energyFacts(
  view: View,
  summary: { readonly energyKilowattHours: number | null; readonly energyPerItem?: number | null },
): Html {
  const { t, translation, country } = view;
  const { tariff, emissionFactor } = country.telemetry.energy;
  const energy = summary.energyKilowattHours;
  const number = (value: number) => translation.number(value, { maximumSignificantDigits: 3 });
  return html`<dl class="tiles">
<div><dt>${t("energy.used")}</dt><dd>${known(view, energy, (value) => `${number(value)} kWh`)}</dd></div>
${summary.energyPerItem === undefined ? "" : html`<div><dt>${t("energy.per-item")}</dt><dd>${known(view, summary.energyPerItem, (value) => `${number(value)} kWh`)}</dd></div>`}
<div><dt>${t("energy.cost")}</dt><dd>${known(view, energy, (value) => translation.money(value * tariff.pricePerKilowattHour))}</dd></div>
<div><dt>${t("energy.carbon-dioxide")}</dt><dd>${known(view, energy, (value) => translation.unit(value * emissionFactor.kilogramsCarbonDioxidePerKilowattHour, "kilogram"))}</dd></div>
</dl>
<p class="hint">${t("energy.basis", (own) => ({
    price: own.money(tariff.pricePerKilowattHour),
    priceYear: String(tariff.year),
    factor: own.unit(emissionFactor.kilogramsCarbonDioxidePerKilowattHour, "kilogram"),
    factorYear: String(emissionFactor.year),
  }))} <a href="${tariff.source}" rel="noopener noreferrer">${t("energy.tariff-source")}</a> · <a href="${emissionFactor.source}" rel="noopener noreferrer">${t("energy.factor-source")}</a></p>`;
}

/** A table of indicators whose first column is made by `label`. */
export function kpiTable<T extends KpiSummary>(
  view: View,
  options: {
    readonly id: string;
    readonly caption: Content;
    readonly first: Content;
    readonly rows: readonly T[];
    readonly label: (row: T) => Content | Html;
  },
): Html {
  const { t, translation } = view;
  const percent = (value: number) => translation.percent(value);
  const count = (value: number) => translation.number(value, { maximumFractionDigits: 0 });
  const energy = (value: number) => translation.number(value, { maximumSignificantDigits: 3 });
  if (options.rows.length === 0) return html`<p>${t("kpi.none")}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${options.id}">
<table class="figures">
<caption id="${options.id}">${options.caption}</caption>
<thead><tr><th scope="col">${options.first}</th><th scope="col">${t("kpi.oee")}</th><th scope="col">${t("kpi.availability")}</th><th scope="col">${t("kpi.effectiveness")}</th><th scope="col">${t("kpi.quality")}</th><th scope="col">${t("kpi.good")}</th><th scope="col">${t("kpi.scrap")}</th><th scope="col">${t("energy.used")} ${isolated(view, "(kWh)")}</th><th scope="col">${t("energy.per-item")} ${isolated(view, "(kWh)")}</th></tr></thead>
<tbody>${options.rows.map(
    (
      row,
    ) => html`<tr><th scope="row">${options.label(row)}${row.complete ? "" : html` <span class="hint">${t("kpi.running")}</span>`}</th>
<td>${known(view, row.oee, percent)}</td><td>${known(view, row.availability, percent)}</td><td>${known(view, row.effectiveness, percent)}</td><td>${known(view, row.qualityRatio, percent)}</td><td>${known(view, row.good, count)}</td><td>${known(view, row.scrap, count)}</td><td>${known(view, row.energyKilowattHours, energy)}</td><td>${known(view, row.energyPerItem, energy)}</td></tr>`,
  )}</tbody>
</table>
</div>`;
}

/** Says how many readings of counters the figures leave out; nothing where there are none. */
export function leftOutNote({ t }: View, readings: number): Html | "" {
  return readings === 0
    ? ""
    : html`<p class="hint">${t("kpi.left-out", (own) => ({ readings: own.number(readings) }))}</p>`;
}

export function kpiMeaning({ t }: View): Html {
  return html`<details><summary>${t("kpi.meaning")}</summary>
<dl class="articles">${(["oee", "availability", "effectiveness", "quality"] as const).map(
    (name) => html`<div><dt>${t(`kpi.${name}`)}</dt><dd>${t(`kpi.${name}.about`)}</dd></div>`,
  )}</dl></details>`;
}

export function shiftLabel(view: View, row: Pick<KpiRow, "shiftDate" | "shift">): Html {
  const date = view.translation.calendarDate(row.shiftDate);
  return html`${date}${view.translation.direction === "rtl" ? "،" : ","} ${shiftName(view, row.shift)}`;
}

/** Usual names of shifts are translated; others show as the country's file names them. */
function shiftName({ t, translation }: View, shift: string): Content {
  return translation.has(`shift.${shift}`) ? t(`shift.${shift}`) : shift;
}
