/**
 * The kit's own programs, from one image: ingest stores readings from the broker, analytics computes KPIs, the diagnostic
 * serves people and tells the broker which machines may connect. A migration runs before them whenever the version or the
 * country's file changes.
 */

import type { types } from "@pulumi/kubernetes";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler.js";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ComponentResource, type ComponentResourceOptions, interpolate, output } from "@pulumi/pulumi";
import { certificateSecretOf } from "./certificates.ts";
import { configuration, configurationAnnotation, laterConfiguration } from "./configuration.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { GeneratedSecret } from "./generated-secret.ts";
import { metadata, selectorLabels } from "./part.ts";
import { container, podTemplate, type StackContext, scratch, secretVolume } from "./pod.ts";
import { ports } from "./ports.ts";
import type { RelationalConnection } from "./relational-store.ts";
import { partService } from "./service.ts";
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
    /** Secret whose `ca.crt` signed the broker's certificate; a public authority signed it where absent. */
    readonly authoritySecret?: string;
  };
  /** Host of the pages. */
  readonly domain: string;
  /** Whether the network policies let the gateway's namespace alone reach the pages. */
  readonly onlyFromGateway: boolean;
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
  brokerManagement: "/run/secrets/broker-management",
} as const;

const scaledPrograms = ["ingest", "analytics", "diagnostic"] as const;
const diagnosticService = "diagnostic";
type ScaledProgram = (typeof scaledPrograms)[number];
type Program = ScaledProgram | "migration";

export class Application extends ComponentResource {
  /** Service of the web app, which the broker also asks about logins. */
  readonly diagnosticService = diagnosticService;

  constructor(name: string, args: ApplicationArgs, options: ComponentResourceOptions) {
    super("rollout:components:Application", name, {}, options);
    const inside = { parent: this };
    const { context, localisation, relational, size, broker, gatewaySecrets } = args;
    const files = createFiles();
    const brokerManagement = createBrokerManagement();
    const migration = createMigration();
    for (const program of scaledPrograms) {
      const deployment = createDeployment(program);
      disruptionBudget(`${name}-${program}`, { namespace: context.namespace, part: program }, inside);
      createAutoscaler(program, deployment);
    }
    createDiagnosticService();
    this.registerOutputs({ diagnosticService });

    function createFiles() {
      const settings = { namespace: context.namespace, part: "diagnostic" } as const;
      const connections = output(relational.host).apply((host) => connectionsFile(host));
      return {
        localisation: configuration(
          `${name}-localisation`,
          {
            ...settings,
            objectName: "localisation",
            files: localisation,
          },
          inside,
        ),
        connections: laterConfiguration(
          `${name}-connections`,
          {
            ...settings,
            objectName: "connections",
            files: { "connections.json": connections },
          },
          inside,
        ),
      };
    }

    /** With its password the web app uses the broker's management; the broker asks the web app whether it is right. */
    function createBrokerManagement(): GeneratedSecret {
      return new GeneratedSecret(
        `${name}-broker-management`,
        {
          namespace: context.namespace,
          part: "diagnostic",
          secretName: "broker-management",
          values: { password: "password" },
        },
        inside,
      );
    }

    function createMigration(): Job {
      // A Job can't be changed: each version and each localisation has its own.
      const digest = `${files.localisation.annotations[configurationAnnotation]}`.slice(0, 10);
      const objectName = `migration-${context.images.applicationVersion.replaceAll(".", "-")}-${digest}`;
      return new Job(
        `${name}-migration`,
        {
          metadata: metadata(context.namespace, objectName, "migration"),
          spec: {
            backoffLimit: 20,
            template: podTemplate(context, {
              part: "migration",
              image: "application",
              replicas: 1,
              restartPolicy: "OnFailure",
              terminationGracePeriodSeconds: 60,
              ...programPod("migration", { cpu: 250, memory: 512 }),
            }),
          },
        },
        { ...inside, deleteBeforeReplace: true, customTimeouts: { create: "20m" } },
      );
    }

    function createDeployment(program: ScaledProgram): Deployment {
      const { minimumReplicas } = size[program];
      return new Deployment(
        `${name}-${program}`,
        {
          metadata: metadata(context.namespace, program, program),
          spec: {
            // Otherwise the autoscaler decides.
            ...(!grows(size[program]) && { replicas: minimumReplicas }),
            minReadySeconds: 10,
            revisionHistoryLimit: 3,
            selector: { matchLabels: selectorLabels(program) },
            strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
            template: podTemplate(context, {
              part: program,
              image: "application",
              replicas: minimumReplicas,
              annotations: {
                [configurationAnnotation]: interpolate`${files.localisation.annotations[configurationAnnotation]}-${files.connections.annotations[configurationAnnotation]}`,
              },
              metricsPort: ports.application.metrics,
              // Ingest commits its batch, the web app answers open requests.
              terminationGracePeriodSeconds: 90,
              ...programPod(program, size[program]),
            }),
          },
        },
        { ...inside, dependsOn: [migration] },
      );
    }

    function createAutoscaler(program: ScaledProgram, deployment: Deployment): void {
      const { minimumReplicas, maximumReplicas } = size[program];
      if (!grows(size[program])) return;
      new HorizontalPodAutoscaler(
        `${name}-${program}`,
        {
          metadata: metadata(context.namespace, program, program),
          spec: {
            scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: program },
            minReplicas: minimumReplicas,
            maxReplicas: maximumReplicas,
            metrics: [
              {
                type: "Resource",
                resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
              },
            ],
            behavior: { scaleDown: { stabilizationWindowSeconds: 600 } },
          },
        },
        { ...inside, dependsOn: [deployment] },
      );
    }

