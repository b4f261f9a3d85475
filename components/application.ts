/**
 * The kit's own programs, from one image: ingest takes readings from the broker into the store, analytics computes KPIs,
 * the diagnostic serves people and tells the broker who may in. A migration runs before them whenever the version or the
 * country's file changes.
 */

import type { types } from "@pulumi/kubernetes";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler.js";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  type Output,
  output,
} from "@pulumi/pulumi";
import { certificateSecretOf } from "./certificates.ts";
import {
  type Configuration,
  configuration,
  configurationAnnotation,
  laterConfiguration,
} from "./configuration.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { metadata, selectorLabels } from "./part.ts";
import { container, podTemplate, type StackContext, scratch } from "./pod.ts";
import { ports } from "./ports.ts";
import type { RelationalConnection } from "./relational-store.ts";
import type { ScaledSize, StackSize } from "./sizing.ts";

export interface ApplicationArgs {
  readonly context: StackContext;
  readonly size: Pick<StackSize, "ingest" | "analytics" | "diagnostic">;
  /** The whole localisation, as files that the programs read: the complete country and its catalogues. */
  readonly localisation: Readonly<Record<string, string>>;
  readonly timeSeriesHost: string;
  readonly timeSeriesDatabase: string;
  readonly relational: RelationalConnection;
  readonly broker: {
    readonly host: string;
    /** Name in the broker's certificate, by which machines reach it. */
    readonly serverName: string;
    /** Port by which machines reach it. */
    readonly machinePort: number;
    readonly queues: number;
    /** Secret whose `ca.crt` vouches for the broker; a public authority does where absent. */
    readonly authoritySecret?: string;
  };
  /** Host of the pages. */
  readonly domain: string;
  /** Secrets with the logins of the mail and SMS gateways, by purpose. */
  readonly gatewaySecrets: Readonly<Partial<Record<"mail" | "sms", string>>>;
}

const folders = {
  localisation: "/etc/rollout/localisation",
  connections: "/etc/rollout/connections",
  certificate: "/run/certificates/own",
  brokerAuthority: "/run/certificates/broker",
  relationalAuthority: "/run/certificates/relational-store",
  relationalLogin: "/run/secrets/relational-store",
} as const;

type Program = "ingest" | "analytics" | "diagnostic" | "migration";

export class Application extends ComponentResource {
  /** Service of the web app, and the host at which the broker asks about logins. */
  readonly diagnosticService: string;

  constructor(name: string, args: ApplicationArgs, options: ComponentResourceOptions) {
    super("rollout:components:Application", name, {}, options);
    const { context, size } = args;
    const { namespace } = context;
    const localisation = configuration(this, namespace, "diagnostic", "localisation", args.localisation);
    const connections = laterConfiguration(
      this,
      namespace,
      "diagnostic",
      "connections",
      "connections.json",
      output(args.relational.host).apply((host) => connectionsFile(args, host)),
    );
    const files = { localisation, connections };
    const migration = this.#migration(args, files);

    for (const program of ["ingest", "analytics", "diagnostic"] as const)
      this.#program(args, program, size[program], files, migration);

    new Service(
      "diagnostic",
      {
        metadata: metadata(namespace, "diagnostic", "diagnostic"),
        spec: {
          selector: selectorLabels("diagnostic"),
          ports: [
            { name: "https", appProtocol: "https", port: 443, targetPort: "https" },
            { name: "logins", appProtocol: "https", port: ports.application.logins, targetPort: "logins" },
          ],
        },
      },
      { parent: this },
    );
    this.diagnosticService = "diagnostic";
    this.registerOutputs({ diagnosticService: this.diagnosticService });
  }

  #migration(args: ApplicationArgs, files: Files): Job {
    const { context } = args;
    // A Job can't be changed: each version and each localisation has its own.
    const digest = `${files.localisation.annotations[configurationAnnotation]}`.slice(0, 10);
    const name = `migration-${context.images.applicationVersion.replaceAll(".", "-")}-${digest}`;
    return new Job(
      "migration",
      {
        metadata: metadata(context.namespace, name, "migration"),
        spec: {
          backoffLimit: 20,
          template: podTemplate(context, {
            part: "migration",
            image: "application",
            replicas: 1,
            restartPolicy: "OnFailure",
            terminationGracePeriodSeconds: 60,
            ...programPod(args, "migration", { cpu: 250, memory: 512 }, files),
          }),
        },
      },
      { parent: this, deleteBeforeReplace: true, customTimeouts: { create: "20m" } },
    );
  }

  #program(
    args: ApplicationArgs,
    program: "ingest" | "analytics" | "diagnostic",
    size: ScaledSize,
    files: Files,
    migration: Job,
  ): void {
    const { context } = args;
    const { namespace } = context;
    const grows = size.maximumReplicas > size.minimumReplicas;
    const deployment = new Deployment(
      program,
      {
        metadata: metadata(namespace, program, program),
        spec: {
          // The autoscaler decides otherwise.
          ...(!grows && { replicas: size.minimumReplicas }),
          minReadySeconds: 10,
          revisionHistoryLimit: 3,
          selector: { matchLabels: selectorLabels(program) },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: podTemplate(context, {
            part: program,
            image: "application",
            replicas: size.minimumReplicas,
            annotations: {
              [configurationAnnotation]: interpolate`${files.localisation.annotations[configurationAnnotation]}-${files.connections.annotations[configurationAnnotation]}`,
            },
            metricsPort: ports.application.metrics,
            // Ingest commits its batch, the web app answers what it has been asked.
            terminationGracePeriodSeconds: 90,
            ...programPod(args, program, size, files),
          }),
        },
      },
      { parent: this, dependsOn: [migration] },
    );
    disruptionBudget(program, { namespace, part: program }, this);
    if (!grows) return;
    new HorizontalPodAutoscaler(
      program,
      {
        metadata: metadata(namespace, program, program),
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: program },
          minReplicas: size.minimumReplicas,
          maxReplicas: size.maximumReplicas,
          metrics: [
            {
              type: "Resource",
              resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
            },
          ],
          behavior: { scaleDown: { stabilizationWindowSeconds: 600 } },
        },
      },
      { parent: this, dependsOn: [deployment] },
    );
  }
}

