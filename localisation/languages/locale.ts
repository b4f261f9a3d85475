/** A language as it is written in a country: decides how numbers and dates look. */

/**
 * en in ZA gives en-ZA. Where Unicode CLDR does not know the language in the country, the language alone with the country's
 * clock, and of English the international one, not that of the United States. Digits are always 0 to 9: machines, telephone
 * numbers and codes on the same pages have no others.
 * @param language BCP 47.
 * @param country ISO 3166-1 alpha-2.
 */
export function localeIn(language: string, country: string): string {
  const own = new Intl.Locale(language);
  const wanted = own.region === undefined ? `${language}-${country}` : language;
  const { locale, numberingSystem } = new Intl.DateTimeFormat(wanted).resolvedOptions();
  const isKnown = new Intl.Locale(locale).region !== undefined;
  const base = isKnown ? wanted : language === "en" ? "en-001" : language;
  return new Intl.Locale(base, {
    ...(numberingSystem === "latn" ? {} : { numberingSystem: "latn" }),
    ...(isKnown ? {} : hourCycleIn(country)),
  }).toString();
}

/** The language tag of a text in this locale, without what only formats numbers and dates. */
export function tagOf(locale: string): string {
  const { language, script, region } = new Intl.Locale(locale);
  return [language, script, region === "001" ? undefined : region].filter(Boolean).join("-");
}

function hourCycleIn(country: string): { hourCycle?: "h11" | "h12" | "h23" | "h24" } {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
    getHourCycles?: () => ("h11" | "h12" | "h23" | "h24")[];
  };
  const [hourCycle] = locale.getHourCycles?.() ?? [];
  return hourCycle === undefined ? {} : { hourCycle };
}
