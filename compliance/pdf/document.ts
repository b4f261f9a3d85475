/** The report on paper: its first page, what it shows of each article, every check, and a code that leads to the signed statement. */
import { Translation } from "../../localisation/languages/translation.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { areas } from "../../policies/engine/policy.ts";
import { sha256 } from "../canonical.ts";
import { articleSummary } from "../html/articles.ts";
import { checkedInWords, firstItems, verdictInWords } from "../html/first-page.ts";
import { ReportView } from "../html/view.ts";
import { wordRows } from "../html/whose-word.ts";
import type { Report, ReportFinding } from "../report-schema.ts";
import { PdfWriter } from "./writer.ts";

/** What the code on the paper leads to. */
export interface Signed {
  /** report.intoto.json. */
  readonly statement: Buffer;
  /** report.dsse.json. */
  readonly envelope?: Buffer;
}

type Loaded = Pick<LoadedCountry, "country" | "catalogues">;

/** The same inputs give the same bytes. Languages that are written from right to left are left out: they would need another layout. */
export function reportPdf(report: Report, { country, catalogues }: Loaded, signed: Signed): Promise<Buffer> {
  const all = report.languages.map((language) => new Translation(country, catalogues, language));
  const written = all.filter(({ direction }) => direction === "ltr");
  const translations = written.length > 0 ? written : [new Translation(country, catalogues, "en")];
  const views = translations.map(
    (translation) => new ReportView(report, translation, catalogues[translation.language]?.policies ?? {}),
  );
  const [first] = views as [ReportView, ...ReportView[]];
  const title = first.t("title", { country: first.translation.localised(report.names) });
  const writer = new PdfWriter({
    title,
    language: first.translation.language,
    made: new Date(report.made.at),
  });
  for (const [index, view] of views.entries()) {
    if (index > 0) writer.newPage();
    writePart(writer, view, signed);
  }
  return writer.finish(
    (page, pages) => `${title} · ${report.made.at} · ${first.t("paper.page", { page, pages })}`,
  );
}

function writePart(writer: PdfWriter, view: ReportView, signed: Signed): void {
  const { report, translation } = view;
  const { language } = translation;
  writer.heading(1, view.t("title", { country: translation.localised(report.names) }), language);
  writer.paragraph(view.t("translation"));
  writer.heading(2, view.t("first"), language);
  writer.list([
    ...firstItems(view).map(({ text }) => ({ text, language })),
    ...report.notes.map((text) => ({ text, language: "en" })),
  ]);
  writer.heading(2, verdictInWords(view), language);
  writer.paragraph(checkedInWords(view), { language });
  writer.heading(2, view.t("word"), language);
  for (const [who, what] of wordRows(view)) writer.fact(who, what);
  facts(writer, view);
  writer.heading(2, view.t("section.verify"), language);
  writer.paragraph(view.t("paper", { json: "report.json" }), { language });
  writer.paragraph(view.t("paper.code"), { language });
  const code = codeOf(report, signed);
  writer.code(code.join("\n"), code.join(", "));
  writer.list(code.map((text) => ({ text, language: "en" })));
  if (signed.envelope === undefined) writer.paragraph(view.t("paper.unsigned"), { bold: true, language });
  law(writer, view);
  checks(writer, view);
  running(writer, view);
}

function facts(writer: PdfWriter, view: ReportView): void {
  const { report, translation } = view;
  const { made, inputs, programme, placeholders } = report;
  const { operator, officer } = programme;
  const example = (path: string) =>
    placeholders.some((field) => field.path.startsWith(`${path}.`)) ? ` (${view.t("example")})` : "";
  writer.heading(2, translation.localised(programme.name), translation.language);
  writer.fact(view.t("fact.operator"), `${operator.name}, ${operator.email}${example("programme.operator")}`);
  writer.fact(
    view.t("fact.officer"),
    `${officer.name}, ${officer.role}, ${officer.email}${example("programme.dataProtectionOfficer")}`,
  );
  writer.fact(
    view.t("fact.target"),
    `${view.t(`target.${report.target}`)}${report.environment === undefined ? "" : ` (${report.environment})`}`,
  );
  writer.fact(view.t("fact.made"), `${translation.dateTime(Date.parse(made.at))} (${made.at})`);
  writer.fact(view.t("fact.by"), made.by);
  writer.fact(view.t("fact.file"), `${inputs.localisation.file}, SHA-256 ${inputs.localisation.sha256}`);
  if (inputs.plan !== undefined) writer.fact(view.t("fact.plan"), `SHA-256 ${inputs.plan.sha256}`);
  writer.fact(view.t("fact.kit"), `country-rollout-kit ${report.kit}`);
}