interface Files {
  readonly localisation: Configuration;
  readonly connections: Configuration<Output<string>>;
}

/** Where everything is that the programs speak to. Logins are files beside it, never in it. */
function connectionsFile(args: ApplicationArgs, relationalHost: string): string {
  const { relational, broker } = args;
  const certificate = {
    certificate: `${folders.certificate}/tls.crt`,
    key: `${folders.certificate}/tls.key`,
    authority: `${folders.certificate}/ca.crt`,
  };
  const connections = {
    certificate,
    timeSeries: {
      url: `https://${args.timeSeriesHost}:${ports.timeSeriesStore.https}`,
      database: args.timeSeriesDatabase,
    },
    relational: {
      host: relationalHost,
      port: relational.port,
      database: relational.database,
      authority: `${folders.relationalAuthority}/ca.crt`,
      username: `${folders.relationalLogin}/username`,
      password: `${folders.relationalLogin}/password`,
    },
    broker: {
      host: broker.host,
      port: ports.broker.amqps,
      serverName: broker.serverName,
      ...(broker.authoritySecret !== undefined && { authority: `${folders.brokerAuthority}/ca.crt` }),
      queues: Array.from({ length: broker.queues }, (_, index) => `readings-${index + 1}`),
    },
    web: {
      address: `https://${args.domain}`,
      port: ports.application.https,
      loginsPort: ports.application.logins,
    },
    machines: { host: broker.serverName, port: broker.machinePort },
    metricsPort: ports.application.metrics,
  };
  return `${JSON.stringify(connections, null, 2)}\n`;
}

/** The container and volumes of one of the programs; each mounts only what it uses. */
function programPod(
  args: ApplicationArgs,
  program: Program,
  amounts: { readonly cpu: number; readonly memory: number },
  files: Files,
): Pick<types.input.core.v1.PodSpec, "containers" | "volumes"> {
  const { relational, broker, gatewaySecrets } = args;
  const secretVolume = (name: string, secretName: string, keys?: readonly string[]) => ({
    name,
    secret: {
      secretName,
      defaultMode: 0o440,
      ...(keys && { items: keys.map((key) => ({ key, path: key })) }),
    },
  });
  const mounts: { volume: types.input.core.v1.Volume; mountPath: string; writable?: true }[] = [
    {
      volume: { name: "localisation", configMap: { name: files.localisation.name } },
      mountPath: folders.localisation,
    },
    {
      volume: { name: "connections", configMap: { name: files.connections.name } },
      mountPath: folders.connections,
    },
    { volume: secretVolume("certificate", certificateSecretOf(program)), mountPath: folders.certificate },
    {
      volume: secretVolume("relational-login", relational.credentialsSecret, ["username", "password"]),
      mountPath: folders.relationalLogin,
    },
    {
      volume: secretVolume("relational-authority", relational.authoritySecret, ["ca.crt"]),
      mountPath: folders.relationalAuthority,
    },
    { volume: scratch("temporary", 64), mountPath: "/tmp", writable: true },
  ];
  if (broker.authoritySecret !== undefined && (program === "ingest" || program === "diagnostic"))
    mounts.push({
      volume: secretVolume("broker-authority", broker.authoritySecret, ["ca.crt"]),
      mountPath: folders.brokerAuthority,
    });
  if (program === "diagnostic")
    for (const [purpose, secretName] of Object.entries(gatewaySecrets))
      mounts.push({
        volume: secretVolume(`${purpose}-gateway`, secretName),
        mountPath: `/run/secrets/${purpose}-gateway`,
      });
  const probe = (path: string) => ({ httpGet: { path, port: "metrics" }, timeoutSeconds: 5 });
  const webPorts = [
    { name: "https", containerPort: ports.application.https },
    { name: "logins", containerPort: ports.application.logins },
  ];
  return {
    containers: [
      container(args.context, {
        name: program,
        image: "application",
        amounts,
        args: ["run", program],
        volumeMounts: mounts.map(({ volume, mountPath, writable }) => ({
          name: volume.name,
          mountPath,
          ...(!writable && { readOnly: true }),
        })),
        ...(program !== "migration" && {
          ports: [
            ...(program === "diagnostic" ? webPorts : []),
            { name: "metrics", containerPort: ports.application.metrics },
          ],
          startupProbe: { ...probe("/healthy"), periodSeconds: 3, failureThreshold: 40 },
          readinessProbe: { ...probe("/ready"), periodSeconds: 5 },
          livenessProbe: { ...probe("/healthy"), periodSeconds: 20, failureThreshold: 3 },
        }),
      }),
    ],
    volumes: mounts.map(({ volume }) => volume),
  };
}
