/**
 * Finds what was left of another country's file: its name or its law in a title, its domain in an address, its telephone
 * code. They are warnings: a law may be right to name another country.
 */
import { createRequire } from "node:module";
import type * as CountriesList from "countries-list";
import type { Examination, Rule } from "../check/examination.ts";
import { fileSchemas } from "../check/schema-check.ts";
import { type PathSegment, quote } from "../problem.ts";
import { countryCodes, countryName, formats } from "../schema/formats.ts";
import { textFieldsOf } from "./text-fields.ts";

/** What is said of this country alone. Items of lists are `[]`. */
const ownNames = [
  "programme.name",
  "programme.operator.name",
  "programme.operator.address",
  "programme.dataProtectionOfficer.role",
  "residency.authority.name",
  "residency.laws[].title",
  "residency.laws[].citation",
  "residency.laws[].articles[].summary",
  "residency.registrations[].register",
];
const ownAddresses = [
  "programme.operator.email",
  "programme.dataProtectionOfficer.email",
  "residency.authority.url",
  "residency.laws[].url",
  "programme.sizeBandsSource",
  "diagnostic.financing[].url",
  "diagnostic.levers[].url",
  "hosting.kubernetes.domain",
  "hosting.aws.domain",
  "notifications.from",
  "notifications.replyTo",
  "support.email",
  "support.url",
  "support.privacyNotice",
];
const ownTelephones = ["programme.operator.phone", "support.phone"];

export const factsAreTheCountrys: Rule = (examination) => {
  const country = examination.read("country");
  // A file with problems does not load, and its warnings are not shown.
  if (country === undefined || examination.problems.length > 0) return;
  const languages = examination.read("languages") ?? [];
  const name = countryName(country);
  for (const { text, path, place } of textFieldsOf(fileSchemas.country, examination.draft)) {
    if (examination.isPlaceholder(path) || !examination.isWritten(path)) continue;
    const other = ownNames.includes(place)
      ? (namedCountry(text, country, languages) ?? countryOfLaw(text, country))
      : ownAddresses.includes(place)
        ? countryOfAddress(text, country)
        : ownTelephones.includes(place)
          ? countryOfTelephone(text, country)
          : undefined;
    if (other !== undefined) warnOfOther(examination, path, text, other, name);
  }
};

interface Other {
  readonly country: string;
  /** `names`, `ends in .ke of`, … */
  readonly how: string;
}

function warnOfOther(
  examination: Examination,
  path: readonly PathSegment[],
  text: string,
  { country, how }: Other,
  name: string | undefined,
): void {
  examination.warn(
    path,
    `${quote(text)} ${how} ${countryName(country)}, and the file is ${name}'s.`,
    `Write ${name}'s own, or leave it where it is right.`,
  );
}

/** Adjectives that do not start with the country's name. */
const adjectives: Readonly<Record<string, string>> = {
  British: "GB",
  Chadian: "TD",
  Chinese: "CN",
  Cuban: "CU",
  Danish: "DK",
  Dutch: "NL",
  Egyptian: "EG",
  Emirati: "AE",
  Filipino: "PH",
  Finnish: "FI",
  French: "FR",
  German: "DE",
  Greek: "GR",
  Iranian: "IR",
  Iraqi: "IQ",
  Irish: "IE",
  Malian: "ML",
  Mexican: "MX",
  Moroccan: "MA",
  Norwegian: "NO",
  Omani: "OM",
  Peruvian: "PE",
  Philippine: "PH",
  Polish: "PL",
  Portuguese: "PT",
  Spanish: "ES",
  Swedish: "SE",
  Swiss: "CH",
  Thai: "TH",
  Togolese: "TG",
  Turkish: "TR",
  Ukrainian: "UA",
};

const patterns = new Map<
  string,
  { readonly own: RegExp; readonly others: RegExp; readonly codes: ReadonlyMap<string, string> }
>();

/** The country whose name or adjective a text holds. Names of fewer than five letters are words of other languages. */
function namedCountry(text: string, country: string, languages: readonly string[]): Other | undefined {
  const { own, others, codes } = patternsOf(country, languages);
  const found = others.exec(text.replaceAll(own, " "))?.[1]?.toLowerCase();
  const code = found === undefined ? undefined : codes.get(found);
  return code === undefined ? undefined : { country: code, how: "names" };
}

