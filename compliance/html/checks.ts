/** The findings, every check with its evidence, and the waivers. */
import { html } from "hono/html";
import { annexControls, securityControls } from "../../policies/engine/controls.ts";
import { areas } from "../../policies/engine/policy.ts";
import type { ReportCheck, ReportFinding } from "../report-schema.ts";
import { heading } from "./summary.ts";
import type { Html, ReportView } from "./view.ts";

/** A check names this many of the resources that passed, and counts the others. */
const namedResources = 60;

export function checksSection(view: ReportView): Html {
  const { checks, findings } = view.report;
  const english =
    view.translation.language === "en" ? "" : html`<p class="quiet">${view.t("checks.english")}</p>`;
  return html`${heading(view, "checks")}
<p>${view.t("checks.lead")}</p>
${english}
<h3>${view.t("findings")}</h3>
${findings.length === 0 ? html`<p>${view.t("findings.none")}</p>` : findings.map((finding) => findingItem(view, finding))}
${areas.map((area) => {
  const inArea = checks.filter((check) => check.area === area);
  return inArea.length === 0
    ? ""
    : html`<h3>${view.t(`area.${area}`)}</h3>
${inArea.filter(applies).map((check) => checkItem(view, check))}
${idleChecks(
  view,
  inArea.filter((check) => !applies(check)),
)}`;
})}`;
}

const applies = ({ verdict }: ReportCheck) => verdict !== "not-applicable";

/** Checks that don't apply are only listed. */
function idleChecks(view: ReportView, checks: readonly ReportCheck[]): Html | "" {
  if (checks.length === 0) return "";
  return html`<details>
<summary><span class="mark not-applicable">${view.t("verdict.not-applicable")}</span> ${view.t("check.nothing")} (${checks.length})</summary>
<ul>${checks.map(({ policy, title }) => html`<li id="${view.id(`check-${policy}`)}">${view.policyTitle({ policy, title })} <code>${policy}</code></li>`)}</ul>
</details>`;
}

function findingItem(view: ReportView, finding: ReportFinding): Html {
  const place = finding.path === "" ? "" : html` <code>${finding.path}</code>`;
  return html`<div class="finding ${finding.verdict}">
<p><span class="mark ${finding.verdict}">${view.t(`verdict.${finding.verdict}`)}</span> ${view.t(`severity.${finding.severity}`)}${finding.level === "advisory" ? `, ${view.t("advisory")}` : ""}: <strong lang="en">${finding.subject}</strong>${place}</p>
<p lang="en">${finding.message} ${finding.remediation}</p>
<p class="quiet">${view.articles(finding.articles)} · <a href="#${view.id(`check-${finding.policy}`)}"><code>${finding.policy}</code></a>${finding.waiver === undefined ? "" : html` · ${view.t("column.waiver")} <code>${finding.waiver}</code>`}</p>
</div>`;
}

function checkItem(view: ReportView, check: ReportCheck): Html {
  const { policy, verdict, risk, severity, level, dataClasses, articles, controls, passed } = check;
  const open = verdict === "fail" || verdict === "undetermined";
  return html`<details id="${view.id(`check-${policy}`)}"${open ? html` open` : ""}>
<summary><span class="mark ${verdict}">${view.t(`verdict.${verdict}`)}</span> ${view.policyTitle(check)}</summary>
<dl class="facts">
<dt>${view.t("check.id")}</dt><dd><code>${policy}</code>, ${view.t(`severity.${severity}`)}${level === "advisory" ? `, ${view.t("advisory")}` : ""}</dd>
<dt>${view.t("check.risk")}</dt><dd lang="en">${risk}</dd>
<dt>${view.t("check.looked-at")}</dt><dd>${lookedAt(view, check)}</dd>
${passed.length === 0 ? "" : html`<dt>${view.t("check.in-order")}</dt><dd lang="en">${passed.slice(0, namedResources).join(", ")}${passed.length > namedResources ? ` + ${passed.length - namedResources}` : ""}</dd>`}
<dt>${view.t("column.class")}</dt><dd>${view.classNames(dataClasses)}</dd>
<dt>${view.t("column.law")}</dt><dd>${view.articles(articles)}</dd>
<dt>ISO/IEC 27001:2022</dt><dd lang="en">${controls.iso27001.map((control) => `${control} ${annexControls[control as keyof typeof annexControls] ?? ""}`).join("; ")}</dd>
<dt>NIST SP 800-53</dt><dd lang="en">${controls.nist80053.map((control) => `${control} ${securityControls[control as keyof typeof securityControls] ?? ""}`).join("; ")}</dd>
</dl>
</details>`;
}

function lookedAt(view: ReportView, { passed, failed, undetermined, waived }: ReportCheck): string {
  return view.t("check.counts", { passed: passed.length, failed, undetermined, waived });
}

export function waiversSection(view: ReportView): Html {
  const { waivers } = view.report;
  return html`${heading(view, "waivers")}
<p>${view.t("waivers.lead")}</p>
${
  waivers.length === 0
    ? html`<p>${view.t("waivers.none")}</p>`
    : view.table(
        view.t("waivers.table"),
        [
          view.t("column.waiver"),
          view.t("column.covers"),
          view.t("column.why"),
          view.t("column.who"),
          view.t("column.until"),
          view.t("column.status"),
        ],
        waivers.map((waiver) => [
          html`<code>${waiver.id}</code>`,
          html`<code>${waiver.resource}</code>${waiver.policy === undefined ? "" : html` (<code>${waiver.policy}</code>)`}`,
          waiver.why,
          waiver.who,
          waiver.until,
          view.t(`waiver.${waiver.status}`, { count: waiver.uses }),
        ]),
      )
}`;
}
