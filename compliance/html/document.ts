/**
 * The report as one self-contained page: no script, no request, its own content security policy. The country's default
 * language comes first, then English.
 */
import { html } from "hono/html";
import { brandColours } from "../../localisation/brand-colour.ts";
import { Translation } from "../../localisation/languages/translation.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import type { Report } from "../report-schema.ts";
import { changesSection } from "./changes.ts";
import { checksSection, waiversSection } from "./checks.ts";
import { dataSection, lawSection, retentionSection } from "./data.ts";
import { observedSection } from "./observed.ts";
import { openSection, verifySection } from "./open-points.ts";
import { accessSection, flowsSection, placesSection } from "./resting-places.ts";
import { standalonePage } from "./standalone.ts";
import { pageBoxes, styleSheet } from "./style.ts";
import { summary } from "./summary.ts";
import { type Html, ReportView } from "./view.ts";

export function reportPage(
  report: Report,
  { country, catalogues }: Pick<LoadedCountry, "country" | "catalogues">,
): string {
  const views = report.languages.map(
    (language) =>
      new ReportView(
        report,
        new Translation(country, catalogues, language),
        catalogues[language]?.policies ?? {},
      ),
  );
  const [first] = views;
  if (first === undefined) throw new Error("A report has at least one language.");
  const title = first.t("title", { country: first.translation.localised(report.names) });
  const style =
    styleSheet(brandColours(country.branding.primaryColour)) + pageBoxes(`${title} · ${report.made.at}`);
  const { language, direction } = first.translation;
  return standalonePage({ language, direction, title, style, body: body(report, views, first) });
}

function body(report: Report, views: readonly ReportView[], first: ReportView): Html {
  return html`<a class="skip" href="#${first.id("report")}">${first.translation.t("page.skip")}</a>
<header><div class="frame">
<p><strong>${first.translation.localised(report.programme.name)}</strong></p>
${languageChoice(views)}
</div></header>
<main class="frame">
${views.map(
  (
    view,
  ) => html`<section class="language" id="${view.id("report")}" lang="${view.translation.language}" dir="${view.translation.direction}" aria-label="${view.translation.name}">
${half(view)}
</section>`,
)}
</main>
<footer class="frame"><p>country-rollout-kit ${report.kit} · ${report.made.at} · <span class="hash">${report.inputs.localisation.sha256}</span></p></footer>`;
}

function languageChoice(views: readonly ReportView[]): Html | "" {
  if (views.length < 2) return "";
  return html`<nav aria-label="${views[0]?.translation.t("page.language") ?? ""}"><ul>${views.map((view) => {
    const { language, name } = view.translation;
    return html`<li><a href="#${view.id("report")}" lang="${language}" hreflang="${language}">${name}</a></li>`;
  })}</ul></nav>`;
}

function half(view: ReportView): Html {
  return html`${summary(view)}
${dataSection(view)}
${placesSection(view)}
${accessSection(view)}
${flowsSection(view)}
${lawSection(view)}
${retentionSection(view)}
${checksSection(view)}
${observedSection(view)}
${waiversSection(view)}
${changesSection(view)}
${openSection(view)}
${verifySection(view)}`;
}
