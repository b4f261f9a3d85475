/** Image registries are replicated within allowed regions and the account. */

import { otherAccount } from "../../engine/accounts.ts";
import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { objectsAt, textAt } from "../../resources/properties.ts";

export const registryReplication: ResourcePolicy = {
  id: "registry-replication",
  area: "copies",
  scope: "resource",
  title: "Image registries are replicated within allowed regions and the account.",
  risk: "Images carry the stack's code and settings; nodes may also pull from a replica abroad.",
  types: ["aws:ecr/replicationConfiguration:ReplicationConfiguration"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["state"],
  controls: { iso27001: ["A.5.21", "A.5.23"], nist80053: ["SR-3", "SA-9(5)"] },
  remediation: "Remove the destination.",
  check({ properties }, context) {
    return objectsAt(properties, "replicationConfiguration.rules").flatMap((rule) =>
      objectsAt(rule.value, "destinations").flatMap(({ value, path }): Violation | [] => {
        const at = `${rule.path}.${path}`;
        const region = textAt(value, "region") ?? "";
        const account = textAt(value, "registryId");
        if (!context.isAllowedRegion(region))
          return {
            path: `${at}.region`,
            value: region,
            message: `Images are copied to ${regionName(region)}.`,
            remediation: "Remove the destination.",
          };
        if (account === undefined) return [];
        return (
          otherAccount(
            context,
            account,
            { path: `${at}.registryId`, value: account },
            `Images are copied to account ${account}`,
            () => "Remove the destination.",
          ) ?? []
        );
      }),
    );
  },
  examples: {
    passing: [
      {
        pulumi: `
images:
  type: aws:ecr/replicationConfiguration:ReplicationConfiguration
  properties:
    replicationConfiguration:
      rules: [{ destinations: [{ region: af-south-1, registryId: "123456789012" }] }]`,
      },
    ],
    failing: [
      {
        pulumi: `
images:
  type: aws:ecr/replicationConfiguration:ReplicationConfiguration
  properties:
    replicationConfiguration:
      rules:
        - destinations:
            - { region: eu-west-1, registryId: "123456789012" }
            - { region: af-south-1, registryId: "999999999999" }`,
        findings: `
ReplicationConfiguration/images replicationConfiguration.rules[0].destinations[0].region: Images are copied to eu-west-1 (Dublin, Ireland). Remove the destination.
ReplicationConfiguration/images replicationConfiguration.rules[0].destinations[1].registryId: Images are copied to account 999999999999; the file names 123456789012. Remove the destination.`,
      },
    ],
  },
};
