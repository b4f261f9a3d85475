/** Every AWS resource is in a region that the file allows. */

import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { effectiveRegion } from "../../resources/region.ts";

export const regionAbroad: ResourcePolicy = {
  id: "region-abroad",
  area: "place",
  scope: "resource",
  title: "Cloud resources are in a region that the localisation file allows.",
  risk: "One resource with its own region, or one provider that follows the machine's settings, stores data abroad.",
  types: ["aws:*", "pulumi:providers:aws"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups", "logs"],
  controls: { iso27001: ["A.5.23", "A.5.31"], nist80053: ["SA-9(5)"] },
  remediation:
    "Remove the resource's own region, so that the provider's applies, or set it to an allowed one.",
  check(subject, context) {
    const region = effectiveRegion(subject);
    if (context.isAllowedRegion(region)) return [];
    const allowed = context.allowedRegions;
    return {
      path: "region",
      value: region,
      message: `It is in ${regionName(region)}, which is not one of the file's regions.`,
      remediation:
        allowed === ""
          ? "The file allows no cloud region: use machines in the country."
          : `Set region to ${allowed}, or remove it.`,
    };
  },
  examples: {
    passing: [
      { pulumi: "backups: { type: aws:s3/bucket:Bucket }" },
      {
        region: "eu-west-1",
        pulumi: "backups: { type: aws:s3/bucket:Bucket, properties: { region: af-south-1 } }",
      },
      { pulumi: "aws: { type: pulumi:providers:aws, properties: { region: af-south-1 } }" },
    ],
    failing: [
      {
        pulumi: "backups: { type: aws:s3/bucket:Bucket, properties: { region: eu-west-1 } }",
        findings: `Bucket/backups region: It is in eu-west-1 (Dublin, Ireland), which is not one of the file's regions. Set region to af-south-1, or remove it.`,
      },
      {
        region: "eu-central-1",
        pulumi: "accounts: { type: aws:rds/instance:Instance }",
        findings: `Instance/accounts region: It is in eu-central-1 (Frankfurt, Germany), which is not one of the file's regions. Set region to af-south-1, or remove it.`,
      },
      {
        pulumi: "aws: { type: pulumi:providers:aws }",
        findings:
          "Provider/aws region: Neither the resource nor its provider names a region, so the machine that runs `up` decides it. Set region on the provider from the localisation file.",
      },
    ],
  },
};
