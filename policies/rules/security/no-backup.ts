/** Databases of the cluster are backed up on a schedule. */

import type { PolicyContext } from "../../engine/context.ts";
import type { StackPolicy, Violation } from "../../engine/policy.ts";
import { longestGap } from "../../resources/cron.ts";
import { keepsData, storesOf } from "../../resources/data-stores.ts";
import {
  booleanAt,
  namespaceOf,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textMapAt,
} from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";
import { objectName, type ResourceSet } from "../../resources/resource-set.ts";
import { textsOf } from "../../resources/texts.ts";

const cluster = "kubernetes:postgresql.cnpg.io/*:Cluster";
const statefulSet = "kubernetes:apps/*:StatefulSet";
const scheduled = "kubernetes:postgresql.cnpg.io/*:ScheduledBackup";

/** Longest between two backups, in days. */
const longest = 7;

export const noBackup: StackPolicy = {
  id: "no-backup",
  area: "security",
  scope: "stack",
  title:
    "Every database of the cluster is backed up on a schedule, at least every week, to a store of its own.",
  risk: "Replicas copy a mistake within milliseconds; only a backup can restore the companies' accounts and readings.",
  types: [cluster, statefulSet],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.8.13", "A.5.30"], nist80053: ["CP-9", "CP-10"] },
  remediation:
    "Give the cluster an object store, and add a ScheduledBackup for it; give the time-series store a CronJob.",
  check(context) {
    const clusters = context.resources
      .ofTypes([cluster])
      .flatMap((resource) => clusterViolations(resource, context));
    return [...clusters, ...timeSeriesViolations(context)];
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
spec: { instances: 3, plugins: [{ name: barman-cloud.cloudnative-pg.io, isWALArchiver: true }] }
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: { name: accounts, namespace: rollout }
spec: { schedule: "0 0 0 30 2 *", suspend: true, cluster: { name: accounts } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: readings, namespace: rollout, annotations: { rollout/data-classes: machineTelemetry } }
spec: { replicas: 3, template: { spec: { containers: [{ name: store, image: registry.example.gov.za/clickhouse/clickhouse-server:26.3 }] } } }`,
        findings: `
rollout/ScheduledBackup/accounts spec.suspend: The schedule of backups is suspended. Remove suspend.
rollout/ScheduledBackup/accounts spec.schedule: The schedule 0 0 0 30 2 * never runs. Back up every day.
rollout/StatefulSet/readings metadata.name: No CronJob of the namespace makes backups of the store. Add a CronJob that makes them, or name hosting.backup.destination in the file.`,
      },
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

function clusterViolations(resource: Resource, { resources }: PolicyContext): Violation[] {
  const { properties } = resource;
  const namespace = namespaceOf(resource);
  const violations: Violation[] = [];
  const plugins = objectsAt(properties, "spec.plugins").filter(({ value }) =>
    /barman-cloud/.test(textAt(value, "name") ?? ""),
  );
  const hasStore = objectAt(properties, "spec.backup.barmanObjectStore") !== undefined || plugins.length > 0;
  if (!hasStore)
    return [
      {
        path: "spec.backup",
        message: "The database has no backup store.",
        remediation: "Name hosting.backup.destination in the file, so that the cluster gets an object store.",
        resource,
      },
    ];
  const stores = new Set(
    resources
      .ofTypes(["kubernetes:barmancloud.cnpg.io/*:ObjectStore"])
      .filter((store) => namespaceOf(store) === namespace)
      .map(objectName),
  );
  for (const { value, path } of plugins) {
    const off = ["enabled", "isWALArchiver"].find((name) => booleanAt(value, name) === false);
    if (off !== undefined)
      violations.push({
        path: `${path}.${off}`,
        value: "false",
        message: "What the database writes after a backup is not archived.",
        remediation: `Set ${off} to true.`,
        resource,
      });
    const store = textAt(value, "parameters.barmanObjectName");
    if (store !== undefined && stores.size > 0 && !stores.has(store))
      violations.push({
        path: `${path}.parameters.barmanObjectName`,
        value: store,
        message: `There is no ObjectStore ${store} in the namespace.`,
        remediation: `Use ${[...stores].join(" or ")}.`,
        resource,
      });
  }
  const schedules = resources
    .ofTypes([scheduled])
    .filter(
      (schedule) =>
        namespaceOf(schedule) === namespace &&
        textAt(schedule.properties, "spec.cluster.name") === objectName(resource),
    );
  if (schedules.length === 0)
    violations.push({
      path: "spec.backup",
      message: "No ScheduledBackup names the database.",
      remediation: `Add a ScheduledBackup with spec.cluster.name ${objectName(resource)}.`,
      resource,
    });
  return [...violations, ...bestOf(schedules, scheduleViolations)];
}

/** Nothing where one of the schedules is good, what is wrong with each otherwise. */
function bestOf(schedules: readonly Resource[], judge: (schedule: Resource) => Violation[]): Violation[] {
  const found: Violation[] = [];
  for (const schedule of schedules) {
    const violations = judge(schedule);
    if (violations.length === 0) return [];
    found.push(...violations);
  }
  return found;
}

/** Names of jobs that make backups. */
const makesBackups = /backup|dump|snapshot|velero|restic|walg|pgbackrest/i;

/** Readings are backed up by a job, since the store has no operator. */
function timeSeriesViolations({ resources, country }: PolicyContext): Violation[] {
  if (country.hosting.backup.destination === undefined && country.hosting.target !== "aws") return [];
  const stores = resources
    .ofTypes([statefulSet])
    .filter(
      (resource) =>
        keepsData(resource) && storesOf(resource).some(({ program }) => program === "clickhouse-server"),
    );
  const jobs = resources
    .ofTypes(["kubernetes:batch/*:CronJob"])
    .filter((job) =>
      makesBackups.test(
        `${objectName(job)} ${[...textMapAt(job.properties, "metadata.labels").values()].join(" ")}`,
      ),
    );
  const missing = stores
    .filter((store) => !jobs.some((job) => namespaceOf(job) === namespaceOf(store)))
    .map((resource) => ({
      path: "metadata.name",
      message: "No CronJob of the namespace makes backups of the store.",
      remediation: "Add a CronJob that makes them, or name hosting.backup.destination in the file.",
      resource,
    }));
  const namespaces = [...new Set(stores.map(namespaceOf))];
  return [
    ...missing,
    ...namespaces.flatMap((name) =>
      bestOf(
        jobs.filter((job) => namespaceOf(job) === name),
        (job) => [...scheduleViolations(job), ...scriptViolations(job, resources)],
      ),
    ),
  ];
}

/** What ends a command that is under a condition or in a function. */
const closes = /^\s*(?:fi|else|elif|done|esac|;;|\})/;

/** Whether a script ends on the way, where no condition or function holds the end: commands stand after it. */
function endsEarly(script: string): boolean {
  if (!script.includes("exit") && !script.includes("exec")) return false;
  const commands = script.split("\n").filter((line) => !/^\s*(?:#|$)/.test(line));
  return commands.some((line, index) => {
    const next = commands[index + 1];
    return next !== undefined && /^(?:exit|exec true)\b[^|&]*$/.test(line) && !closes.test(next);
  });
}

const writesNothing = /\bBACKUP\b[^;\n]{0,200}\bTO\s+Null\b/i;

/** Why the scripts that a job runs, in its commands or its ConfigMaps, make no backup. */
function scriptViolations(job: Resource, resources: ResourceSet): Violation[] {
  const volumes = objectsAt(job.properties, "spec.jobTemplate.spec.template.spec.volumes");
  const mounted = new Set(volumes.map(({ value }) => textAt(value, "configMap.name")));
  const settings = resources
    .ofTypes(["kubernetes:core/*:ConfigMap"])
    .filter((settings) => namespaceOf(settings) === namespaceOf(job) && mounted.has(objectName(settings)));
  return [job, ...settings].flatMap((resource) =>
    textsOf(resource).flatMap(({ key, value, path }): Violation | [] => {
      if (!key.endsWith(".sh") && key !== "command" && key !== "args") return [];
      const message = endsEarly(value)
        ? "The script ends before its last commands."
        : writesNothing.test(value)
          ? "The backup is written nowhere."
          : undefined;
      return message === undefined
        ? []
        : { path, message, remediation: "Let the script make the backup.", resource };
    }),
  );
}

/** Why a schedule makes no backup, or too few. */
function scheduleViolations(resource: Resource): Violation[] {
  const { properties } = resource;
  const violations: Violation[] = [];
  const add = (path: string, value: string, message: string, remediation: string) =>
    violations.push({ path: `spec.${path}`, value, message, remediation, resource });
  if (booleanAt(properties, "spec.suspend") === true)
    add("suspend", "true", "The schedule of backups is suspended.", "Remove suspend.");
  const schedule = textAt(properties, "spec.schedule") ?? "";
  const gap = longestGap(schedule);
  if (gap === undefined)
    add("schedule", schedule, `The schedule ${schedule} can't be read.`, "Back up every day.");
  else if (gap === Number.POSITIVE_INFINITY)
    add("schedule", schedule, `The schedule ${schedule} never runs.`, "Back up every day.");
  else if (gap > longest)
    add(
      "schedule",
      schedule,
      `By the schedule ${schedule} there are up to ${gap} days without a backup.`,
      "Back up every day.",
    );
  const deadline = numberAt(properties, "spec.startingDeadlineSeconds");
  if (deadline !== undefined && deadline < 10)
    add(
      "startingDeadlineSeconds",
      String(deadline),
      "The job never starts: the cluster looks every ten seconds.",
      "Use 21600.",
    );
  if (textAt(properties, "spec.concurrencyPolicy") === "Replace")
    add("concurrencyPolicy", "Replace", "The next backup ends one that still runs.", "Use Forbid.");
  const job = "jobTemplate.spec";
  for (const [name, least] of [
    ["parallelism", 1],
    ["completions", 1],
    ["activeDeadlineSeconds", 300],
    ["backoffLimit", 1],
  ] as const) {
    const value = numberAt(properties, `spec.${job}.${name}`);
    if (value !== undefined && value < least)
      add(
        `${job}.${name}`,
        String(value),
        `With ${name} ${value} a backup does not come to its end.`,
        `Use ${least} or more.`,
      );
  }
  if (booleanAt(properties, `spec.${job}.suspend`) === true)
    add(`${job}.suspend`, "true", "The job of the backup is suspended.", "Remove suspend.");
  return violations;
}
