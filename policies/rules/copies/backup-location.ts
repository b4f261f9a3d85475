/** Backups of the cluster's stores go to a registered backup store. */

import { providersOf, toolsOf } from "../../engine/backup-stores.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { foreignRegions } from "../../engine/host-violations.ts";
import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { type HostReference, hostsOf } from "../../resources/hosts.ts";
import { workloads } from "../../resources/pods.ts";
import { objectAt, objectsAt, textAt } from "../../resources/properties.ts";
import { type Resource, typeKey } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";

/** The setting of the time-series store's job, as components/time-series-backup.ts names it. */
const folderVariable = "BACKUP_FOLDER";

/** Without an endpoint these write to AWS, in the region of the credentials. */
const providerDefaults: readonly (readonly [settings: string, endpoint: string])[] = [
  ["spec.backup.barmanObjectStore", "endpointURL"],
  ["spec.configuration", "endpointURL"],
  ["spec.config", "s3Url"],
];

const operators = [
  "kubernetes:postgresql.cnpg.io/*:Cluster",
  "kubernetes:barmancloud.cnpg.io/*:ObjectStore",
  "kubernetes:velero.io/*:BackupStorageLocation",
  "kubernetes:velero.io/*:VolumeSnapshotLocation",
  "kubernetes:longhorn.io/*:BackupTarget",
  "kubernetes:config.kio.kasten.io/*:Profile",
  "kubernetes:k8up.io/*:Schedule",
  "kubernetes:k8up.io/*:Backup",
  "kubernetes:k8up.io/*:Archive",
];
/** Plugins of CloudNativePG whose stores are objects that are checked. */
const ownPlugins = /^(barman-cloud\.cloudnative-pg\.io)$/;
const isOperators = new Set(operators.map(typeKey));

