/** What the sections of the report share: the report, one language, links between its parts, tables. */
import { html } from "hono/html";
import type { Translation } from "../../localisation/languages/translation.ts";
import type { Report } from "../report-schema.ts";

export type Html = ReturnType<typeof html>;

export class ReportView {
  readonly report: Report;
  readonly translation: Translation;
  readonly #titles: Readonly<Record<string, string>>;

  /** @param titles of policies in this language; those without one stay English. */
  constructor(report: Report, translation: Translation, titles: Readonly<Record<string, string>>) {
    this.report = report;
    this.translation = translation;
    this.#titles = titles;
  }

  /** The title of a policy in this language, or in English. */
  policyTitle({ policy, title }: { readonly policy: string; readonly title: string }): Html {
    const translated = this.#titles[policy];
    return translated === undefined ? this.english(title) : html`${translated}`;
  }

  /** The same as text. */
  titleOf({ policy, title }: { readonly policy: string; readonly title: string }): string {
    return this.#titles[policy] ?? title;
  }

  /** A text of the catalogue. Its key there starts with `report.`. */
  t(key: string, values?: Readonly<Record<string, string | number>>): string {
    return this.translation.t(`report.${key}`, values);
  }

  /** An anchor in the part of this language. */
  id(name: string): string {
    return `${this.translation.language}-${name.replace(/[^A-Za-z0-9]+/g, "-")}`;
  }

  /** Marks English text, such as messages of policies and notes of plans. */
  english(text: string): Html {
    return this.translation.language === "en" ? html`${text}` : html`<span lang="en">${text}</span>`;
  }

  /** Marks text that the file has in the country's first language alone, in its own direction. */
  national(text: string): Html {
    const { nationalLanguage } = this.report;
    return this.translation.language === nationalLanguage
      ? html`${text}`
      : html`<bdi lang="${nationalLanguage}">${text}</bdi>`;
  }

  /** Summaries of laws are often in English whatever the country's language is; another script shows that they are not. */
  summary(text: string): Html {
    const [letter = "a"] = /\p{L}/u.exec(text) ?? [];
    return /\p{Script=Latin}/u.test(letter) ? this.english(text) : this.national(text);
  }

  className(name: string): string {
    return this.t(`class.${name}`);
  }

  classNames(names: readonly string[]): string {
    return names.map((name) => this.className(name)).join("; ");
  }

  countries(codes: readonly string[]): string {
    return this.translation.list(codes.map((code) => this.translation.countryName(code)));
  }

  /** "popia:72" as a link to that article; articles of one law are grouped. */
  articles(references: readonly string[]): Html {
    const byLaw = Map.groupBy(references, (reference) => reference.split(":", 1)[0] ?? "");
    return html`${[...byLaw].map(([id, ofLaw], index) => {
      const law = this.report.law.laws.find((one) => one.id === id);
      const numbers = ofLaw
        .map((reference) => reference.slice(id.length + 1))
        .toSorted(new Intl.Collator("en", { numeric: true }).compare);
      return html`${index === 0 ? "" : "; "}${this.national(law?.title ?? id)}, ${law?.citedAs === undefined ? "" : `${law.citedAs} `}${numbers.map(
        (number, place) =>
          html`${place === 0 ? "" : ", "}<a href="#${this.id(`law-${id}-${number}`)}">${number}</a>`,
      )}`;
    })}`;
  }

  /** A table that scrolls sideways on a narrow screen. */
  table(caption: string, columns: readonly string[], rows: readonly (readonly (Html | string)[])[]): Html {
    const id = this.id(`table-${caption}`);
    return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}">
<table>
<caption id="${id}">${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
      ([head = "", ...cells]) =>
        html`<tr><th scope="row">${head}</th>${cells.map((content) => html`<td>${content}</td>`)}</tr>`,
    )}</tbody>
</table>
</div>`;
  }
}
