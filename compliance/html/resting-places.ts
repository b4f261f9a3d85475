/** Where data is stored, who can reach it, what leaves the stack. */
import { html } from "hono/html";
import { chartsOf } from "../open-points.ts";
import type { RestingPlace } from "../report-schema.ts";
import { heading } from "./summary.ts";
import type { Html, ReportView } from "./view.ts";

export function placesSection(view: ReportView): Html {
  const { report } = view;
  return html`${heading(view, "places")}
<p>${view.t(report.target === "local" ? "places.lead.local" : "places.lead")}</p>
${view.table(
  view.t("places.table"),
  [
    view.t("column.place"),
    view.t("column.holds"),
    view.t("column.where"),
    view.t("column.size"),
    view.t("column.encryption"),
    view.t("column.kept"),
  ],
  alike(report.places).map(([place, names]) => [
    html`<span lang="en">${names.join(", ")}</span><br><span class="quiet" lang="en">${place.kind}${place.part === undefined ? "" : `, ${place.part}`}</span>`,
    view.classNames(place.dataClasses),
    where(view, place),
    size(view, place),
    encryption(view, place),
    place.retention === undefined ? "" : view.translation.period(place.retention),
  ]),
)}
<p class="quiet">${view.t("places.certainty")}</p>`;
}

/** Groups places that differ only in their name into one row. */
function alike(places: readonly RestingPlace[]): [RestingPlace, string[]][] {
  const rows = new Map<string, [RestingPlace, string[]]>();
  for (const place of places) {
    const { name, ...rest } = place;
    const key = JSON.stringify(rest);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [place, [name]]);
    else row[1].push(name);
  }
  return [...rows.values()];
}

function where(view: ReportView, place: RestingPlace): Html {
  const { countries, region, zones, address, certainty } = place;
  const country = countries.length === 0 ? view.t("where.unknown") : view.countries(countries);
  const detail = [region, zones.length === 0 ? undefined : zones.join(", "), address]
    .filter((text) => text !== undefined)
    .join("; ");
  return html`${country}${detail === "" ? "" : html`<br><span class="quiet">${detail}</span>`}${countries.length === 0 ? "" : html`<br><span class="quiet">${view.t(`certainty.${certainty}`)}</span>`}`;
}

function size(view: ReportView, { copies, gibibytes, kind }: RestingPlace): string {
  const amount = gibibytes === undefined ? "" : `${view.translation.number(gibibytes)} GiB`;
  if (copies === undefined) return amount;
  const counted = kind === "Secret" ? String(copies) : view.t("copies", { count: copies });
  return amount === "" ? counted : `${counted}, ${amount}`;
}

function encryption(view: ReportView, { encryption: { by, detail }, storageClass }: RestingPlace): Html {
  const named = detail ?? storageClass;
  return html`${view.t(`encryption.${by}`)}${named === undefined ? "" : html`<br><span class="quiet" lang="en">${named}</span>`}`;
}

export function accessSection(view: ReportView): Html {
  const { access, target } = view.report;
  const roles = ["company", "ministry", "operator", "machine", "auditor"];
  return html`${heading(view, "access")}
<p>${view.t("access.lead")}</p>
<dl class="facts">${roles.map((role) => html`<dt>${view.t(`role.${role}`)}</dt><dd>${view.t(`role.${role}.may`, { count: view.report.aggregates.minimumCount })}</dd>`)}</dl>
${view.table(
  view.t("access.entrances"),
  [view.t("column.entrance"), view.t("column.address"), view.t("column.from")],
  access.entrances.map(({ name, address, protocol, from }) => [
    html`<span lang="en">${name}</span>`,
    html`<code>${address}</code> ${view.t(`protocol.${protocol}`)}`,
    from.length === 0 ? view.t(target === "local" ? "from.machine" : "from.any") : from.join(", "),
  ]),
)}
${
  target === "local"
    ? html`<p>${view.t("access.local")}</p>`
    : html`<h3>${view.t("access.administrators")}</h3>
<p>${access.administrators.length === 0 ? view.t("access.administrators.none") : access.administrators.join(", ")}</p>
<h3>${view.t("access.rights")}</h3>
<p>${access.rights.length === 0 ? view.t("none") : html`<span lang="en">${access.rights.join(", ")}</span>`}</p>`
}
<h3>${view.t("access.remote")}</h3>
${
  access.remote.length === 0
    ? html`<p>${view.t("access.remote.none")}</p>`
    : html`<ul>${access.remote.map(({ who, from, why, until }) => html`<li>${who}, ${view.translation.countryName(from)}: ${why} (${view.t("until", { day: until })})</li>`)}</ul>`
}`;
}

