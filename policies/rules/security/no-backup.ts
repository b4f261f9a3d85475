/** Databases of the cluster are backed up on a schedule. */

import type { StackPolicy, Violation } from "../../engine/policy.ts";
import { namespaceOf, objectAt, objectsAt, textAt } from "../../resources/properties.ts";
import { objectName } from "../../resources/resource-set.ts";

const cluster = "kubernetes:postgresql.cnpg.io/*:Cluster";
const scheduled = "kubernetes:postgresql.cnpg.io/*:ScheduledBackup";

export const noBackup: StackPolicy = {
  id: "no-backup",
  area: "security",
  scope: "stack",
  title: "Every database of the cluster is backed up on a schedule to a store of its own.",
  risk: "Replicas copy a mistake within milliseconds; only a backup can restore the companies' accounts.",
  types: [cluster],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "backups"],
  controls: { iso27001: ["A.8.13", "A.5.30"], nist80053: ["CP-9", "CP-10"] },
  remediation: "Give the cluster an object store, and add a ScheduledBackup for it.",
  check({ resources }) {
    const schedules = new Set(
      resources
        .ofTypes([scheduled])
        .map((resource) => `${namespaceOf(resource)}/${textAt(resource.properties, "spec.cluster.name")}`),
    );
    return resources.ofTypes([cluster]).flatMap((resource): Violation[] => {
      const { properties } = resource;
      const violations: Violation[] = [];
      const hasStore =
        objectAt(properties, "spec.backup.barmanObjectStore") !== undefined ||
        objectsAt(properties, "spec.plugins").some(({ value }) =>
          /barman-cloud/.test(textAt(value, "name") ?? ""),
        );
      if (!hasStore)
        violations.push({
          path: "spec.backup",
          message: "The database has no backup store.",
          remediation:
            "Name hosting.backup.destination in the file, so that the cluster gets an object store.",
          resource,
        });
      else if (!schedules.has(`${namespaceOf(resource)}/${objectName(resource)}`))
        violations.push({
          path: "spec.backup",
          message: "No ScheduledBackup names the database.",
          remediation: `Add a ScheduledBackup with spec.cluster.name ${objectName(resource)}.`,
          resource,
        });
      return violations;
    });
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 3, plugins: [{ name: barman-cloud.cloudnative-pg.io, parameters: { barmanObjectName: backups } }] }
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: { name: accounts, namespace: rollout }
spec: { schedule: "0 0 2 * * *", cluster: { name: accounts } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 3 }`,
        findings: `rollout/Cluster/accounts spec.backup: The database has no backup store. Name hosting.backup.destination in the file, so that the cluster gets an object store.`,
      },
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 3, backup: { barmanObjectStore: { destinationPath: s3://b/, endpointURL: https://s3.example.gov.za } } }`,
        findings: `rollout/Cluster/accounts spec.backup: No ScheduledBackup names the database. Add a ScheduledBackup with spec.cluster.name accounts.`,
      },
    ],
  },
};
