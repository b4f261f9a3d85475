/** Cloud regions and zones exist and are where the data may be stored: a zone may be in another country than its region. */
import { nearest } from "../../base/nearest.ts";
import { awsPartitionOf } from "../aws-partitions.ts";
import type { Examination, Rule } from "../check/examination.ts";
import { awsLocalZonesIn, awsRegions, awsRegionsIn, awsZone, awsZonesOf } from "../cloud-geography.ts";
import { didYouMean, type PathSegment, quote } from "../problem.ts";
import { countryName } from "../schema/formats.ts";
import { dataClassNames } from "../schema/residency.ts";

type Path = readonly PathSegment[];

export const allowedRegionsMayStoreData: Rule = (examination) => {
  const allowed = storageCountries(examination);
  for (const { item, path } of examination.elements("residency", "regions")) {
    const place = knownRegion(examination, item.region, [...path, "region"]);
    if (place === undefined) continue;
    if (allowed !== undefined && !allowed.has(place.country))
      examination.report(
        [...path, "region"],
        `${quote(item.region)} is in ${countryName(place.country)} (${place.place}), where no data class may be stored.`,
        otherRegions(examination),
      );
    else checkZones(examination, item.zones ?? [], [...path, "zones"], item.region, allowed);
  }
};

export const awsRegionCanHoldEveryDataClass: Rule = (examination) => {
  const region = examination.read("hosting", "aws", "region");
  if (region === undefined) return;
  const at = ["hosting", "aws", "region"];
  const place = knownRegion(examination, region, at);
  if (place === undefined) return;
  const partition = awsPartitionOf(region).id;
  for (const [index, administrator] of (examination.read("hosting", "aws", "administrators") ?? []).entries())
    if (!administrator.startsWith(`arn:${partition}:`))
      examination.report(
        ["hosting", "aws", "administrators", index],
        `${quote(administrator)} is not in the partition ${partition}, to which ${region} belongs.`,
        `Name a role or user whose ARN starts with arn:${partition}:.`,
      );
  const abroad = dataClassNames.filter((name) => {
    const restsIn = examination.read("residency", "dataClasses", name, "restsIn");
    return restsIn !== undefined && !restsIn.includes(place.country);
  });
  if (abroad.length > 0) {
    examination.report(
      at,
      `${quote(region)} is in ${countryName(place.country)} (${place.place}), where ${abroad.length === dataClassNames.length ? "no data class" : `data of class ${abroad.join(", ")}`} may ${abroad.length === dataClassNames.length ? "" : "not "}be stored.`,
      otherRegions(examination),
    );
    return;
  }
  const listed = examination.read("residency", "regions");
  const entry = listed?.find((candidate) => candidate.region === region);
  if (listed !== undefined && entry === undefined)
    examination.report(
      at,
      `${quote(region)} is not one of the regions under residency.regions.`,
      `Add { provider: aws, region: ${region} } there.`,
    );
  const zones = examination.read("hosting", "aws", "zones") ?? [];
  checkZones(examination, zones, ["hosting", "aws", "zones"], region, storageCountries(examination));
  if (entry?.zones !== undefined)
    for (const [index, zone] of zones.entries())
      if (!entry.zones.includes(zone))
        examination.report(
          ["hosting", "aws", "zones", index],
          `${quote(zone)} is not one of the zones of ${region} under residency.regions.`,
          `There are: ${entry.zones.join(", ")}.`,
        );
};

/** Countries in which some data class may be stored; undefined where these fields are not valid. */
function storageCountries(examination: Examination): ReadonlySet<string> | undefined {
  const classes = examination.read("residency", "dataClasses");
  if (classes === undefined) return undefined;
  return new Set(dataClassNames.flatMap((name) => classes[name].restsIn ?? []));
}

function knownRegion(examination: Examination, region: string, path: Path) {
  if (Object.hasOwn(awsRegions, region)) return awsRegions[region];
  const zone = awsZone(region);
  if (zone !== undefined) {
    examination.report(
      path,
      `${quote(region)} is a zone of ${zone.region}, not a region.`,
      otherRegions(examination),
    );
    return undefined;
  }
  const near = nearest(region, Object.keys(awsRegions));
  examination.report(
    path,
    `${quote(region)} is not a region of aws.`,
    didYouMean(near, otherRegions(examination)),
  );
  return undefined;
}

/** The alternatives: the provider's regions in the country, or another target. */
export function otherRegions(examination: Examination): string {
  const country = examination.read("country");
  if (country === undefined) return "See the provider's list of regions.";
  const regions = awsRegionsIn(country);
  if (regions.length > 0) return `aws has in ${countryName(country)}: ${regions.join(", ")}.`;
  const [zone] = awsLocalZonesIn(country);
  const parent = zone === undefined ? undefined : awsZone(zone)?.region;
  const place = parent === undefined ? undefined : awsRegions[parent];
  const local =
    place === undefined
      ? ""
      : ` (its Local Zone ${zone} is controlled from ${place.place}, ${countryName(place.country)})`;
  return `aws has no region in ${countryName(country)}${local}. Use target: kubernetes on machines in the country.`;
}

function checkZones(
  examination: Examination,
  zones: readonly string[],
  path: Path,
  region: string,
  allowed: ReadonlySet<string> | undefined,
): void {
  for (const [index, name] of zones.entries()) {
    const zone = awsZone(name);
    if (zone?.region !== region) {
      const near = nearest(name, awsZonesOf(region));
      const wrong =
        zone === undefined ? "is not a zone of aws" : `is a zone of ${zone.region}, not of ${region}`;
      examination.report(
        [...path, index],
        `${quote(name)} ${wrong}.`,
        didYouMean(near, `Zones are named like ${region}a.`),
      );
    } else if (allowed !== undefined && !allowed.has(zone.country))
      examination.report(
        [...path, index],
        `${quote(name)} is in ${countryName(zone.country)} (${zone.place}), where no data class may be stored.`,
        "Remove it.",
      );
  }
}
