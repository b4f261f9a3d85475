/** What the checks do not cover and people must confirm, and how to verify this report. */
import { html } from "hono/html";
import { heading } from "./summary.ts";
import type { Html, ReportView } from "./view.ts";

const limits = ["running", "places", "encryption", "contracts", "people", "law"] as const;
const localLimits = ["local-disk", "local-people", "people", "law"] as const;

export function openSection(view: ReportView): Html {
  const { report } = view;
  const { placeholders, toConfirm, notes } = report;
  return html`${heading(view, "open")}
<p>${view.t("open.lead")}</p>
<ul>${(report.target === "local" ? localLimits : limits).map((limit) => html`<li>${view.t(`open.${limit}`)}</li>`)}</ul>
${
  placeholders.length === 0
    ? ""
    : view.table(
        view.t("open.placeholders"),
        [view.t("column.field"), view.t("column.value")],
        placeholders.map(({ path, value }) => [html`<code>${path}</code>`, value]),
      )
}
${
  toConfirm.length === 0
    ? ""
    : view.table(
        view.t("open.to-confirm", { file: report.inputs.localisation.file }),
        [view.t("column.line"), view.t("column.remark")],
        toConfirm.map(({ line, text }) => [String(line), view.english(text)]),
      )
}
${
  notes.length === 0
    ? ""
    : html`<h3>${view.t("open.notes")}</h3>
<ul lang="en">${notes.map((note) => html`<li>${note}</li>`)}</ul>`
}`;
}

export function verifySection(view: ReportView): Html {
  return html`${heading(view, "verify")}
<p>${view.t("verify.lead")}</p>
<pre tabindex="0" lang="en">rollout report verify . --key signer.pub.pem</pre>
<p>${view.t("verify.what")}</p>
<p>${view.t("verify.key")}</p>`;
}
