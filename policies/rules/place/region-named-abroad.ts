/** Settings inside a resource name allowed regions only, under any key: for what the policies on copies don't know. */

import { awsRegions } from "../../../localisation/cloud-geography.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { foreignRegions } from "../../engine/host-violations.ts";
import { regionName } from "../../engine/place-names.ts";
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";
import { awsSettingsOf } from "../../resources/aws-settings.ts";
import type { Resource } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";
import { databaseReplica } from "../copies/database-replica.ts";
import { fileSystemReplication } from "../copies/file-system-replication.ts";
import { registryReplication } from "../copies/registry-replication.ts";
import { secretReplica } from "../copies/secret-replica.ts";
import { snapshotCopy } from "../copies/snapshot-copy.ts";
import { tableReplica } from "../copies/table-replica.ts";
import { aggregation } from "../flows/aggregation.ts";
import { peeringAbroad } from "../network/peering-abroad.ts";

/** They check the regions of their types with more exact messages. */
const checkedElsewhere = new Set(
  [
    aggregation,
    databaseReplica,
    fileSystemReplication,
    peeringAbroad,
    registryReplication,
    secretReplica,
    snapshotCopy,
    tableReplica,
  ].flatMap(({ types }) => types),
);

export const regionNamedAbroad: ResourcePolicy = {
  id: "region-named-abroad",
  area: "place",
  scope: "resource",
  title: "No setting of a cloud resource names a region that the localisation file does not allow.",
  risk: "Sync targets, routing rules and pipelines can name a region in nested settings and send data there.",
  types: ["aws:*"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups", "logs"],
  controls: { iso27001: ["A.5.14", "A.5.23"], nist80053: ["AC-4", "SA-9(5)"] },
  remediation: "Name an allowed region, or remove the setting.",
  check(subject, context) {
    if (checkedElsewhere.has(subject.type)) return notApplicable;
    const byKey = foreignRegions(textsOf(subject), context).filter(({ path }) => path !== "region");
    const paths = new Set(byKey.map(({ path }) => path));
    return [...byKey, ...regionsInside(subject, context).filter(({ path }) => !paths.has(path))].map(
      ({ value, path }) => ({
        path,
        value,
        message: `It names ${regionName(value)}, which is not one of the file's regions.`,
        remediation: `Name ${context.allowedRegions || "a place in the country"}, or remove the setting.`,
      }),
    );
  },
  examples: {
    passing: [
      {
        pulumi: `
export: { type: aws:lambda/function:Function,
  properties: { environment: { variables: { BUCKET_REGION: af-south-1 } } } }`,
      },
    ],
    failing: [
      {
        pulumi: `
export: { type: aws:lambda/function:Function,
  properties: { environment: { variables: { BUCKET_REGION: eu-west-1 } } } }
collector: { type: aws:eks/addon:Addon,
  properties: { addonName: amazon-cloudwatch-observability, configurationValues: '{"agent":{"region":"us-east-1"}}' } }
inventory: { type: aws:ssm/resourceDataSync:ResourceDataSync,
  properties: { s3Destination: { bucketName: inventory, region: us-east-1 } } }`,
        findings: `
Function/export environment.variables.BUCKET_REGION: It names eu-west-1 (Dublin, Ireland), which is not one of the file's regions. Name af-south-1, or remove the setting.
Addon/collector configurationValues: It names us-east-1 (Northern Virginia, United States), which is not one of the file's regions. Name af-south-1, or remove the setting.
ResourceDataSync/inventory s3Destination.region: It names us-east-1 (Northern Virginia, United States), which is not one of the file's regions. Name af-south-1, or remove the setting.`,
      },
    ],
  },
};

interface Named {
  readonly value: string;
  readonly path: string;
}

const named = /(?<![a-z0-9.-])[a-z]{2,4}(?:-[a-z]{2,9}){1,2}-\d(?![a-z0-9-])/g;

/** Regions that any setting names, also inside a text; not those of an ARN or a host, which other policies read. */
function regionsInside(subject: Resource, context: PolicyContext): Named[] {
  return awsSettingsOf(subject).flatMap(({ value, path }): Named[] => {
    if (path === "region" || !value.includes("-")) return [];
    if (value.startsWith("arn:") || value.includes("://")) return [];
    const found = (value.match(named) ?? []).find(
      (word) =>
        Object.hasOwn(awsRegions, word) &&
        !context.isAllowedRegion(word) &&
        // The stack's own region stands where the file names none.
        !value.includes(`:${word}:`),
    );
    return found === undefined ? [] : [{ value: found, path }];
  });
}
