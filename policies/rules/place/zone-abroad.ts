/** Zones that a resource names are in the country: a Local Zone may be in another country than its region. */
import { awsZone } from "../../../localisation/cloud-geography.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { zoneName } from "../../engine/place-names.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { textsOf } from "../../resources/texts.ts";

const zoneKey =
  /^(availabilityZones?|azs?|zones?|availabilityZoneNames?|preferred\w*Azs?|(source|standby)AvailabilityZone)$/;
/** The zones from which an address is announced: a region, or a Local Zone's group. */
const borderKey = /^networkBorderGroup$/;
const zoneIdKey = /^availabilityZoneIds?$/;

export const zoneAbroad: ResourcePolicy = {
  id: "zone-abroad",
  area: "place",
  scope: "resource",
  title: "Subnets, disks and databases are in zones that the localisation file allows.",
  risk: "A region is not a country: Cape Town's region has a Local Zone in Lagos, Frankfurt's one in Istanbul.",
  types: ["aws:*"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.23", "A.5.31"], nist80053: ["SA-9(5)"] },
  remediation: "Name only zones of `residency.regions`, by their names.",
  check: (subject, context) =>
    textsOf(subject).flatMap((text) => {
      const { value, key, path } = text;
      if (zoneIdKey.test(key) && !path.startsWith("tags"))
        return [
          {
            path,
            value,
            message: `The zone is given by its id ${value}, which means another zone in each account.`,
            remediation: `Name the zone instead: ${context.allowedZones}.`,
          },
        ];
      if (borderKey.test(key) && !isAllowedBorder(value, context))
        return [
          {
            path,
            value,
            message: `The address is announced from ${value}, which is no region of the file.`,
            remediation: `Remove it, or use ${context.allowedRegions || "no address of this provider"}.`,
          },
        ];
      if (!zoneKey.test(key) || path.startsWith("tags")) return [];
      if (context.isAllowedZone(value) || (awsZone(value) === undefined && !/^[a-z]+-[a-z]/.test(value)))
        return [];
      return [
        {
          path,
          value,
          message: `It is in the zone ${zoneName(value)}, which the file does not allow.`,
          remediation: `Use one of ${context.allowedZones || "no zone of this provider"}.`,
        },
      ];
    }),
  examples: {
    passing: [
      { pulumi: "private-a: { type: aws:ec2/subnet:Subnet, properties: { availabilityZone: af-south-1a } }" },
      {
        pulumi: `
accounts: { type: aws:rds/cluster:Cluster, properties: { availabilityZones: [af-south-1a, af-south-1b] } }`,
      },
    ],
    failing: [
      {
        pulumi: "out: { type: aws:ec2/eip:Eip, properties: { networkBorderGroup: us-east-1-wl1-bos-wlz-1 } }",
        findings: `Eip/out networkBorderGroup: The address is announced from us-east-1-wl1-bos-wlz-1, which is no region of the file. Remove it, or use af-south-1.`,
      },
      {
        pulumi: `
private-d: { type: aws:ec2/subnet:Subnet, properties: { availabilityZone: af-south-1-los-1a } }`,
        findings: `Subnet/private-d availabilityZone: It is in the zone af-south-1-los-1a (Lagos, Nigeria), which the file does not allow. Use one of af-south-1a, af-south-1b, af-south-1c.`,
      },
      {
        pulumi: "readings: { type: aws:ebs/volume:Volume, properties: { availabilityZone: eu-central-1a } }",
        findings: `Volume/readings availabilityZone: It is in the zone eu-central-1a (Frankfurt, Germany), which the file does not allow. Use one of af-south-1a, af-south-1b, af-south-1c.`,
      },
      {
        pulumi: "private-a: { type: aws:ec2/subnet:Subnet, properties: { availabilityZoneId: afs1-az1 } }",
        findings: `Subnet/private-a availabilityZoneId: The zone is given by its id afs1-az1, which means another zone in each account. Name the zone instead: af-south-1a, af-south-1b, af-south-1c.`,
      },
    ],
  },
};

const isAllowedBorder = (group: string, context: PolicyContext): boolean =>
  context.isAllowedRegion(group) || context.isAllowedZone(`${group}a`);
