/**
 * The relational store: a PostgreSQL cluster that the CloudNativePG operator runs. A commit is on a second instance before
 * it is acknowledged; with a backup destination the write-ahead log is archived all the time, so that the store can be
 * restored to any point in time within the retention.
 */
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ComponentResource, type ComponentResourceOptions, type Input, type Resource } from "@pulumi/pulumi";
import { formatGibibytes, formatMebibytes, formatProcessors } from "../base/quantity.ts";
import type { ObjectStore, PostgresCluster, ScheduledBackup } from "./cloudnative-pg.ts";
import { customResource } from "./custom-resource.ts";
import { dataClassesOf, storeMetadata } from "./data-classes.ts";
import { imageAddress } from "./images.ts";
import { labels, metadata } from "./part.ts";
import { nodeAffinity, type Placement, topologySpread } from "./placement.ts";
import type { StackContext } from "./pod.ts";
import { ports } from "./ports.ts";
import { authoritySecret, objectStore, type RelationalBackup } from "./relational-backup.ts";
import { dailyCronInUtc } from "./schedule.ts";
import type { StatefulSize } from "./sizing.ts";

export interface RelationalStoreArgs {
  readonly context: StackContext;
  readonly size: StatefulSize;
  readonly backup?: RelationalBackup;
}

/** How the application reaches a PostgreSQL database, whoever runs it. */
export interface RelationalConnection {
  readonly host: Input<string>;
  readonly port: number;
  readonly database: string;
  /** Secret with `username` and `password`. */
  readonly credentialsSecret: string;
  /** Secret with `ca.crt`. */
  readonly authoritySecret: string;
}

const part = "relational-store";
const database = "rollout";
const plugin = "barman-cloud.cloudnative-pg.io";

const backupsName = `${part}-backups`;

export class RelationalStore extends ComponentResource {
  readonly connection: RelationalConnection;

  constructor(name: string, args: RelationalStoreArgs, options: ComponentResourceOptions) {
    super("rollout:components:RelationalStore", name, {}, options);
    const inside = { parent: this };
    const cluster = customResource<PostgresCluster>(
      name,
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Cluster",
        metadata: storeMetadata(args.context.namespace, part, part),
        spec: clusterSpec(args),
      },
      inside,
    );
    if (args.backup !== undefined) {
      createBackupDestination(args.backup);
      createDailyBackup(args.backup, cluster);
    }
    this.connection = {
      host: `${part}-rw.${args.context.namespace}.svc`,
      port: ports.relationalStore.postgres,
      database,
      credentialsSecret: `${part}-app`,
      authoritySecret: `${part}-ca`,
    };
    this.registerOutputs({ host: this.connection.host });

    function createBackupDestination(backup: RelationalBackup): void {
      const { namespace } = args.context;
      const { authority } = backup;
      customResource<ObjectStore>(`${name}-backups`, objectStore(namespace, backupsName, backup), inside);
      if (authority === undefined) return;
      // Not by the SDK's class of Secrets, which would hide it from plans and exports: a certificate is no secret.
      new CustomResource(
        `${name}-backup-authority`,
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: metadata(namespace, authoritySecret.name, part),
          type: "Opaque",
          stringData: { [authoritySecret.key]: authority },
        },
        inside,
      );
    }

    function createDailyBackup({ at, timezone }: RelationalBackup, cluster: Resource): void {
      customResource<ScheduledBackup>(
        `${name}-daily`,
        {
          apiVersion: "postgresql.cnpg.io/v1",
          kind: "ScheduledBackup",
          metadata: metadata(args.context.namespace, `${part}-daily`, part),
          spec: {
            cluster: { name: part },
            schedule: dailyCronInUtc(at, timezone),
            immediate: true,
            backupOwnerReference: "cluster",
            method: "plugin",
            pluginConfiguration: { name: plugin },
          },
        },
        { ...inside, dependsOn: [cluster] },
      );
    }
  }
}

type ClusterSpec = PostgresCluster["spec"];

function clusterSpec({ context, size, backup }: RelationalStoreArgs): ClusterSpec {
  const { placement, images } = context;
  const storage = (share: number) => ({
    size: formatGibibytes(Math.max(5, Math.ceil(size.storage * share))),
    ...(placement.storageClass !== undefined && { storageClass: placement.storageClass }),
  });
  return {
    instances: size.replicas,
    imageName: imageAddress("relational-store", images),
    imagePullPolicy: "IfNotPresent",
    ...(images.pullSecret !== undefined && { imagePullSecrets: [{ name: images.pullSecret }] }),
    inheritedMetadata: { labels: labels(part), annotations: podAnnotations(context) },
    enableSuperuserAccess: false,
    enablePDB: true,
    primaryUpdateStrategy: "unsupervised",
    primaryUpdateMethod: "switchover",
    bootstrap: { initdb: { database, owner: database, encoding: "UTF8", dataChecksums: true } },
    storage: storage(1),
    walStorage: storage(0.5),
    resources: {
      requests: { cpu: formatProcessors(size.cpu), memory: formatMebibytes(size.memory) },
      limits: { memory: formatMebibytes(size.memory) },
    },
    affinity: affinityOf(placement),
    // By the operator's own labels: its jobs carry the part's labels too, and must not be counted.
    topologySpreadConstraints: topologySpread(placement, part, size.replicas, {
      "cnpg.io/cluster": part,
      "cnpg.io/podRole": "instance",
    }),
    postgresql: serverSettings(size),
    ...(backup && {
      plugins: [{ name: plugin, isWALArchiver: true, parameters: { barmanObjectName: backupsName } }],
    }),
  };
}

const podAnnotations = ({ scrapeAnnotations }: StackContext): Record<string, string> => ({
  ...dataClassesOf(part),
  ...(scrapeAnnotations && {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(ports.relationalStore.metrics),
  }),
});

function affinityOf(placement: Placement): ClusterSpec["affinity"] {
  const affinity = nodeAffinity(placement);
  return {
    enablePodAntiAffinity: true,
    podAntiAffinityType: "preferred",
    topologyKey: "kubernetes.io/hostname",
    ...(Object.keys(placement.nodeSelector).length > 0 && { nodeSelector: { ...placement.nodeSelector } }),
    ...(affinity?.nodeAffinity && {
      nodeAffinity: affinity.nodeAffinity as NonNullable<ClusterSpec["affinity"]["nodeAffinity"]>,
    }),
  };
}

function serverSettings({ memory, replicas }: StatefulSize): ClusterSpec["postgresql"] {
  return {
    parameters: {
      shared_buffers: `${Math.floor(memory / 4)}MB`,
      effective_cache_size: `${Math.floor((memory * 3) / 4)}MB`,
      max_connections: "200",
      ssl_min_protocol_version: "TLSv1.2",
      // Statements are not written to the log: they contain people's names and answers.
      log_statement: "none",
      log_min_duration_statement: "-1",
    },
    // Connections without TLS are rejected.
    pg_hba: ["hostssl all all all scram-sha-256", "hostnossl all all all reject"],
    ...(replicas > 1 && {
      synchronous: { method: "any", number: 1, dataDurability: "required", failoverQuorum: replicas > 2 },
    }),
  };
}
