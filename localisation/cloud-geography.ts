/**
 * The countries of the regions and zones of cloud providers. A zone may be in another country than its region: AWS puts the
 * Local Zone of Lagos under Cape Town, and that of Istanbul under Frankfurt.
 *
 * Sources, read in August 2026: AWS, "AWS Regions" (docs.aws.amazon.com/global-infrastructure/latest/regions/),
 * "Available Local Zones" (docs.aws.amazon.com/local-zones/latest/ug/available-local-zones.html) and "How Amazon EBS
 * encryption works" (docs.aws.amazon.com/ebs/latest/userguide/), which lists the Local Zones by continent.
 */

interface Location {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly place: string;
}

export const awsRegions: Readonly<Record<string, Location>> = {
  "af-south-1": { country: "ZA", place: "Cape Town" },
  "ap-east-1": { country: "HK", place: "Hong Kong" },
  "ap-east-2": { country: "TW", place: "Taipei" },
  "ap-northeast-1": { country: "JP", place: "Tokyo" },
  "ap-northeast-2": { country: "KR", place: "Seoul" },
  "ap-northeast-3": { country: "JP", place: "Osaka" },
  "ap-south-1": { country: "IN", place: "Mumbai" },
  "ap-south-2": { country: "IN", place: "Hyderabad" },
  "ap-southeast-1": { country: "SG", place: "Singapore" },
  "ap-southeast-2": { country: "AU", place: "Sydney" },
  "ap-southeast-3": { country: "ID", place: "Jakarta" },
  "ap-southeast-4": { country: "AU", place: "Melbourne" },
  "ap-southeast-5": { country: "MY", place: "Malaysia" },
  "ap-southeast-6": { country: "NZ", place: "Auckland" },
  "ap-southeast-7": { country: "TH", place: "Thailand" },
  "ca-central-1": { country: "CA", place: "Montreal" },
  "ca-west-1": { country: "CA", place: "Calgary" },
  "cn-north-1": { country: "CN", place: "Beijing" },
  "cn-northwest-1": { country: "CN", place: "Ningxia" },
  "eu-central-1": { country: "DE", place: "Frankfurt" },
  "eu-central-2": { country: "CH", place: "Zurich" },
  "eu-north-1": { country: "SE", place: "Stockholm" },
  "eu-south-1": { country: "IT", place: "Milan" },
  "eu-south-2": { country: "ES", place: "Aragon" },
  "eu-west-1": { country: "IE", place: "Dublin" },
  "eu-west-2": { country: "GB", place: "London" },
  "eu-west-3": { country: "FR", place: "Paris" },
  "eusc-de-east-1": { country: "DE", place: "Brandenburg" },
  "il-central-1": { country: "IL", place: "Tel Aviv" },
  "me-central-1": { country: "AE", place: "United Arab Emirates" },
  "me-south-1": { country: "BH", place: "Bahrain" },
  "mx-central-1": { country: "MX", place: "Querétaro" },
  "sa-east-1": { country: "BR", place: "São Paulo" },
  "us-east-1": { country: "US", place: "Northern Virginia" },
  "us-east-2": { country: "US", place: "Ohio" },
  "us-gov-east-1": { country: "US", place: "Ohio (GovCloud)" },
  "us-gov-west-1": { country: "US", place: "Oregon (GovCloud)" },
  "us-west-1": { country: "US", place: "Northern California" },
  "us-west-2": { country: "US", place: "Oregon" },
};

