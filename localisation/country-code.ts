/** The code of a country as people type it. */
import { InputError } from "../base/kit-error.ts";
import { nearest } from "../base/nearest.ts";
import { alpha2Of } from "./iso-3166.ts";
import { countryCodes, countryName, formats } from "./schema/formats.ts";

/**
 * @returns the code of ISO 3166-1 alpha-2.
 * @throws InputError where the text is none, with the one that was probably meant.
 */
export function requireCountry(text: string): string {
  const code = text.trim().toUpperCase();
  if (formats.country(code)) return code;
  if (/^(AA|Q[M-Z]|X[A-Z]|ZZ)$/.test(code)) {
    const name = new Intl.DisplayNames("en", { type: "region", fallback: "none" }).of(code);
    throw new InputError(
      `${code} is a code that ISO 3166-1 leaves to its users${name === undefined || code === "ZZ" ? "" : `; some use it for ${name}`}: sources of time zones, regions and holidays do not know it.`,
      "Use the country's code of ISO 3166-1. Where it has none, the kit needs these sources first: ask its maintainers.",
    );
  }
  const meant = meantCode(text, code);
  throw new InputError(
    `"${text}" is not a country code of ISO 3166-1.`,
    meant === undefined
      ? "Use the code of two letters, such as GH for Ghana."
      : `Did you mean ${meant} (${countryName(meant)})?`,
  );
}

/** Another code of the same country (UK, KEN), or its name. */
function meantCode(text: string, code: string): string | undefined {
  if (/^([A-Z]{2,3}|\d{3})$/.test(code)) {
    const other = code.length === 3 ? alpha2Of(code) : new Intl.Locale(`und-${code}`).region;
    if (other !== undefined && formats.country(other)) return other;
  }
  if (code.length < 4) return undefined;
  const names = new Map(countryCodes().map((each) => [countryName(each) ?? each, each]));
  return names.get(nearest(text, names.keys()) ?? "");
}
