/** Names of regions, zones and countries as findings show them. */
import { awsRegions, awsZone } from "../../localisation/cloud-geography.ts";
import { countryName } from "../../localisation/schema/formats.ts";

/** `eu-west-1 (Dublin, Ireland)` */
export function regionName(region: string): string {
  const place = Object.hasOwn(awsRegions, region) ? awsRegions[region] : undefined;
  if (place === undefined) return `${region} (a region that the kit does not know)`;
  const country = countryName(place.country) ?? place.country;
  return place.place === country ? `${region} (${country})` : `${region} (${place.place}, ${country})`;
}

export function zoneName(name: string): string {
  const zone = awsZone(name);
  if (zone === undefined) return `${name} (a zone that the kit does not know)`;
  const country = countryName(zone.country) ?? zone.country;
  return zone.place === country ? `${name} (${country})` : `${name} (${zone.place}, ${country})`;
}

/** `South Africa`, `South Africa and Namibia`. */
export function countryNames(codes: readonly string[]): string {
  const names = codes.map((code) => countryName(code) ?? code);
  return names.length === 0 ? "no country" : new Intl.ListFormat("en").format(names);
}