/** A line each, in English: what a reader of the code gets. */
function codeOf({ country, target, made }: Report, { statement, envelope }: Signed): string[] {
  const signature = envelope === undefined ? undefined : firstSignature(envelope);
  return [
    `Compliance report ${country} ${target} ${made.at}`,
    `report.intoto.json SHA-256 ${sha256(statement)}`,
    ...(signature === undefined ? [] : [`key SHA-256 ${signature.keyid}`, `Ed25519 ${signature.sig}`]),
    `rollout report verify <folder> ${signature === undefined ? "--without-signature" : "--key signer.pub.pem"}`,
  ];
}

/** Others may have signed the report later; the paper has the signature with which it was made. */
function firstSignature(envelope: Buffer): { readonly keyid: string; readonly sig: string } | undefined {
  const { signatures } = JSON.parse(envelope.toString("utf8")) as {
    signatures: { keyid: string; sig: string }[];
  };
  return signatures[0];
}

function law(writer: PdfWriter, view: ReportView): void {
  const { report, translation } = view;
  const { language } = translation;
  writer.heading(2, view.t("section.law"), language);
  writer.paragraph(`${view.t("law.lead")} ${view.t("law.shows")}`, { language });
  for (const { id, title, citation, citedAs, articles } of report.law.laws) {
    writer.heading(3, title, report.nationalLanguage);
    writer.paragraph(citation, { language: "en" });
    for (const { article, summary } of articles) {
      writer.fact(`${citedAs === undefined ? "" : `${citedAs} `}${article}`, summary);
      const { sentences, open } = articleSummary(view, `${id}:${article}`);
      const findings = open.map(
        ({ policy, subject, verdict }) => `${policy} (${subject}, ${view.t(`verdict.${verdict}`)})`,
      );
      writer.list(
        [
          ...sentences,
          ...(findings.length === 0 ? [] : [`${view.t("article.open")} ${findings.join(", ")}`]),
        ].map((text) => ({ text, language })),
      );
    }
  }
}

function checks(writer: PdfWriter, view: ReportView): void {
  const { report, translation } = view;
  const { language } = translation;
  writer.heading(2, view.t("section.checks"), language);
  writer.heading(3, view.t("findings"), language);
  if (report.findings.length === 0) writer.paragraph(view.t("findings.none"), { language });
  findings(writer, view, report.findings);
  for (const area of areas) {
    const inArea = report.checks.filter((check) => check.area === area);
    if (inArea.length === 0) continue;
    writer.heading(3, view.t(`area.${area}`), language);
    writer.list(
      inArea.map((check) => ({
        text: `${view.t(`verdict.${check.verdict}`)}: ${view.titleOf(check)} (${check.policy})`,
        language,
      })),
    );
  }
}

/** Nothing where nobody looked at what runs. */
function running(writer: PdfWriter, view: ReportView): void {
  const { observed } = view.report;
  if (observed === undefined) return;
  const { language } = view.translation;
  writer.heading(2, view.t("section.observed"), language);
  writer.paragraph(view.t("observed.lead", { source: observed.source }), { language });
  if (observed.findings.length === 0) writer.paragraph(view.t("findings.none"), { language });
  findings(writer, view, observed.findings);
}

function findings(writer: PdfWriter, view: ReportView, found: readonly ReportFinding[]): void {
  writer.list(
    found.map(({ verdict, subject, path, message, policy }) => ({
      text: `${view.t(`verdict.${verdict}`)}: ${subject} ${path} – ${message} (${policy})`,
      language: "en",
    })),
  );
}
