/** Zones of a managed cluster, and hosts whose names say their region, are in the country that the file says. */
import type { Examination, Rule } from "../check/examination.ts";
import { type PathSegment, quote } from "../problem.ts";
import {
  type ProviderRegion,
  regionOfProviderHost,
  regionsNamed,
  regionsOfZone,
} from "../provider-regions.ts";
import { countryName } from "../schema/formats.ts";
import { dataClassNames } from "../schema/residency.ts";

export const clusterZonesAreWhereDataMayBe: Rule = (examination) => {
  const classes = examination.read("residency", "dataClasses");
  if (classes === undefined) return;
  const allowed = new Set(dataClassNames.flatMap((name) => classes[name].restsIn ?? []));
  const judge = (zone: string, path: readonly PathSegment[]) => {
    const places = [...regionsOfZone(zone), ...regionsNamed(zone)];
    if (places.length === 0 || places.some(({ country }) => allowed.has(country))) return;
    examination.report(
      path,
      `${quote(zone)} is in ${placesOf(places)}, where no data class may be stored.`,
      "Name zones of a region in the country.",
    );
  };
  for (const [index, zone] of (examination.read("hosting", "kubernetes", "zones") ?? []).entries())
    judge(zone, ["hosting", "kubernetes", "zones", index]);
};

export const hostsAreWhereTheirNamesSay: Rule = (examination) => {
  for (const { item, path } of examination.elements("residency", "endpoints"))
    judgeHost(examination, item.host, item.country, [...path, "country"]);
};

function judgeHost(
  examination: Examination,
  host: string,
  country: string | undefined,
  path: readonly PathSegment[],
): void {
  const place = regionOfProviderHost(host);
  if (place === undefined || country === undefined || place.country === country) return;
  examination.report(
    path,
    `${quote(host)} is in ${placesOf([place])}, not in ${countryName(country)}.`,
    `Write ${place.country}, or a host in ${countryName(country)}.`,
  );
}

const placesOf = (places: readonly ProviderRegion[]): string =>
  new Intl.ListFormat("en", { type: "disjunction" }).format(
    places.map(({ provider, region, country }) => `${countryName(country)} (${provider} ${region})`),
  );