export const backupLocation: ResourcePolicy = {
  id: "backup-location",
  area: "copies",
  scope: "resource",
  title: "Backups of databases and volumes go to a registered store in the country.",
  risk: "The backup holds everything the database holds; its address is one line in an operator's object.",
  types: [...operators, ...workloads, "kubernetes:core/*:ConfigMap", "kubernetes:core/*:Secret"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["backups"],
  controls: { iso27001: ["A.8.13", "A.5.23"], nist80053: ["CP-6", "CP-9", "SA-9(5)"] },
  remediation: "Name the endpoint of `hosting.backup.destination`.",
  check(subject, context) {
    const elsewhere = otherPlaces(subject, context);
    const named =
      context.country.hosting.backup.destination?.endpoint ?? "an S3-compatible store in the country";
    const remediation = `Use ${named}, or register the host under residency.endpoints with purpose backup.`;
    const stores = isOperators.has(typeKey(subject.type))
      ? providersOf(subject, context)
      : toolsOf(subject, context);
    const foreign = stores.map(({ path, value, where }) => ({
      path,
      value,
      message: `Backups go to ${where}.`,
      remediation,
    }));
    if (!isOperators.has(typeKey(subject.type))) return [...foreign, ...elsewhere];
    const hosts = hostsOf(subject)
      .filter(({ scheme }) => scheme !== "s3" && scheme !== "gs" && scheme !== "azblob")
      .flatMap((reference) => violationsOfHost(reference, context, remediation));
    const regions = foreignRegions(textsOf(subject), context)
      .filter(() => !hasEndpoint(subject))
      .map(({ value, path }) => ({
        path,
        value,
        message: `Backups go to ${regionName(value)}.`,
        remediation,
      }));
    const defaults = providerDefaults.flatMap(([settings, endpoint]): Violation | [] => {
      const given = objectAt(subject.properties, settings);
      if (given === undefined || given[endpoint] !== undefined || regions.length > 0) return [];
      if (context.country.hosting.target === "aws") return [];
      return {
        path: settings,
        message: `No ${endpoint} is given, so backups go to the cloud provider's own address.`,
        remediation: `Set ${endpoint} to ${named}.`,
      };
    });
    const plugins = objectsAt(subject.properties, "spec.plugins")
      .filter(({ value }) => !ownPlugins.test(textAt(value, "name") ?? "") && value.enabled !== false)
      .map(({ value, path }) => ({
        path: `${path}.name`,
        message: `Backups go where the plugin ${textAt(value, "name") ?? "without a name"} writes them, which is unknown.`,
        remediation,
      }));
    const paths = new Set([...hosts, ...regions].map(({ path }) => path));
    return [
      ...foreign.filter(({ path }) => !paths.has(path)),
      ...hosts,
      ...regions,
      ...defaults,
      ...plugins,
      ...elsewhere,
    ];
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec:
  instances: 3
  backup:
    barmanObjectStore: { destinationPath: s3://rollout-backups/za-base/rollout/accounts, endpointURL: https://s3.example.gov.za }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: barmancloud.cnpg.io/v1
kind: ObjectStore
metadata: { name: backups, namespace: rollout }
spec: { configuration: { destinationPath: s3://somebody-elses/accounts, endpointURL: https://s3.example.gov.za } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: store, namespace: rollout }
data: { config.yaml: "endpoint: https://s3.example.gov.za/other-bucket/" }`,
        findings: `
rollout/ObjectStore/backups spec.configuration.destinationPath: Backups go to the bucket somebody-elses; hosting.backup.destination names rollout-backups. Use s3://rollout-backups/za-base/rollout.
rollout/ConfigMap/store data["config.yaml"]: Backups go to the bucket other-bucket; hosting.backup.destination names rollout-backups. Use https://s3.example.gov.za/rollout-backups.`,
      },
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec:
  instances: 3
  backup:
    barmanObjectStore: { destinationPath: s3://rollout-backups/za-base/rollout/accounts, endpointURL: https://s3.example.com }`,
        findings: `rollout/Cluster/accounts spec.backup.barmanObjectStore.endpointURL: Backups go to s3.example.com, which is not a registered store in the country. Use https://s3.example.gov.za, or register the host under residency.endpoints with purpose backup.`,
      },
      {
        manifests: `
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: { name: default, namespace: velero }
spec:
  provider: aws
  objectStorage: { bucket: rollout-backups }
  config: { region: eu-west-1 }`,
        findings: `velero/BackupStorageLocation/default spec.config.region: Backups go to eu-west-1 (Dublin, Ireland). Use https://s3.example.gov.za, or register the host under residency.endpoints with purpose backup.`,
      },
      {
        manifests: `
apiVersion: barmancloud.cnpg.io/v1
kind: ObjectStore
metadata: { name: backups, namespace: rollout }
spec: { configuration: { destinationPath: s3://rollout-backups/ } }`,
        findings: `rollout/ObjectStore/backups spec.configuration: No endpointURL is given, so backups go to the cloud provider's own address. Set endpointURL to https://s3.example.gov.za.`,
      },
    ],
  },
};

const hasEndpoint = ({ properties }: Resource): boolean =>
  providerDefaults.some(([settings, endpoint]) => objectAt(properties, settings)?.[endpoint] !== undefined);

function violationsOfHost(
  { host, path }: HostReference,
  context: PolicyContext,
  remediation: string,
): Violation[] {
  const location = context.locationOf(host);
  if (location.kind === "own" || location.kind === "allowed-region") return [];
  if (location.kind === "registered") {
    const { country, purpose, by } = location.endpoint;
    if (purpose !== "backup" && /backup|configuration|config/.test(path))
      return [
        {
          path,
          value: host,
          message: `Backups go to ${host}, which ${by} registers for ${purpose}.`,
          remediation,
        },
      ];
    if (context.storageCountries(["backups"]).includes(country)) return [];
  }
  return [
    {
      path,
      value: host,
      message: `Backups go to ${host}, which is not a registered store in the country.`,
      remediation,
    },
  ];
}

/** The registered store, but not the file's bucket and folder: somebody else's, or where no restore looks. */
function otherPlaces(subject: Resource, { country }: PolicyContext): Violation[] {
  const { destination } = country.hosting.backup;
  // In AWS the stack makes a bucket of its own.
  if (destination === undefined || country.hosting.target === "aws") return [];
  const { bucket, folder, endpoint } = destination;
  const { host, origin } = new URL(endpoint);
  const inFolder = folder === "/" ? bucket : `${bucket}/${folder}`;
  const violations: Violation[] = [];
  const add = (path: string, value: string, what: string, instead: string) =>
    violations.push({ path, value, message: `Backups go to ${what}.`, remediation: `Use ${instead}.` });
  for (const text of textsOf(subject)) {
    const { key, value, section } = text;
    const isNamed = key === folderVariable || key === "destinationPath" || value.includes(host);
    if (section === "metadata" || !isNamed) continue;
    const { path } = text;
    if (key === folderVariable && folder !== "/" && !isUnder(value, folder))
      add(path, value, `the folder ${value}; hosting.backup.destination names ${folder}`, folder);
    if (key === "destinationPath" && value.startsWith("s3://") && usesEndpoint(subject, host)) {
      const place = value.slice("s3://".length);
      const named = place.split("/")[0] ?? "";
      if (named !== bucket)
        add(
          path,
          value,
          `the bucket ${named}; hosting.backup.destination names ${bucket}`,
          `s3://${inFolder}`,
        );
      else if (!isUnder(place, inFolder))
        add(path, value, `${place}; hosting.backup.destination names ${inFolder}`, `s3://${inFolder}`);
    }
    if (!subject.type.endsWith(":ConfigMap") || !value.includes(host)) continue;
    for (const rest of value.split(`//${host}/`).slice(1)) {
      const named = /^[^/\s"'<>,;)]*/.exec(rest)?.[0] ?? "";
      if (named === "" || named === bucket) continue;
      add(
        path,
        named,
        `the bucket ${named}; hosting.backup.destination names ${bucket}`,
        `${origin}/${bucket}`,
      );
    }
  }
  return violations;
}

const isUnder = (place: string, folder: string): boolean => `${place}/`.startsWith(`${folder}/`);

const usesEndpoint = ({ properties }: Resource, host: string): boolean =>
  ["spec.configuration", "spec.backup.barmanObjectStore"].some((at) =>
    (textAt(properties, `${at}.endpointURL`) ?? "").includes(`//${host}`),
  );
