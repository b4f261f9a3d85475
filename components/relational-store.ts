/**
 * The relational store: a PostgreSQL cluster that the CloudNativePG operator runs. A commit is on a second instance before
 * it is acknowledged; with a backup destination the write-ahead log is archived all the time, so that any moment of the
 * retention can be restored.
 */
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { formatGibibytes, formatMebibytes, formatProcessors } from "../base/quantity.ts";
import type { ObjectStore, PostgresCluster, ScheduledBackup } from "./cloudnative-pg.ts";
import { customResource } from "./custom-resource.ts";
import { dataClasses, dataClassesOf, storeMetadata } from "./data-classes.ts";
import { imageAddress } from "./images.ts";
import { labels, metadata } from "./part.ts";
import { nodeAffinity, topologySpread } from "./placement.ts";
import type { StackContext } from "./pod.ts";
import { ports } from "./ports.ts";
import { dailyCronInUtc, retentionPolicy } from "./schedule.ts";
import type { StatefulSize } from "./sizing.ts";

export interface RelationalBackup {
  /** Address of the S3-compatible store. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region?: string;
  /** Secret with `accessKeyId` and `secretAccessKey`. */
  readonly credentialsSecret: string;
  /** Time of day in `timezone`. */
  readonly at: string;
  readonly timezone: string;
  /** ISO 8601. */
  readonly retention: string;
}

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

export class RelationalStore extends ComponentResource {
  readonly connection: RelationalConnection;

  constructor(name: string, args: RelationalStoreArgs, options: ComponentResourceOptions) {
    super("rollout:components:RelationalStore", name, {}, options);
    const { context, size, backup } = args;
    const { namespace, placement, images, scrapeAnnotations } = context;
    const storage = (share: number) => ({
      size: formatGibibytes(Math.max(5, Math.ceil(size.storage * share))),
      ...(placement.storageClass !== undefined && { storageClass: placement.storageClass }),
    });
    const affinity = nodeAffinity(placement);
    // The operator's own label: its jobs carry the part's labels too, and are not to be counted.
    const spread = topologySpread(placement, part, size.replicas, {
      "cnpg.io/cluster": part,
      "cnpg.io/podRole": "instance",
    });
    const cluster = customResource<PostgresCluster>(
      part,
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Cluster",
        metadata: storeMetadata(namespace, part, part),
        spec: {
          instances: size.replicas,
          imageName: imageAddress("relational-store", images),
          imagePullPolicy: "IfNotPresent",
          ...(images.pullSecret !== undefined && { imagePullSecrets: [{ name: images.pullSecret }] }),
          inheritedMetadata: {
            labels: labels(part),
            annotations: {
              ...dataClassesOf(part),
              ...(scrapeAnnotations && {
                "prometheus.io/scrape": "true",
                "prometheus.io/port": String(ports.relationalStore.metrics),
              }),
            },
          },
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
          affinity: {
            enablePodAntiAffinity: true,
            podAntiAffinityType: "preferred",
            topologyKey: "kubernetes.io/hostname",
            ...(Object.keys(placement.nodeSelector).length > 0 && {
              nodeSelector: { ...placement.nodeSelector },
            }),
            ...(affinity?.nodeAffinity && {
              nodeAffinity: affinity.nodeAffinity as NonNullable<
                PostgresCluster["spec"]["affinity"]["nodeAffinity"]
              >,
            }),
          },
          topologySpreadConstraints: spread,
          postgresql: {
            parameters: {
              shared_buffers: `${Math.floor(size.memory / 4)}MB`,
              effective_cache_size: `${Math.floor((size.memory * 3) / 4)}MB`,
              max_connections: "200",
              ssl_min_protocol_version: "TLSv1.2",
              // Statements are not written to the log: they hold people's names and answers.
              log_statement: "none",
              log_min_duration_statement: "-1",
            },
            // Nobody comes in without TLS.
            pg_hba: ["hostssl all all all scram-sha-256", "hostnossl all all all reject"],
            ...(size.replicas > 1 && {
              synchronous: {
                method: "any",
                number: 1,
                dataDurability: "required",
                failoverQuorum: size.replicas > 2,
              },
            }),
          },
          ...(backup && {
            plugins: [
              { name: plugin, isWALArchiver: true, parameters: { barmanObjectName: `${part}-backups` } },
            ],
          }),
        },
      },
      { parent: this },
    );
    if (backup !== undefined) {
      customResource<ObjectStore>(
        `${part}-backups`,
        {
          apiVersion: "barmancloud.cnpg.io/v1",
          kind: "ObjectStore",
          metadata: {
            ...metadata(namespace, `${part}-backups`, part),
            annotations: dataClasses(["backups"]),
          },
          spec: {
            retentionPolicy: retentionPolicy(backup.retention),
            configuration: {
              destinationPath: `s3://${backup.bucket}/${part}`,
              endpointURL: backup.endpoint,
              s3Credentials: {
                accessKeyId: { name: backup.credentialsSecret, key: "accessKeyId" },
                secretAccessKey: { name: backup.credentialsSecret, key: "secretAccessKey" },
              },
              wal: { compression: "zstd", encryption: "AES256", maxParallel: 4 },
              data: { compression: "gzip", encryption: "AES256", jobs: 2 },
            },
            instanceSidecarConfiguration: {
              resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
              ...(backup.region !== undefined && {
                env: [{ name: "AWS_DEFAULT_REGION", value: backup.region }],
              }),
            },
          },
        },
        { parent: this },
      );
      customResource<ScheduledBackup>(
        `${part}-daily`,
        {
          apiVersion: "postgresql.cnpg.io/v1",
          kind: "ScheduledBackup",
          metadata: metadata(namespace, `${part}-daily`, part),
          spec: {
            cluster: { name: part },
            schedule: dailyCronInUtc(backup.at, backup.timezone),
            immediate: true,
            backupOwnerReference: "cluster",
            method: "plugin",
            pluginConfiguration: { name: plugin },
          },
        },
        { parent: this, dependsOn: [cluster] },
      );
    }
    this.connection = {
      host: `${part}-rw.${namespace}.svc`,
      port: ports.relationalStore.postgres,
      database,
      credentialsSecret: `${part}-app`,
      authoritySecret: `${part}-ca`,
    };
    this.registerOutputs({ host: this.connection.host });
  }
}
