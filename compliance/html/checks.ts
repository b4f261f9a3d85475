/** The findings, every check with its evidence, and the waivers. */
import { html } from "hono/html";
import { type Cause, causesOf } from "../../policies/engine/causes.ts";
import { annexControls, securityControls } from "../../policies/engine/controls.ts";
import { areas } from "../../policies/engine/policy.ts";
import { askingFor } from "../../policies/rules/control-sets/control-sets.ts";
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
${findings.length === 0 ? html`<p>${view.t("findings.none")}</p>` : causesOf(findings).map((cause) => causeItem(view, cause))}
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

/** A cause shows this many of its places; the others open on demand. */
const shownPlaces = 5;

function causeItem(view: ReportView, { findings, message, remediation }: Cause<ReportFinding>): Html {
  const [first, ...others] = findings;
  const { policy, verdict, severity, level, waiver } = first;
  const articles = [...new Set(findings.flatMap((finding) => finding.articles))];
  const hidden = findings.slice(shownPlaces);
  const place = others.length === 0 ? html`: ${placeOf(first)}` : "";
  return html`<div class="finding ${verdict}">
<p><span class="mark ${verdict}">${view.t(`verdict.${verdict}`)}</span> ${view.t(`severity.${severity}`)}${level === "advisory" ? `, ${view.t("advisory")}` : ""}${place}</p>
<p lang="en">${message} ${remediation}</p>
${others.length === 0 ? "" : placeList(findings.slice(0, shownPlaces))}
${
  hidden.length === 0
    ? ""
    : html`<details><summary>${view.t("findings.more", { count: hidden.length })}</summary>${placeList(hidden)}</details>`
}
<p class="quiet">${view.articles(articles)} · <a href="#${view.id(`check-${policy}`)}"><code>${policy}</code></a>${waiver === undefined ? "" : html` · ${view.t("column.waiver")} <code>${waiver}</code>`}</p>
</div>`;
}

const placeList = (findings: readonly ReportFinding[]): Html =>
  html`<ul>${findings.map((finding) => html`<li>${placeOf(finding)}${finding.value ? html` = <code>${finding.value}</code>` : ""}</li>`)}</ul>`;

const placeOf = ({ subject, path }: ReportFinding): Html =>
  html`<strong lang="en">${subject}</strong>${path === "" ? "" : html` <code>${path}</code>`}`;

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
${askingFor(policy).map(({ set, controls: asked }) => html`<dt lang="en">${set.name}</dt><dd lang="${set.language ?? "en"}">${asked.map(({ id }) => id).join("; ")}</dd>`)}
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
