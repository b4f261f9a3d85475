/** The account is not opted into regions or Local Zones abroad. */
import { awsRegions } from "../../../localisation/cloud-geography.ts";
import { regionName, zoneName } from "../../engine/place-names.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { booleanAt, textAt } from "../../resources/properties.ts";

export const foreignZoneOptIn: ResourcePolicy = {
  id: "foreign-zone-opt-in",
  area: "place",
  scope: "resource",
  title: "The account is not opted into regions or Local Zones abroad.",
  risk: "An opt-in opens a place abroad to everyone in the account; a default can then put the next resource there.",
  types: ["aws:ec2/availabilityZoneGroup:AvailabilityZoneGroup", "aws:account/region:Region"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.23"], nist80053: ["SA-9(5)", "CM-7"] },
  remediation: "Remove the opt-in.",
  check(subject, context) {
    const group = textAt(subject.properties, "groupName");
    const region = textAt(subject.properties, "regionName");
    const wanted =
      textAt(subject.properties, "optInStatus") === "opted-in" ||
      booleanAt(subject.properties, "enabled") === true;
    const place = group ?? region;
    if (!wanted || place === undefined || context.isAllowedRegion(place)) return [];
    const isRegion = Object.hasOwn(awsRegions, place) || region !== undefined;
    if (!isRegion && context.isAllowedZone(`${place}a`)) return [];
    return {
      path: group === undefined ? "regionName" : "groupName",
      value: place,
      message: `It opts the account into ${isRegion ? regionName(place) : zoneName(`${place}a`)}.`,
      remediation: "Remove it: the file allows no resource there.",
    };
  },
  examples: {
    passing: [
      {
        pulumi: `
lagos: { type: aws:ec2/availabilityZoneGroup:AvailabilityZoneGroup,
  properties: { groupName: af-south-1-los-1, optInStatus: not-opted-in } }`,
      },
    ],
    failing: [
      {
        pulumi: `
lagos: { type: aws:ec2/availabilityZoneGroup:AvailabilityZoneGroup,
  properties: { groupName: af-south-1-los-1, optInStatus: opted-in } }`,
        findings: `AvailabilityZoneGroup/lagos groupName: It opts the account into af-south-1-los-1a (Lagos, Nigeria). Remove it: the file allows no resource there.`,
      },
      {
        pulumi: `
milan: { type: aws:account/region:Region, properties: { regionName: eu-south-1, enabled: true } }`,
        findings: `Region/milan regionName: It opts the account into eu-south-1 (Milan, Italy). Remove it: the file allows no resource there.`,
      },
    ],
  },
};
