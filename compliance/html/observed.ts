/** What was found on the running stack. */
import { html } from "hono/html";
import { heading } from "./summary.ts";
import type { Html, ReportView } from "./view.ts";

/** Nothing where nobody looked at it. */
export function observedSection(view: ReportView): Html | "" {
  const { observed } = view.report;
  if (observed === undefined) return "";
  const { source, unreadable, findings } = observed;
  return html`${heading(view, "observed")}
<p>${view.t("observed.lead", { source })}</p>
${unreadable.length === 0 ? "" : html`<p>${view.t("observed.unreadable", { kinds: unreadable.join(", ") })}</p>`}
${
  findings.length === 0
    ? html`<p>${view.t("findings.none")}</p>`
    : html`<ul>${findings.map(
        ({ verdict, subject, path, message, policy }) =>
          html`<li><span class="mark ${verdict}">${view.t(`verdict.${verdict}`)}</span> <span lang="en"><strong>${subject}</strong> <code>${path}</code> ${message}</span> <code>${policy}</code></li>`,
      )}</ul>`
}`;
}
