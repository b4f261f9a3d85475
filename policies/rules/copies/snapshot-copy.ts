/** Snapshots and machine images are copied only within allowed regions. */

import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { arnsIn } from "../../resources/arn.ts";
import { textsOf } from "../../resources/texts.ts";

const regionKey = /^(destinationRegion|target|targetRegion|regionName|region)$/;

export const snapshotCopy: ResourcePolicy = {
  id: "snapshot-copy",
  area: "copies",
  scope: "resource",
  title: "Snapshots and images are copied only within the allowed regions.",
  risk: "A lifecycle policy copies each night's snapshot of every disk to another region, even if it is not encrypted.",
  types: [
    "aws:dlm/lifecyclePolicy:LifecyclePolicy",
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
    "aws:redshift/snapshotCopy:SnapshotCopy",
    "aws:ebs/snapshot:Snapshot",
    "aws:ebs/snapshotCopy:SnapshotCopy",
    "aws:ec2/amiCopy:AmiCopy",
    "aws:imagebuilder/distributionConfiguration:DistributionConfiguration",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["backups", "identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.13", "A.5.23"], nist80053: ["CP-9", "SA-9(5)"] },
  remediation: "Copy within an allowed region, or remove the copy.",
  check: (subject, context) =>
    textsOf(subject).flatMap(({ key, value, path }) => {
      const named = arnsIn(value)[0]?.region || value;
      // The resource's own region is checked by region-abroad.
      if (!regionKey.test(key) || path === "region" || !/^[a-z]{2,4}-[a-z-]+-\d/.test(named)) return [];
      if (context.isAllowedRegion(named)) return [];
      return [
        {
          path,
          value,
          message: `It copies to ${regionName(named)}.`,
          remediation: `Copy within ${context.allowedRegions || "the country"}, or remove the copy.`,
        },
      ];
    }),
  examples: {
    passing: [
      {
        pulumi: `
nightly: { type: aws:dlm/lifecyclePolicy:LifecyclePolicy,
  properties: { policyDetails: { schedules: [{ crossRegionCopyRules: [{ target: af-south-1 }] }] } } }`,
      },
    ],
    failing: [
      {
        pulumi: `
nightly: { type: aws:dlm/lifecyclePolicy:LifecyclePolicy,
  properties: { policyDetails: { schedules: [{ crossRegionCopyRules: [{ target: eu-west-1 }] }] } } }`,
        findings: `LifecyclePolicy/nightly policyDetails.schedules[0].crossRegionCopyRules[0].target: It copies to eu-west-1 (Dublin, Ireland). Copy within af-south-1, or remove the copy.`,
      },
      {
        pulumi: `
accounts: { type: aws:rds/snapshotCopy:SnapshotCopy, properties: { destinationRegion: us-east-1 } }`,
        findings: `SnapshotCopy/accounts destinationRegion: It copies to us-east-1 (Northern Virginia, United States). Copy within af-south-1, or remove the copy.`,
      },
    ],
  },
};
