/** Texts, numbers, dates and money in one language, by the country's time zone and currency. */
import { IntlMessageFormat } from "intl-messageformat";
import type { Country } from "../schema/country.ts";
import type { Catalogue } from "./catalogue.ts";
import { localeIn, tagOf } from "./locale.ts";
import { type Direction, directionOf, type Inset, Text } from "./text.ts";

export type MessageValues = Readonly<Record<string, string | number | Text>>;

/** Values of a message, or how they are written in the language of the message. */
export type ValuesIn = MessageValues | ((own: Translation) => MessageValues);

const fallbackLanguage = "en";

export class Translation {
  /** BCP 47. */
  readonly language: string;
  /** The language's name in itself. */
  readonly name: string;
  readonly direction: Direction;
  /** The language as it is written in this country, such as en-ZA: it decides how numbers and dates look. */
  readonly locale: string;
  /** For `lang` attributes, such as en-ZA. */
  readonly tag: string;
  readonly #country: Country;
  readonly #catalogues: readonly Catalogue[];
  /** Writes what this language lacks. */
  readonly #fallback: Translation | undefined;
  readonly #messages = new Map<string, IntlMessageFormat>();
  readonly #numbers = new Map<string, Intl.NumberFormat>();
  readonly #dates = new Map<string, Intl.DateTimeFormat>();

  constructor(country: Country, catalogues: Readonly<Record<string, Catalogue>>, language: string) {
    const base = new Intl.Locale(language).language;
    this.language = language;
    this.direction = directionOf(language);
    this.#country = country;
    this.locale = localeIn(language, country.country);
    this.tag = tagOf(this.locale);
    this.#catalogues = [...new Set([language, base])].flatMap((tag) => catalogues[tag] ?? []);
    this.#fallback =
      base === fallbackLanguage ? undefined : new Translation(country, catalogues, fallbackLanguage);
    this.name =
      catalogues[language]?.name ??
      new Intl.DisplayNames([language], { type: "language" }).of(language) ??
      language;
  }

  /**
   * A message, whole in one language: in English where this language lacks it, or lacks a message that is put into it.
   * @param key of the catalogues' `messages`; a key that no catalogue has shows itself.
   */
  text(key: string, values: ValuesIn = {}): Text {
    const message = this.#message(key);
    if (message === undefined)
      return this.#fallback?.text(key, values).foreign() ?? new Text(this.language, [key]);
    const given = typeof values === "function" ? values(this) : values;
    if (Object.values(given).some((value) => this.#isLacking(value)))
      return this.#fallback!.text(key, values).foreign();
    return new Text(this.language, partsOf(message, given, this.language));
  }

  /** The same without its parts, for places that hold no markup. */
  t(key: string, values?: ValuesIn): string {
    return this.text(key, values).toString();
  }

  has(key: string): boolean {
    return this.#message(key) !== undefined || this.#fallback?.has(key) === true;
  }

  question(id: string): { readonly text: Text; readonly levels: readonly Text[] } {
    const found = this.#catalogues.find(({ questions }) => questions[id] !== undefined)?.questions[id];
    if (found === undefined && this.#fallback !== undefined) {
      const { text, levels } = this.#fallback.question(id);
      return { text: text.foreign(), levels: levels.map((level) => level.foreign()) };
    }
    const { text, levels } = found ?? { text: id, levels: ["0", "1", "2", "3", "4", "5"] };
    return {
      text: new Text(this.language, [text]),
      levels: levels.map((level) => new Text(this.language, [level])),
    };
  }

  /** A text of the country's file, in the nearest language that it has. */
  textOf(text: Readonly<Record<string, string>>): Text {
    const base = new Intl.Locale(this.language).language;
    const wanted = [this.language, base, ...this.#country.languages, fallbackLanguage];
    const language = wanted.find((tag) => text[tag] !== undefined) ?? Object.keys(text)[0] ?? this.language;
    const isOwn = language === this.language || language === base;
    return new Text(isOwn ? this.language : language, [text[language] ?? ""], {
      isForeign: !isOwn,
      isOfFile: true,
    });
  }

  localised(text: Readonly<Record<string, string>>): string {
    return this.textOf(text).toString();
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

  money(amount: number, options: Intl.NumberFormatOptions = {}): string {
    return this.number(amount, {
      ...options,
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

  /** A list of messages; in English where this language lacks one of them. */
  listOf(keys: readonly string[]): Text {
    const isComplete = keys.every((key) => this.#message(key) !== undefined);
    if (!isComplete && this.#fallback !== undefined) return this.#fallback.listOf(keys).foreign();
    return new Text(this.language, [this.list(keys.map((key) => this.t(key)))]);
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

  #message(key: string): IntlMessageFormat | undefined {
    let message = this.#messages.get(key);
    if (message === undefined) {
      const catalogue = this.#catalogues.find(({ messages }) => messages[key] !== undefined);
      if (catalogue === undefined) return undefined;
      message = new IntlMessageFormat(catalogue.messages[key]!, this.locale, undefined, { ignoreTag: true });
      this.#messages.set(key, message);
    }
    return message;
  }

  #isLacking(value: string | number | Text): boolean {
    return value instanceof Text && value.isForeign && !value.isOfFile && this.#fallback !== undefined;
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

/** Numbers stay as they are: plurals need them. */
function partsOf(message: IntlMessageFormat, values: MessageValues, language: string): (string | Inset)[] {
  const insets = Object.entries(values).map(([name, value]) => {
    if (typeof value === "number") return [name, value];
    const own = value instanceof Text && value.language !== language ? { language: value.language } : {};
    const text = String(value);
    return [name, { text, ...own, toString: () => text }];
  });
  const parts = message.formatToParts(Object.fromEntries(insets)) as { value: string | Inset }[];
  return parts.map(({ value }) => value);
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
