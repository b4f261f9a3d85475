/**
 * The time-series store: ClickHouse with shards and replicas, each shard's replicas in different zones. A client needs a
 * certificate of the stack's authority; the name in the certificate decides what it may do.
 */
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { certificateSecretOf } from "./certificates.ts";
import { type Configuration, configuration } from "./configuration.ts";
import { GeneratedSecret } from "./generated-secret.ts";
import { metadata } from "./part.ts";
import {
  type Container,
  container,
  fieldVariable,
  type StackContext,
  scratch,
  secretVariable,
  secretVolume,
} from "./pod.ts";
import { ports } from "./ports.ts";
import { headlessService, partService } from "./service.ts";
import type { TimeSeriesSize } from "./sizing.ts";
import { statefulPods } from "./stateful-set.ts";
import {
  authorityVariable,
  type BackupDestination,
  timeSeriesConfig,
  timeSeriesUsers,
} from "./time-series-settings.ts";

export interface TimeSeriesStoreArgs {
  readonly context: StackContext;
  readonly size: TimeSeriesSize;
  readonly keepers: readonly string[];
  readonly backup?: TimeSeriesBackupDestination;
}

export type TimeSeriesBackupDestination = {
  /** Of the stack's backups in the bucket: `/` is the bucket itself. */
  readonly folder: string;
} & (
  | (Extract<BackupDestination, { access: "secret" }> & {
      /** Secret with `accessKeyId` and `secretAccessKey`. */
      readonly credentialsSecret: string;
      /** PEM, where the store's certificate is not of a public authority. */
      readonly authority?: string;
    })
  | (Extract<BackupDestination, { access: "role" }> & {
      /** Of the bucket: `https://bucket.s3.af-south-1.amazonaws.com/`. */
      readonly address: Input<string>;
      /** Service account of the pods, by which the cloud gives them rights. */
      readonly serviceAccount: string;
    })
);

const part = "time-series-store";
const folder = "/etc/clickhouse-server";
const authorityFile = "backup-authority.crt";
/** Headless Service that gives each pod a name. */
const nodeService = `${part}-nodes`;
/** Of the StatefulSet of a shard, counted from 1. */
const shardName = (number: number): string => `${part}-shard-${number}`;

export class TimeSeriesStore extends ComponentResource {
  readonly host: string;