export function flowsSection(view: ReportView): Html {
  const { flows, target } = view.report;
  return html`${heading(view, "flows")}
<p>${target === "local" ? view.t("flows.lead.local") : closing(view)}</p>
${
  flows.outside.length === 0
    ? html`<p>${view.t("flows.none")}</p>`
    : view.table(
        view.t("flows.table"),
        [
          view.t("column.host"),
          view.t("column.country"),
          view.t("column.purpose"),
          view.t("column.sent"),
          view.t("column.opened"),
          view.t("column.by"),
        ],
        flows.outside.map(({ host, country, purpose, dataClasses, addresses, by }) => [
          html`<code>${host}</code>`,
          view.translation.countryName(country),
          view.t(`purpose.${purpose}`),
          dataClasses.length === 0 ? view.t("flows.nothing") : view.classNames(dataClasses),
          addresses.length === 0 ? view.t("flows.closed") : addresses.join(", "),
          html`<code>${by}</code>`,
        ]),
      )
}
${
  flows.openings.length === 0
    ? ""
    : view.table(
        view.t("flows.openings"),
        [view.t("column.rule"), view.t("column.ranges")],
        flows.openings.map(({ policy, to }) => [html`<span lang="en">${policy}</span>`, to.join(", ")]),
      )
}
<dl class="facts">
<dt>${view.t("flows.registries")}</dt><dd>${flows.imageRegistries.length === 0 ? view.t("none") : flows.imageRegistries.join(", ")}</dd>
<dt>${view.t("flows.names")}</dt><dd>${view.t(target === "local" ? "flows.names.local" : "flows.names.cluster")}</dd>
<dt>${view.t("flows.certificates")}</dt><dd>${view.t(`certificates.${flows.certificates.issuer}`)}${flows.certificates.server === undefined ? "" : ` (${flows.certificates.server})`}</dd>
<dt>${view.t("flows.pages")}</dt><dd>${view.t("flows.pages.none")}</dd>
</dl>
<h3>${view.t("flows.transfers")}</h3>
${
  flows.transfers.length === 0
    ? html`<p>${view.t("flows.transfers.none")}</p>`
    : html`<ul>${flows.transfers.map(
        (transfer) =>
          html`<li>${transfer.recipient}, ${view.translation.countryName(transfer.to)}: ${view.classNames(transfer.dataClasses)}; <span lang="en">${transfer.mechanism}</span>; ${view.articles([transfer.article])}; ${transfer.evidence}${transfer.until === undefined ? "" : ` (${view.t("until", { day: transfer.until })})`}</li>`,
      )}</ul>`
}`;
}

/** Checks that together say that nothing else leaves the stack's pods. */
const closes = ["default-deny-egress", "egress-rules", "open-egress"];

/** Says that traffic is closed only where the checks found it so; what charts install is in no check. */
function closing(view: ReportView): Html {
  const { report } = view;
  const verdictOf = (id: string) => report.checks.find(({ policy }) => policy === id)?.verdict;
  const verdicts = closes.map(verdictOf);
  const isClosed =
    verdictOf("default-deny-egress") === "pass" &&
    verdicts.every((verdict) => verdict === "pass" || verdict === "not-applicable");
  const charts = chartsOf(report);
  const links = closes.map((id) => html` <a href="#${view.id(`check-${id}`)}"><code>${id}</code></a>`);
  if (!isClosed) return html`${view.t("flows.lead.open")}${links}`;
  return html`${view.t("flows.lead")}${charts.length === 0 ? "" : html` ${view.t("flows.lead.charts", { charts: charts.join(", ") })}`}`;
}
