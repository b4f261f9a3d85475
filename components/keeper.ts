/** ClickHouse Keeper: three servers that agree on which replica of the time-series store has which data part. */
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { certificateSecretOf } from "./certificates.ts";
import { configuration } from "./configuration.ts";
import { type Container, container, fieldVariable, type StackContext, scratch, secretVolume } from "./pod.ts";
import { ports } from "./ports.ts";
import { headlessService } from "./service.ts";
import type { StatefulSize } from "./sizing.ts";
import { statefulPods } from "./stateful-set.ts";
import { keeperConfig } from "./time-series-settings.ts";

export interface KeeperArgs {
  readonly context: StackContext;
  readonly size: StatefulSize;
}

const part = "keeper";

export class Keeper extends ComponentResource {
  readonly hosts: readonly string[];

  constructor(name: string, args: KeeperArgs, options: ComponentResourceOptions) {
    super("rollout:components:Keeper", name, {}, options);
    const inside = { parent: this };
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
      inside,
    );
    createService();
    createServers();
    this.registerOutputs({ hosts: this.hosts });

    function createService(): void {
      headlessService(
        name,
        {
          namespace,
          part,
          ports: [
            { name: "clients", port: ports.keeper.clients },
            { name: "raft", port: ports.keeper.raft },
            { name: "metrics", port: ports.keeper.metrics, targetPort: "metrics" },
          ],
        },
        inside,
      );
    }

    function createServers(): void {
      statefulPods(
        name,
        {
          ...args,
          part,
          serviceName: part,
          firstOrdinal: 1,
          minReadySeconds: 15,
          pod: {
            annotations: settings.annotations,
            metricsPort: ports.keeper.metrics,
            terminationGracePeriodSeconds: 60,
            containers: [serverContainer(args)],
            volumes: [
              scratch("temporary", 64),
              { name: "settings", configMap: { name: settings.name } },
              secretVolume("certificate", certificateSecretOf(part)),
            ],
          },
        },
        inside,
      );
    }
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
