/** Tables have replicas in allowed regions only. */

import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { arnOf } from "../../resources/arn.ts";
import { objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import { effectiveRegion } from "../../resources/region.ts";

export const tableReplica: ResourcePolicy = {
  id: "table-replica",
  area: "copies",
  scope: "resource",
  title: "Tables are replicated to allowed regions only.",
  risk: "A replica is a live, writable copy of the table in another region.",
  types: [
    "aws:dynamodb/table:Table",
    "aws:dynamodb/tableReplica:TableReplica",
    "aws:keyspaces/keyspace:Keyspace",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.23"], nist80053: ["SA-9(5)"] },
  remediation: "Remove the replica.",
  check(subject, context) {
    const { properties } = subject;
    const source = arnOf(textAt(properties, "globalTableArn"));
    const own = source === undefined ? [] : [{ path: "region", region: effectiveRegion(subject) }];
    const named = [
      ...own,
      ...objectsAt(properties, "replicas").map(({ value, path }) => ({
        path: `${path}.regionName`,
        region: textAt(value, "regionName"),
      })),
      ...textsAt(properties, "replicationSpecification.regionLists").map(({ value, path }) => ({
        path,
        region: value,
      })),
    ];
    return named.flatMap(({ path, region }) =>
      region === undefined || context.isAllowedRegion(region)
        ? []
        : [
            {
              path,
              value: region,
              message: `It has a replica in ${regionName(region)}.`,
              remediation: "Remove the replica.",
            },
          ],
    );
  },
  examples: {
    passing: [{ pulumi: "sessions: { type: aws:dynamodb/table:Table, properties: { hashKey: id } }" }],
    failing: [
      {
        pulumi: `
sessions: { type: aws:dynamodb/table:Table,
  properties: { hashKey: id, replicas: [{ regionName: eu-west-1 }] } }`,
        findings: `Table/sessions replicas[0].regionName: It has a replica in eu-west-1 (Dublin, Ireland). Remove the replica.`,
      },
      {
        pulumi: `
readings: { type: aws:keyspaces/keyspace:Keyspace,
  properties: { replicationSpecification: { regionLists: [af-south-1, us-east-1] } } }`,
        findings: `Keyspace/readings replicationSpecification.regionLists[1]: It has a replica in us-east-1 (Northern Virginia, United States). Remove the replica.`,
      },
    ],
  },
};
