/** String formats of the schema beyond patterns: codes that registries define, addresses, and JSON Schema's own. */
import { isIP } from "node:net";
import { fullFormats } from "ajv-formats/dist/formats.js";

const regionNames = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
const languageNames = new Intl.DisplayNames("en", { type: "language", fallback: "none" });
const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** The country's name in a language by Unicode CLDR; undefined where no country has the code. */
export function countryName(code: string, language = "en"): string | undefined {
  if (!isCountry(code)) return undefined;
  return language === "en"
    ? regionNames.of(code)
    : new Intl.DisplayNames(language, { type: "region" }).of(code);
}

/** CLDR also names groupings (EU, UN) and reserved codes; they have no time zone of their own. */
function isCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/.test(code) || regionNames.of(code) === undefined) return false;
  return Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}` && timeZonesOf(code).length > 0;
}

let allCountries: readonly string[] | undefined;

/** Every country's code. */
export function countryCodes(): readonly string[] {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  allCountries ??= letters.flatMap((first) => letters.map((second) => first + second)).filter(isCountry);
  return allCountries;
}

/** The IANA time zones of a country by Unicode CLDR. */
export const timeZonesOf = memorised((country: string): readonly string[] => {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones(): string[] | undefined };
  return locale.getTimeZones() ?? [];
});

/** The canonical name of a zone, for comparisons: `Asia/Kolkata` and `Asia/Calcutta` are the same. */
export const canonicalTimeZone = memorised(
  (zone: string): string => new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone,
);

/** A name of the IANA database with its exact capital letters, which Intl ignores. */
function isTimeZone(zone: string): boolean {
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(zone)) return false;
  try {
    const canonical = canonicalTimeZone(zone);
    return canonical === zone || (canonical.toLowerCase() !== zone.toLowerCase() && /[a-z]/.test(zone));
  } catch {
    return false;
  }
}

/** Known to CLDR and in its canonical form. */
function isLanguage(tag: string): boolean {
  try {
    return (
      Intl.getCanonicalLocales(tag)[0] === tag && languageNames.of(tag.split("-")[0] ?? "") !== undefined
    );
  } catch {
    return false;
  }
}

function isAddressRange(range: string): boolean {
  const [address = "", bits = "", more] = range.split("/");
  const version = isIP(address);
  return (
    more === undefined &&
    version !== 0 &&
    /^[0-9]{1,3}$/.test(bits) &&
    Number(bits) <= (version === 4 ? 32 : 128)
  );
}

const { date, email, uri } = fullFormats;

export const formats = {
  date: date as { validate(text: string): boolean },
  email: email as RegExp,
  uri: uri as (text: string) => boolean,
  country: memorised(isCountry),
  language: memorised(isLanguage),
  currency: (code: string) => currencies.has(code),
  "time-zone": memorised(isTimeZone),
  address: (text: string) => isIP(text) !== 0,
  "address-range": isAddressRange,
};

/** Look-ups in Intl are slow, and files repeat a few codes. */
function memorised<T>(look: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    // Invalid values of many files must not use more and more memory.
    if (known.size >= 1000) known.clear();
    const found = look(text);
    known.set(text, found);
    return found;
  };
}
