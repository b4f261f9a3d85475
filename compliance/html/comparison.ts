/** Countries side by side as one page that needs nothing else. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { brandColours } from "../../apps/diagnostic/brand-colour.ts";
import type { Comparison } from "../compare.ts";
import { pageBoxes, styleSheet } from "./style.ts";

/** Of the kit itself: no country's. */
const colour = "#0b5c8a";

export function comparisonPage({ kit, environment, countries, rows }: Comparison): string {
  const title = `Compliance side by side: ${countries.map(({ name }) => name).join(", ")}`;
  const style = `${styleSheet(brandColours(colour))}${pageBoxes(`${title} · country-rollout-kit ${kit}`).replace("size:A4", "size:A4 landscape")}`;
  const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'`;
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<main class="frame">
<h1>${title}</h1>
<p class="quiet">As the localisation files state it${environment === undefined ? "" : `, in ${environment}`}; names of laws in their own language. Checked by country-rollout-kit ${kit}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Countries side by side">
<table>
<thead><tr><th scope="col">Topic</th>${countries.map(({ name, country, sha256 }) => html`<th scope="col">${name} (${country})<br><span class="hash">${sha256.slice(0, 16)}…</span></th>`)}</tr></thead>
<tbody>${rows.map(({ topic, values }) => html`<tr><th scope="row">${topic}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody>
</table>
</div>
</main>
</body>
</html>
`);
}
