/** File systems replicate within allowed regions and zones. */

import { regionName, zoneName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { arnOf } from "../../resources/arn.ts";
import { textAt } from "../../resources/properties.ts";

export const fileSystemReplication: ResourcePolicy = {
  id: "file-system-replication",
  area: "copies",
  scope: "resource",
  title: "File systems are replicated within allowed regions only.",
  risk: "Replication keeps a second file system up to date, in any region that it names.",
  types: [
    "aws:efs/replicationConfiguration:ReplicationConfiguration",
    "aws:datasync/efsLocation:EfsLocation",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.23"], nist80053: ["SA-9(5)"] },
  remediation: "Replicate within an allowed region.",
  check({ properties }, context) {
    const violations: Violation[] = [];
    const region =
      textAt(properties, "destination.region") ?? arnOf(textAt(properties, "efsFileSystemArn"))?.region;
    if (region !== undefined && !context.isAllowedRegion(region))
      violations.push({
        path: "destination.region",
        value: region,
        message: `The replica is in ${regionName(region)}.`,
        remediation: `Replicate within ${context.allowedRegions || "the country"}.`,
      });
    const zone = textAt(properties, "destination.availabilityZoneName");
    if (zone !== undefined && !context.isAllowedZone(zone))
      violations.push({
        path: "destination.availabilityZoneName",
        value: zone,
        message: `The replica is in the zone ${zoneName(zone)}.`,
        remediation: `Use one of ${context.allowedZones || "the country's"}.`,
      });
    return violations;
  },
  examples: {
    passing: [
      {
        pulumi: `
files: { type: aws:efs/replicationConfiguration:ReplicationConfiguration,
  properties: { destination: { region: af-south-1 } } }`,
      },
    ],
    failing: [
      {
        pulumi: `
files: { type: aws:efs/replicationConfiguration:ReplicationConfiguration,
  properties: { destination: { region: eu-south-1 } } }`,
        findings: `ReplicationConfiguration/files destination.region: The replica is in eu-south-1 (Milan, Italy). Replicate within af-south-1.`,
      },
    ],
  },
};
