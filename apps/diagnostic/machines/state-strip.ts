/** A machine's states over the last hours as a strip of colours, with the same as a table of durations. */
import type { StatePeriod } from "../../analytics/queries.ts";
import { html, isolated } from "../web/html.ts";
import type { Html, View } from "../web/view.ts";
import { stateName } from "./live-texts.ts";

const width = 960;
const height = 40;

export function stateStrip(view: View, periods: readonly StatePeriod[]): Html {
  const { t, translation } = view;
  const from = periods[0]?.from ?? 0;
  const to = periods.at(-1)?.to ?? from + 1;
  const x = (time: number) => Math.round(((time - from) / (to - from)) * width * 10) / 10;
  const durations = new Map<string, number>();
  for (const period of periods)
    durations.set(period.state, (durations.get(period.state) ?? 0) + period.to - period.from);
  return html`<figure class="strip">
<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true" focusable="false">${periods.map(
    (period) =>
      html`<rect data-state="${period.state}" x="${x(period.from)}" y="0" width="${Math.max(1, Math.round((x(period.to) - x(period.from)) * 10) / 10)}" height="${height}"><title>${stateName(view, period.state)}</title></rect>`,
  )}</svg>
<ol class="marks" aria-hidden="true">${[from, to].map((time) => html`<li>${isolated(view, translation.time(time))}</li>`)}</ol>
<figcaption>
<table class="durations"><caption class="visually-hidden">${t("machine.states.table")}</caption>
<thead class="visually-hidden"><tr><th scope="col">${t("machine.state")}</th><th scope="col">${t("machine.duration")}</th><th scope="col">${t("machine.share")}</th></tr></thead>
<tbody>${[...durations]
    .toSorted((a, b) => b[1] - a[1])
    .map(
      ([state, milliseconds]) =>
        html`<tr><th scope="row"><span class="key" data-state="${state}"></span>${stateName(view, state)}</th><td>${isolated(view, durationText(view, milliseconds))}</td><td>${isolated(view, translation.percent(milliseconds / (to - from)))}</td></tr>`,
    )}</tbody></table>
</figcaption>
</figure>`;
}

function durationText({ translation }: View, milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  const parts = [
    ...(minutes >= 60 ? [translation.unit(Math.floor(minutes / 60), "hour")] : []),
    translation.unit(minutes % 60, "minute"),
  ];
  return parts.join(" ");
}
