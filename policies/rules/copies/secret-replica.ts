/** Secrets have replicas in allowed regions only. */

import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { objectsAt, textAt } from "../../resources/properties.ts";

export const secretReplica: ResourcePolicy = {
  id: "secret-replica",
  area: "copies",
  scope: "resource",
  title: "Secrets are replicated to allowed regions only.",
  risk: "The databases' passwords are stored in another region, encrypted with a key there.",
  types: ["aws:secretsmanager/secret:Secret"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.8.24", "A.5.17"], nist80053: ["SC-12(6)", "SA-9(5)"] },
  remediation: "Remove the replica.",
  check: ({ properties }, context) =>
    objectsAt(properties, "replicas").flatMap(({ value, path }) => {
      const region = textAt(value, "region") ?? "";
      if (context.isAllowedRegion(region)) return [];
      return [
        {
          path: `${path}.region`,
          value: region,
          message: `The secret has a replica in ${regionName(region)}.`,
          remediation: "Remove the replica.",
        },
      ];
    }),
  examples: {
    passing: [
      { pulumi: "database: { type: aws:secretsmanager/secret:Secret, properties: { name: database } }" },
    ],
    failing: [
      {
        pulumi: `
database: { type: aws:secretsmanager/secret:Secret, properties: { replicas: [{ region: us-east-1 }] } }`,
        findings: `Secret/database replicas[0].region: The secret has a replica in us-east-1 (Northern Virginia, United States). Remove the replica.`,
      },
    ],
  },
};