  constructor(name: string, args: TimeSeriesStoreArgs, options: ComponentResourceOptions) {
    super("rollout:components:TimeSeriesStore", name, {}, options);
    const inside = { parent: this };
    const { context, size, keepers, backup } = args;
    const { namespace } = context;
    /** Domain of the pods. */
    const domain = `${nodeService}.${namespace}.svc.cluster.local`;
    const settings = createSettings();
    const { secretName } = createSecret();
    createServiceAccount();
    createServices();
    for (let shard = 1; shard <= size.shards; shard += 1) createShard(shard);
    this.host = `${part}.${namespace}.svc.cluster.local`;
    this.registerOutputs({ host: this.host });

    function createSettings(): Configuration {
      const shards = Array.from({ length: size.shards }, (_, shard) =>
        Array.from({ length: size.replicas }, (_, replica) => `${shardName(shard + 1)}-${replica}.${domain}`),
      );
      const files = {
        "config.yaml": timeSeriesConfig({ shards, keepers, memory: size.memory, ...(backup && { backup }) }),
        "users.yaml": timeSeriesUsers(size.memory),
        ...(backup?.access === "secret" &&
          backup.authority !== undefined && { [authorityFile]: backup.authority }),
      };
      return configuration(
        `${name}-settings`,
        {
          namespace: context.namespace,
          part,
          objectName: "time-series-settings",
          files,
        },
        inside,
      );
    }

    function createSecret(): GeneratedSecret {
      return new GeneratedSecret(
        `${name}-secrets`,
        {
          namespace: context.namespace,
          part,
          secretName: "time-series-secrets",
          values: {
            "cluster-secret": "password",
            "replication-password": "password",
            ...(backup?.access === "secret" && { "backup-key": "key" as const }),
          },
        },
        inside,
      );
    }

    /** Its own, where the cloud gives the pods rights by it. */
    function createServiceAccount(): void {
      if (backup?.access !== "role") return;
      new ServiceAccount(
        name,
        {
          metadata: metadata(context.namespace, backup.serviceAccount, part),
          automountServiceAccountToken: false,
        },
        inside,
      );
    }

    function createServices(): void {
      const { namespace } = context;
      partService(
        name,
        {
          namespace,
          part,
          ports: [
            { name: "https", port: ports.timeSeriesStore.https, targetPort: "https" },
            { name: "native", port: ports.timeSeriesStore.native, targetPort: "native" },
            { name: "metrics", port: ports.timeSeriesStore.metrics, targetPort: "metrics" },
          ],
        },
        inside,
      );
      headlessService(
        `${name}-nodes`,
        {
          namespace,
          part,
          objectName: nodeService,
          ports: [
            { name: "native", port: ports.timeSeriesStore.native },
            { name: "replication", port: ports.timeSeriesStore.replication },
          ],
        },
        inside,
      );
    }

    function createShard(number: number): void {
      statefulPods(
        `${name}-shard-${number}`,
        {
          context,
          part,
          size,
          objectName: shardName(number),
          serviceName: nodeService,
          ownLabels: { "rollout/shard": String(number) },
          minReadySeconds: 30,
          pod: {
            ...(backup?.access === "role" && { serviceAccountName: backup.serviceAccount }),
            annotations: settings.annotations,
            metricsPort: ports.timeSeriesStore.metrics,
            // Time for queries to end and for parts to be written.
            terminationGracePeriodSeconds: 180,
            containers: [createServer(number)],
            volumes: [
              scratch("temporary", 256),
              { name: "settings", configMap: { name: settings.name } },
              secretVolume("certificate", certificateSecretOf(part)),
            ],
          },
        },
        inside,
      );
    }

    function createServer(shard: number): Container {
      return container(context, {
        name: part,
        image: "time-series-store",
        amounts: size,
        command: ["clickhouse-server", `--config-file=${folder}/config.yaml`],
        env: [
          fieldVariable("REPLICA", "metadata.name"),
          { name: "REPLICA_HOST", value: `$(REPLICA).${domain}` },
          { name: "SHARD", value: String(shard) },
          secretVariable("CLUSTER_SECRET", secretName, "cluster-secret"),
          secretVariable("REPLICATION_PASSWORD", secretName, "replication-password"),
          ...(backup === undefined ? [] : backupVariables(backup, secretName)),
        ],
        ports: [
          { name: "https", containerPort: ports.timeSeriesStore.https },
          { name: "native", containerPort: ports.timeSeriesStore.native },
          { name: "replication", containerPort: ports.timeSeriesStore.replication },
          { name: "metrics", containerPort: ports.timeSeriesStore.metrics },
        ],
        startupProbe: { tcpSocket: { port: "https" }, periodSeconds: 5, failureThreshold: 120 },
        readinessProbe: { tcpSocket: { port: "https" }, periodSeconds: 10 },
        livenessProbe: {
          httpGet: { path: "/metrics", port: "metrics" },
          periodSeconds: 30,
          timeoutSeconds: 10,
          failureThreshold: 5,
        },
        volumeMounts: [
          { name: "data", mountPath: "/var/lib/clickhouse" },
          { name: "settings", mountPath: folder, readOnly: true },
          { name: "certificate", mountPath: "/run/certificates", readOnly: true },
          { name: "temporary", mountPath: "/tmp" },
        ],
      });
    }
  }
}

function backupVariables(backup: TimeSeriesBackupDestination, secretName: string) {
  return backup.access === "role"
    ? [{ name: "BACKUP_ADDRESS", value: backup.address }]
    : [
        secretVariable("BACKUP_KEY", secretName, "backup-key"),
        secretVariable("BACKUP_ACCESS_KEY_ID", backup.credentialsSecret, "accessKeyId"),
        secretVariable("BACKUP_SECRET_ACCESS_KEY", backup.credentialsSecret, "secretAccessKey"),
        ...(backup.authority === undefined
          ? []
          : [{ name: authorityVariable, value: `${folder}/${authorityFile}` }]),
      ];
}
