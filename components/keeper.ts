/** ClickHouse Keeper: three servers that agree on which replica of the time-series store has which data part. */
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { certificateSecretOf } from "./certificates.ts";
import { type Configuration, configuration } from "./configuration.ts";
import { storeMetadata } from "./data-classes.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { metadata, selectorLabels } from "./part.ts";
import {
  type Container,
  container,
  fieldVariable,
  podTemplate,
  type StackContext,
  scratch,
  secretVolume,
  volumeClaim,
} from "./pod.ts";
import { ports } from "./ports.ts";
import type { StatefulSize } from "./sizing.ts";
import { keeperConfig } from "./time-series-settings.ts";

export interface KeeperArgs {
  readonly context: StackContext;
  readonly size: StatefulSize;
}

const part = "keeper";

export class Keeper extends ComponentResource {
  readonly hosts: readonly string[];
  readonly #name: string;
  readonly #args: KeeperArgs;

  constructor(name: string, args: KeeperArgs, options: ComponentResourceOptions) {
    super("rollout:components:Keeper", name, {}, options);
    this.#name = name;
    this.#args = args;
    const { namespace } = args.context;
    // Counted from 1, as Keeper counts its servers.
    this.hosts = Array.from(
      { length: args.size.replicas },
      (_, index) => `${part}-${index + 1}.${part}.${namespace}.svc.cluster.local`,
    );
    const settings = configuration(
      `${name}-settings`,
      {
        namespace,
        part,
        objectName: "keeper-settings",
        files: { "keeper.yaml": keeperConfig(this.hosts) },
      },
      this,
    );
    this.#service();
    disruptionBudget(name, { namespace, part }, this);
    this.#servers(settings);
    this.registerOutputs({ hosts: this.hosts });
  }

  #service(): void {
    new Service(
      this.#name,
      {
        metadata: metadata(this.#args.context.namespace, part, part),
        spec: {
          clusterIP: "None",
          publishNotReadyAddresses: true,
          selector: selectorLabels(part),
          ports: [
            { name: "clients", port: ports.keeper.clients },
            { name: "raft", port: ports.keeper.raft },
            { name: "metrics", port: ports.keeper.metrics, targetPort: "metrics" },
          ],
        },
      },
      { parent: this },
    );
  }

  #servers(settings: Configuration): void {
    const { context, size } = this.#args;
    new StatefulSet(
      this.#name,
      {
        metadata: storeMetadata(context.namespace, part, part),
        spec: {
          serviceName: part,
          replicas: size.replicas,
          ordinals: { start: 1 },
          podManagementPolicy: "Parallel",
          minReadySeconds: 15,
          selector: { matchLabels: selectorLabels(part) },
          updateStrategy: { type: "RollingUpdate" },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          volumeClaimTemplates: [volumeClaim(context, part, "data", size.storage)],
          template: podTemplate(context, {
            part,
            image: "keeper",
            replicas: size.replicas,
            annotations: settings.annotations,
            metricsPort: ports.keeper.metrics,
            terminationGracePeriodSeconds: 60,
            containers: [serverContainer(this.#args)],
            volumes: [
              scratch("temporary", 64),
              { name: "settings", configMap: { name: settings.name } },
              secretVolume("certificate", certificateSecretOf(part)),
            ],
          }),
        },
      },
      { parent: this },
    );
  }
}

function serverContainer({ context, size }: KeeperArgs): Container {
  return container(context, {
    name: part,
    image: "keeper",
    amounts: size,
    command: ["clickhouse-keeper", "--config-file=/etc/clickhouse-keeper/keeper.yaml"],
    env: [fieldVariable("KEEPER_ID", "metadata.labels['apps.kubernetes.io/pod-index']")],
    ports: [
      { name: "clients", containerPort: ports.keeper.clients },
      { name: "raft", containerPort: ports.keeper.raft },
      { name: "metrics", containerPort: ports.keeper.metrics },
    ],
    readinessProbe: { tcpSocket: { port: "clients" }, periodSeconds: 10 },
    livenessProbe: {
      tcpSocket: { port: "clients" },
      initialDelaySeconds: 60,
      periodSeconds: 30,
      failureThreshold: 5,
    },
    volumeMounts: [
      { name: "data", mountPath: "/var/lib/clickhouse-keeper" },
      { name: "settings", mountPath: "/etc/clickhouse-keeper", readOnly: true },
      { name: "certificate", mountPath: "/run/certificates", readOnly: true },
      { name: "temporary", mountPath: "/tmp" },
    ],
  });
}
