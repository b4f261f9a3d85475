/** The country's time zone, currency and provinces are its own. */

import { nearest } from "../../base/nearest.ts";
import type { Rule } from "../check/examination.ts";
import { currenciesOf } from "../generated/currencies.ts";
import { type Subdivision, subdivisionsOf } from "../iso-3166.ts";
import { didYouMean, quote } from "../problem.ts";
import { canonicalTimeZone, countryCodes, countryName, timeZonesOf } from "../schema/formats.ts";

export const timeZoneIsTheCountrys: Rule = (examination) => {
  const country = examination.read("country");
  const zone = examination.read("timezone");
  if (country === undefined || zone === undefined) return;
  const zones = timeZonesOf(country);
  if (zones.map(canonicalTimeZone).includes(canonicalTimeZone(zone))) return;
  const name = countryName(country);
  const owner = countryOfZone(zone);
  const whose =
    owner === undefined ? "belongs to no country" : `is a time zone of ${countryName(owner)}, not of ${name}`;
  const near = nearest(zone, zones);
  const choices = zones.length === 1 ? `Write ${zones[0]}.` : `${name} has: ${zones.join(", ")}.`;
  examination.report(["timezone"], `${quote(zone)} ${whose}.`, didYouMean(near, choices));
};

export const currencyIsTheCountrys: Rule = (examination) => {
  const country = examination.read("country");
  const currency = examination.read("currency");
  if (country === undefined || currency === undefined) return;
  const own = currenciesOf[country] ?? [];
  if (own.includes(currency)) return;
  const remediation = own.length === 0 ? "Check it." : `Its own: ${own.join(", ")}.`;
  examination.warn(["currency"], `${currency} is not legal tender in ${countryName(country)}.`, remediation);
};

export const regionsAreTheCountrys: Rule = (examination) => {
  const country = examination.read("country");
  if (country === undefined) return;
  const name = countryName(country);
  for (const { value, path } of examination.fields(["programme", "regions"], "code")) {
    const subdivisions = subdivisionsOf(country);
    if (subdivisions.some(({ code }) => code === value)) continue;
    const own = value.startsWith(`${country}-`);
    // A country without provinces in ISO 3166-2 may count by its own.
    if (own && subdivisions.length === 0) continue;
    examination.report(
      path,
      `${quote(value)} is not a region of ${name}${own ? " in ISO 3166-2" : ""}.`,
      own ? `It has: ${listed(subdivisions)}.` : `Its codes start with ${country}-.`,
    );
  }
};

function listed(subdivisions: readonly Subdivision[]): string {
  const tops = subdivisions.filter(({ isTop }) => isTop);
  return (tops.length > 0 ? tops : subdivisions).map(({ code, name }) => `${code} ${name}`).join(", ");
}

/** Finds a file that was copied from another country and not fully renamed. */
export const fileIsNamedForTheCountry: Rule = (examination) => {
  const country = examination.read("country");
  const named = /(?:^|[\\/])([a-z]{2})\.ya?ml$/.exec(examination.document.source.file)?.[1]?.toUpperCase();
  if (country === undefined || named === undefined || named === country) return;
  if (countryName(named) === undefined) return;
  examination.warn(
    ["country"],
    `The file is named for ${countryName(named)}, and its country is ${countryName(country)}.`,
    `Write country: ${named}, or rename the file to ${country.toLowerCase()}.yaml.`,
  );
};

let zoneOwners: Map<string, string> | undefined;

function countryOfZone(zone: string): string | undefined {
  zoneOwners ??= new Map(
    countryCodes().flatMap((country) =>
      timeZonesOf(country).map((name) => [canonicalTimeZone(name), country] as const),
    ),
  );
  return zoneOwners.get(canonicalTimeZone(zone));
}