    function createDiagnosticService(): void {
      partService(
        `${name}-diagnostic`,
        {
          namespace: context.namespace,
          part: "diagnostic",
          objectName: diagnosticService,
          ports: [
            { name: "https", appProtocol: "https", port: 443, targetPort: "https" },
            { name: "logins", appProtocol: "https", port: ports.application.logins, targetPort: "logins" },
          ],
        },
        inside,
      );
    }

    /** Addresses of everything that the programs connect to. Logins are separate files, never in it. */
    function connectionsFile(relationalHost: string): string {
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
          management: {
            url: `https://${broker.host}:${ports.broker.management}`,
            password: `${folders.brokerManagement}/password`,
          },
        },
        web: {
          address: `https://${args.domain}`,
          port: ports.application.https,
          loginsPort: ports.application.logins,
          onlyFromGateway: args.onlyFromGateway,
        },
        machines: { host: broker.serverName, port: broker.machinePort },
        metricsPort: ports.application.metrics,
      };
      return `${JSON.stringify(connections, null, 2)}\n`;
    }

    /** The container and volumes of one of the programs; each mounts only what it uses. */
    function programPod(
      program: Program,
      amounts: { readonly cpu: number; readonly memory: number },
    ): Pick<types.input.core.v1.PodSpec, "containers" | "volumes"> {
      const mounts = mountsOf(program);
      return {
        containers: [
          container(context, {
            name: program,
            image: "application",
            amounts,
            args: ["run", program],
            volumeMounts: mounts.map(({ volume, mountPath, writable }) => ({
              name: volume.name,
              mountPath,
              ...(!writable && { readOnly: true }),
            })),
            ...(program !== "migration" && portsAndProbes(program)),
          }),
        ],
        volumes: mounts.map(({ volume }) => volume),
      };
    }

    function mountsOf(program: Program): Mount[] {
      const usesBroker = program === "ingest" || program === "diagnostic";
      const gateways = program === "diagnostic" ? Object.entries(gatewaySecrets) : [];
      return [
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
        ...(broker.authoritySecret !== undefined && usesBroker
          ? [
              {
                volume: secretVolume("broker-authority", broker.authoritySecret, ["ca.crt"]),
                mountPath: folders.brokerAuthority,
              },
            ]
          : []),
        ...(program === "diagnostic"
          ? [
              {
                volume: secretVolume("broker-management", brokerManagement.secretName, ["password"]),
                mountPath: folders.brokerManagement,
              },
            ]
          : []),
        ...gateways.map(([purpose, secretName]) => ({
          volume: secretVolume(`${purpose}-gateway`, secretName),
          mountPath: `/run/secrets/${purpose}-gateway`,
        })),
      ];
    }
  }
}

const grows = ({ minimumReplicas, maximumReplicas }: ScaledSize): boolean =>
  maximumReplicas > minimumReplicas;

interface Mount {
  readonly volume: types.input.core.v1.Volume;
  readonly mountPath: string;
  readonly writable?: true;
}

function portsAndProbes(program: ScaledProgram) {
  const probe = (path: string) => ({ httpGet: { path, port: "metrics" }, timeoutSeconds: 5 });
  const webPorts = [
    { name: "https", containerPort: ports.application.https },
    { name: "logins", containerPort: ports.application.logins },
  ];
  return {
    ports: [
      ...(program === "diagnostic" ? webPorts : []),
      { name: "metrics", containerPort: ports.application.metrics },
    ],
    startupProbe: { ...probe("/healthy"), periodSeconds: 3, failureThreshold: 40 },
    readinessProbe: { ...probe("/ready"), periodSeconds: 5 },
    livenessProbe: { ...probe("/healthy"), periodSeconds: 20, failureThreshold: 3 },
  };
}
