/** Several countries compared in one self-contained page. */
import { html } from "hono/html";
import { brandColours } from "../../localisation/brand-colour.ts";
import type { CountryComparison } from "../compare.ts";
import { standalonePage } from "./standalone.ts";
import { pageBoxes, styleSheet } from "./style.ts";

/** The colour of the kit, not of a country. */
const colour = "#0b5c8a";

export function comparisonPage({ kit, environment, countries, rows }: CountryComparison): string {
  const title = `Compliance side by side: ${countries.map(({ name }) => name).join(", ")}`;
  const style = `${styleSheet(brandColours(colour))}${pageBoxes(`${title} · country-rollout-kit ${kit}`).replace("size:A4", "size:A4 landscape")}`;
  const body = html`<main class="frame">
<h1>${title}</h1>
<p class="quiet">As the localisation files state it${environment === undefined ? "" : `, in ${environment}`}; names of laws in their own language. Checked by country-rollout-kit ${kit}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Countries side by side">
<table>
<thead><tr><th scope="col">Topic</th>${countries.map(({ name, country, sha256 }) => html`<th scope="col">${name} (${country})<br><span class="hash">${sha256.slice(0, 16)}…</span></th>`)}</tr></thead>
<tbody>${rows.map(({ topic, values }) => html`<tr><th scope="row">${topic}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody>
</table>
</div>
</main>`;
  return standalonePage({ language: "en", direction: "ltr", title, style, body });
}