function patternsOf(country: string, languages: readonly string[]) {
  const key = [country, ...languages].join(" ");
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const codes = new Map(Object.entries(adjectives).map(([word, code]) => [word.toLowerCase(), code]));
  const own = new Set(Object.entries(adjectives).flatMap(([word, code]) => (code === country ? [word] : [])));
  const languageNames = new Intl.DisplayNames("en", { type: "language" });
  for (const language of new Set(["en", ...languages])) {
    // Brazil's law may ask for plain Portuguese.
    own.add(languageNames.of(new Intl.Locale(language).language) ?? language);
    const names = new Intl.DisplayNames(language, { type: "region" });
    for (const code of countryCodes()) {
      const name = names.of(code) ?? code;
      if (code === country) own.add(name);
      else if (name.length >= 5) codes.set(name.toLowerCase(), code);
    }
  }
  // The longer name first: South Sudan is not Sudan.
  const alternatives = (names: Iterable<string>) =>
    [...names]
      .sort((a, b) => b.length - a.length)
      .map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|");
  const word = (names: Iterable<string>, flags: string) =>
    new RegExp(`(?<![\\p{L}\\p{M}])(${alternatives(names)})(?:n|an|ian|ean|i|ese)?(?![\\p{L}\\p{M}])`, flags);
  // Many files in one process must not use more and more memory.
  if (patterns.size >= 100) patterns.clear();
  const made = { own: word(own, "giu"), others: word(codes.keys(), "iu"), codes };
  patterns.set(key, made);
  return made;
}

/** Short names under which laws on personal data are known everywhere. */
const laws: readonly (readonly [name: RegExp, country: string])[] = [
  [/\bPOPIA\b/i, "ZA"],
  [/\bLGPD\b/i, "BR"],
  [/\bKVKK\b/i, "TR"],
  [/\bPIPL\b/, "CN"],
  [/\bPIPEDA\b/i, "CA"],
  [/\bCCPA\b/, "US"],
  [/\bHIPAA\b/, "US"],
  [/\bDPDPA?\b/, "IN"],
  [/\bNDPR\b/, "NG"],
];

function countryOfLaw(text: string, country: string): Other | undefined {
  const found = laws.find(([name, of]) => of !== country && name.test(text));
  return found === undefined ? undefined : { country: found[1], how: "is a law of" };
}

/** Domains of countries that everybody uses. */
const commonDomains = new Set(
  "ac ag ai am cc cd co cx fm gg gl im io is la ly me ms nu pw sc sh so st sx tk to tv vc ws".split(" "),
);

function countryOfAddress(text: string, country: string): Other | undefined {
  const host = /^(?:[a-z]+:\/\/|.*@)?([^/:?#\s]+)/i.exec(text)?.[1]?.toLowerCase() ?? "";
  const domain = /\.([a-z]{2})$/.exec(host)?.[1];
  if (domain === undefined || commonDomains.has(domain)) return undefined;
  const owner = domain === "uk" ? "GB" : domain.toUpperCase();
  return owner === country || !formats.country(owner)
    ? undefined
    : { country: owner, how: `is in .${domain} of` };
}

function countryOfTelephone(text: string, country: string): Other | undefined {
  const digits = /^\+([\d\s().-]+)$/.exec(text)?.[1]?.replaceAll(/\D/g, "");
  if (digits === undefined) return undefined;
  const { countries } = createRequire(import.meta.url)("countries-list") as typeof CountriesList;
  const lengthOf = (phone: readonly number[]) =>
    Math.max(
      0,
      ...phone
        .map(String)
        .filter((code) => digits.startsWith(code))
        .map((code) => code.length),
    );
  const own = countries[country as keyof typeof countries];
  if (own === undefined || lengthOf(own.phone) > 0) return undefined;
  const [owner] =
    Object.entries(countries).sort(([, a], [, b]) => lengthOf(b.phone) - lengthOf(a.phone))[0] ?? [];
  if (owner === undefined || lengthOf(countries[owner as keyof typeof countries].phone) === 0)
    return undefined;
  return { country: owner, how: "has the telephone code of" };
}