/** By the zone's name without its last letter: AWS calls that the zone group. */
const awsLocalZoneGroups: Readonly<Record<string, Location>> = {
  "af-south-1-los-1": { country: "NG", place: "Lagos" },
  "ap-northeast-1-tpe-1": { country: "TW", place: "Taipei" },
  "ap-south-1-ccu-1": { country: "IN", place: "Kolkata" },
  "ap-south-1-ccu-2": { country: "IN", place: "Kolkata" },
  "ap-south-1-del-1": { country: "IN", place: "Delhi" },
  "ap-south-1-del-2": { country: "IN", place: "Delhi" },
  "ap-southeast-1-bkk-1": { country: "TH", place: "Bangkok" },
  "ap-southeast-1-han-1": { country: "VN", place: "Hanoi" },
  "ap-southeast-1-mnl-1": { country: "PH", place: "Manila" },
  "ap-southeast-2-akl-1": { country: "NZ", place: "Auckland" },
  "ap-southeast-2-per-1": { country: "AU", place: "Perth" },
  "eu-central-1-ath-1": { country: "GR", place: "Athens" },
  "eu-central-1-ham-1": { country: "DE", place: "Hamburg" },
  "eu-central-1-ist-1": { country: "TR", place: "Istanbul" },
  "eu-central-1-waw-1": { country: "PL", place: "Warsaw" },
  "eu-north-1-cph-1": { country: "DK", place: "Copenhagen" },
  "eu-north-1-hel-1": { country: "FI", place: "Helsinki" },
  "me-south-1-mct-1": { country: "OM", place: "Muscat" },
  "us-east-1-atl-1": { country: "US", place: "Atlanta" },
  "us-east-1-atl-2": { country: "US", place: "Atlanta" },
  "us-east-1-bos-1": { country: "US", place: "Boston" },
  "us-east-1-bue-1": { country: "AR", place: "Buenos Aires" },
  "us-east-1-chi-1": { country: "US", place: "Chicago" },
  "us-east-1-chi-2": { country: "US", place: "Chicago" },
  "us-east-1-dfw-1": { country: "US", place: "Dallas" },
  "us-east-1-dfw-2": { country: "US", place: "Dallas" },
  "us-east-1-iah-1": { country: "US", place: "Houston" },
  "us-east-1-iah-2": { country: "US", place: "Houston" },
  "us-east-1-lim-1": { country: "PE", place: "Lima" },
  "us-east-1-mci-1": { country: "US", place: "Kansas City" },
  "us-east-1-mia-1": { country: "US", place: "Miami" },
  "us-east-1-mia-2": { country: "US", place: "Miami" },
  "us-east-1-msp-1": { country: "US", place: "Minneapolis" },
  "us-east-1-nyc-1": { country: "US", place: "New York" },
  "us-east-1-nyc-2": { country: "US", place: "New York" },
  "us-east-1-phl-1": { country: "US", place: "Philadelphia" },
  "us-east-1-qro-1": { country: "MX", place: "Querétaro" },
  "us-east-1-scl-1": { country: "CL", place: "Santiago" },
  "us-east-2-mci-1": { country: "US", place: "Kansas City" },
  "us-west-2-den-1": { country: "US", place: "Denver" },
  "us-west-2-hnl-1": { country: "US", place: "Honolulu" },
  "us-west-2-las-1": { country: "US", place: "Las Vegas" },
  "us-west-2-lax-1": { country: "US", place: "Los Angeles" },
  "us-west-2-pdx-1": { country: "US", place: "Portland" },
  "us-west-2-phx-1": { country: "US", place: "Phoenix" },
  "us-west-2-phx-2": { country: "US", place: "Phoenix" },
  "us-west-2-sea-1": { country: "US", place: "Seattle" },
};

export interface AwsZone extends Location {
  /** The region whose control plane runs the zone. */
  readonly region: string;
  readonly local: boolean;
}

/** An availability zone (`af-south-1a`) or Local Zone (`af-south-1-los-1a`); undefined where AWS has none of that name. */
export function awsZone(name: string): AwsZone | undefined {
  const group = name.slice(0, -1);
  if (!/^[a-f]$/.test(name.slice(-1))) return undefined;
  const region = Object.hasOwn(awsRegions, group) ? awsRegions[group] : undefined;
  if (region !== undefined) return { ...region, region: group, local: false };
  const local = Object.hasOwn(awsLocalZoneGroups, group) ? awsLocalZoneGroups[group] : undefined;
  if (local === undefined) return undefined;
  return { ...local, region: group.replace(/-[a-z]{3}-\d$/, ""), local: true };
}

/** Regions of AWS in a country. */
export const awsRegionsIn = (country: string): string[] =>
  Object.keys(awsRegions).filter((region) => awsRegions[region]?.country === country);

/** Local Zones of AWS in a country; their control planes may be abroad. */
export const awsLocalZonesIn = (country: string): string[] =>
  Object.keys(awsLocalZoneGroups)
    .filter((group) => awsLocalZoneGroups[group]?.country === country)
    .map((group) => `${group}a`);

/** Zones that a region certainly has, and its Local Zones, for suggestions. */
export const awsZonesOf = (region: string): string[] => [
  ...["a", "b", "c"].map((letter) => `${region}${letter}`),
  ...Object.keys(awsLocalZoneGroups)
    .filter((group) => group.startsWith(`${region}-`))
    .map((group) => `${group}a`),
];
