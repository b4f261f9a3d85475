/** Texts, numbers, dates and money in one language, by the country's time zone and currency. */
import { IntlMessageFormat } from "intl-messageformat";
import type { Country } from "../schema/country.ts";
import type { Catalogue } from "./catalogue.ts";

/** A question, and what its levels 0 to 5 look like. */
export type QuestionTexts = Catalogue["questions"][string];

export type MessageValues = Readonly<Record<string, string | number>>;

const fallbackLanguage = "en";

export class Translation {
  /** BCP 47. */
  readonly language: string;
  /** The language's name in itself. */
  readonly name: string;
  readonly direction: "ltr" | "rtl";
  /** The language as it is written in this country, such as en-ZA: it decides how numbers and dates look. */
  readonly locale: string;
  readonly #country: Country;
  readonly #catalogues: readonly Catalogue[];
  readonly #messages = new Map<string, IntlMessageFormat>();
  readonly #numbers = new Map<string, Intl.NumberFormat>();
  readonly #dates = new Map<string, Intl.DateTimeFormat>();

  constructor(country: Country, catalogues: Readonly<Record<string, Catalogue>>, language: string) {
    const locale = new Intl.Locale(language);
    this.language = language;
    this.direction = textDirection(locale);
    this.#country = country;
    this.locale = locale.region === undefined ? `${language}-${country.country}` : language;
    this.#catalogues = [language, locale.language, fallbackLanguage].flatMap((tag) => catalogues[tag] ?? []);
    this.name =
      catalogues[language]?.name ??
      new Intl.DisplayNames([language], { type: "language" }).of(language) ??
      language;
  }

  /** @param key of the catalogues' `messages`; a key that no catalogue has shows itself. */
  t(key: string, values?: MessageValues): string {
    let message = this.#messages.get(key);
    if (message === undefined) {
      const catalogue = this.#catalogues.find(({ messages }) => messages[key] !== undefined);
      const locale = catalogue?.language === this.language ? this.locale : fallbackLanguage;
      message = new IntlMessageFormat(catalogue?.messages[key] ?? key, locale, undefined, {
        ignoreTag: true,
      });
      this.#messages.set(key, message);
    }
    return String(message.format(values));
  }

  has(key: string): boolean {
    return this.#catalogues.some(({ messages }) => messages[key] !== undefined);
  }

  question(id: string): QuestionTexts {
    const texts = this.#catalogues.find(({ questions }) => questions[id] !== undefined)?.questions[id];
    return texts ?? { text: id, levels: ["0", "1", "2", "3", "4", "5"] };
  }

  /** A text of the country's file, in the nearest language that it has. */
  localised(text: Readonly<Record<string, string>>): string {
    const base = new Intl.Locale(this.language).language;
    const wanted = [this.language, base, ...this.#country.languages, fallbackLanguage];
    return (
      wanted.map((tag) => text[tag]).find((found) => found !== undefined) ?? Object.values(text)[0] ?? ""
    );
  }

  number(value: number, options: Intl.NumberFormatOptions = { maximumFractionDigits: 2 }): string {
    return this.#numberFormat(options).format(value);
  }

  /** A level of the diagnostic, always with its decimal. */
  level(value: number): string {
    return this.number(value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  }

  percent(ratio: number): string {
    return this.number(ratio, { style: "percent", maximumFractionDigits: 1 });
  }

  money(amount: number): string {
    return this.number(amount, {
      style: "currency",
      currency: this.#country.currency,
      currencyDisplay: "narrowSymbol",
    });
  }

  /** @param unit a unit of ECMA-402, such as "kilogram" or "hour". */
  unit(value: number, unit: string, unitDisplay: "short" | "long" = "short"): string {
    return this.number(value, { style: "unit", unit, unitDisplay, maximumSignificantDigits: 4 });
  }

  /** @param period ISO 8601 in whole days, months or years, such as "P90D". */
  period(period: string): string {
    const unit = { D: "day", M: "month", Y: "year" }[period.slice(-1)] ?? "day";
    return this.number(Number(period.slice(1, -1)), { style: "unit", unit, unitDisplay: "long" });
  }

  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.locale, { type: "conjunction" }).format(items);
  }

  date(time: Date | number): string {
    return this.#dateFormat({ dateStyle: "long" }).format(time);
  }

  /** @param date "YYYY-MM-DD", a day without a time. */
  calendarDate(date: string): string {
    const options = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" } as const;
    return this.#dateFormat(options).format(Date.parse(`${date}T00:00:00Z`));
  }

  time(time: Date | number): string {
    return this.#dateFormat({ hour: "2-digit", minute: "2-digit" }).format(time);
  }

  dateTime(time: Date | number): string {
    return this.#dateFormat({ dateStyle: "medium", timeStyle: "short" }).format(time);
  }

  /** The name of an ISO 3166-1 country. */
  countryName(code: string): string {
    return new Intl.DisplayNames([this.locale], { type: "region" }).of(code) ?? code;
  }

  #numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
    return remembered(this.#numbers, options, () => new Intl.NumberFormat(this.locale, options));
  }

  #dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return remembered(
      this.#dates,
      options,
      () => new Intl.DateTimeFormat(this.locale, { timeZone: this.#country.timezone, ...options }),
    );
  }
}

/** One translation per language that the country's diagnostic offers and a catalogue exists for; never empty. */
export function translationsOf(
  country: Country,
  catalogues: Readonly<Record<string, Catalogue>>,
): ReadonlyMap<string, Translation> {
  const offered = country.diagnostic.languages.filter(
    (tag) => catalogues[tag] !== undefined || catalogues[new Intl.Locale(tag).language] !== undefined,
  );
  const languages = offered.length === 0 ? [fallbackLanguage] : offered;
  return new Map(languages.map((tag) => [tag, new Translation(country, catalogues, tag)]));
}

function textDirection(locale: Intl.Locale): "ltr" | "rtl" {
  // ECMA-402's getTextInfo is younger than the type definitions.
  const { getTextInfo } = locale as Intl.Locale & { getTextInfo?: () => { direction?: string } };
  return getTextInfo?.call(locale).direction === "rtl" ? "rtl" : "ltr";
}

function remembered<T>(cache: Map<string, T>, options: object, make: () => T): T {
  const key = JSON.stringify(options);
  let found = cache.get(key);
  if (found === undefined) {
    found = make();
    cache.set(key, found);
  }
  return found;
}
