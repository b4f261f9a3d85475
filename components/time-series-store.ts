/**
 * The time-series store: ClickHouse, shards times replicas, each shard's replicas in different zones. Nobody reaches it
 * without a certificate of the stack's authority, whose name decides what its holder may do.
 */
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { certificateSecretOf } from "./certificates.ts";
import { configuration } from "./configuration.ts";
import { storeMetadata } from "./data-classes.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { GeneratedSecret } from "./generated-secret.ts";
import { metadata, selectorLabels } from "./part.ts";
import { container, podTemplate, type StackContext, scratch, volumeClaim } from "./pod.ts";
import { ports } from "./ports.ts";
import type { TimeSeriesSize } from "./sizing.ts";
import { type BackupDestination, timeSeriesConfig, timeSeriesUsers } from "./time-series-settings.ts";

export interface TimeSeriesStoreArgs {
  readonly context: StackContext;
  readonly size: TimeSeriesSize;
  readonly keepers: readonly string[];
  readonly backup?: TimeSeriesBackupDestination;
}

export type TimeSeriesBackupDestination =
  | (Extract<BackupDestination, { access: "secret" }> & {
      /** Secret with `accessKeyId` and `secretAccessKey`. */
      readonly credentialsSecret: string;
    })
  | (Extract<BackupDestination, { access: "role" }> & {
      /** Of the bucket: `https://bucket.s3.af-south-1.amazonaws.com/`. */
      readonly address: Input<string>;
      /** Account of the pods, by which the cloud knows them. */
      readonly serviceAccount: string;
    });

const part = "time-series-store";
const shardLabel = "rollout/shard";
const folder = "/etc/clickhouse-server";

export class TimeSeriesStore extends ComponentResource {
  readonly host: string;

  constructor(name: string, args: TimeSeriesStoreArgs, options: ComponentResourceOptions) {
    super("rollout:components:TimeSeriesStore", name, {}, options);
    const { context, size, backup } = args;
    const { namespace } = context;
    const domain = `${part}-nodes.${namespace}.svc.cluster.local`;
    const shards = Array.from({ length: size.shards }, (_, index) => `${part}-shard-${index + 1}`);

    const settings = configuration(this, namespace, part, "time-series-settings", {
      "config.yaml": timeSeriesConfig({
        shards: shards.map((shard) =>
          Array.from({ length: size.replicas }, (_, index) => `${shard}-${index}.${domain}`),
        ),
        keepers: args.keepers,
        memory: size.memory,
        ...(backup && { backup }),
      }),
      "users.yaml": timeSeriesUsers(size.memory),
    });
    const secret = new GeneratedSecret(
      "time-series-secrets",
      {
        namespace,
        part,
        values: {
          "cluster-secret": "password",
          "replication-password": "password",
          ...(backup?.access === "secret" && { "backup-key": "key" as const }),
        },
      },
      { parent: this },
    );

    if (backup?.access === "role")
      new ServiceAccount(
        backup.serviceAccount,
        {
          metadata: metadata(namespace, backup.serviceAccount, part),
          automountServiceAccountToken: false,
        },
        { parent: this },
      );

    const servicePorts = [
      { name: "https", port: ports.timeSeriesStore.https, targetPort: "https" },
      { name: "native", port: ports.timeSeriesStore.native, targetPort: "native" },
      { name: "metrics", port: ports.timeSeriesStore.metrics, targetPort: "metrics" },
    ];
    new Service(
      part,
      {
        metadata: metadata(namespace, part, part),
        spec: { selector: selectorLabels(part), ports: servicePorts },
      },
      { parent: this },
    );
    new Service(
      `${part}-nodes`,
      {
        metadata: metadata(namespace, `${part}-nodes`, part),
        spec: {
          clusterIP: "None",
          publishNotReadyAddresses: true,
          selector: selectorLabels(part),
          ports: [
            { name: "native", port: ports.timeSeriesStore.native },
            { name: "replication", port: ports.timeSeriesStore.replication },
          ],
        },
      },
      { parent: this },
    );
    for (const [index, shard] of shards.entries())
      this.#shard(args, shard, String(index + 1), settings, secret.secretName, domain);

    this.host = `${part}.${namespace}.svc.cluster.local`;
    this.registerOutputs({ host: this.host });
  }

  #shard(
    { context, size, backup }: TimeSeriesStoreArgs,
    name: string,
    number: string,
    settings: { readonly name: string; readonly annotations: Record<string, string> },
    secretName: string,
    domain: string,
  ): void {
    const { namespace } = context;
    const ofShard = { [shardLabel]: number };
    const selector = { ...selectorLabels(part), ...ofShard };
    const fromSecret = (variable: string, from: string, key: string) => ({
      name: variable,
      valueFrom: { secretKeyRef: { name: from, key } },
    });
    const fromField = (variable: string, fieldPath: string) => ({
      name: variable,
      valueFrom: { fieldRef: { fieldPath } },
    });
    disruptionBudget(name, { namespace, part, selector }, this);
    new StatefulSet(
      name,
      {
        metadata: storeMetadata(namespace, name, part),
        spec: {
          serviceName: `${part}-nodes`,
          replicas: size.replicas,
          podManagementPolicy: "Parallel",
          minReadySeconds: 30,
          selector: { matchLabels: selector },
          updateStrategy: { type: "RollingUpdate" },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          volumeClaimTemplates: [volumeClaim(context, part, "data", size.storage)],
          template: podTemplate(context, {
            part,
            image: "time-series-store",
            replicas: size.replicas,
            ...(backup?.access === "role" && { serviceAccountName: backup.serviceAccount }),
            labels: ofShard,
            spreadOver: selector,
            annotations: settings.annotations,
            metricsPort: ports.timeSeriesStore.metrics,
            // Queries end and parts are flushed.
            terminationGracePeriodSeconds: 180,
            containers: [
              container(context, {
                name: part,
                image: "time-series-store",
                amounts: size,
                command: ["clickhouse-server", `--config-file=${folder}/config.yaml`],
                env: [
                  fromField("REPLICA", "metadata.name"),
                  { name: "REPLICA_HOST", value: `$(REPLICA).${domain}` },
                  { name: "SHARD", value: number },
                  fromSecret("CLUSTER_SECRET", secretName, "cluster-secret"),
                  fromSecret("REPLICATION_PASSWORD", secretName, "replication-password"),
                  ...(backup?.access === "secret"
                    ? [
                        fromSecret("BACKUP_KEY", secretName, "backup-key"),
                        fromSecret("BACKUP_ACCESS_KEY_ID", backup.credentialsSecret, "accessKeyId"),
                        fromSecret("BACKUP_SECRET_ACCESS_KEY", backup.credentialsSecret, "secretAccessKey"),
                      ]
                    : []),
                  ...(backup?.access === "role" ? [{ name: "BACKUP_ADDRESS", value: backup.address }] : []),
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
              }),
            ],
            volumes: [
              scratch("temporary", 256),
              { name: "settings", configMap: { name: settings.name } },
              { name: "certificate", secret: { secretName: certificateSecretOf(part), defaultMode: 0o440 } },
            ],
          }),
        },
      },
      { parent: this },
    );
  }
}
