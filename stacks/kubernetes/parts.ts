/** Everything that stands on a cluster, whoever gave the cluster: the same parts on every target. */

import type { Input, Resource } from "@pulumi/pulumi";
import { InputError } from "../../base/kit-error.ts";
import { AdmissionPolicies } from "../../components/admission.ts";
import { Application } from "../../components/application.ts";
import { Broker, brokerNodeHosts } from "../../components/broker.ts";
import { Certificates, certificateSecretOf, type PublicIssuer } from "../../components/certificates.ts";
import { internalFlows, type NetworkFlow, outsideFlows } from "../../components/flows.ts";
import { Gateway, gatewayName, type WebIngress } from "../../components/gateway.ts";
import { Keeper } from "../../components/keeper.ts";
import { Monitoring } from "../../components/monitoring.ts";
import { Network, type StorageDriver } from "../../components/network.ts";
import { type OperatorName, Operators, postgresOperatorNamespace } from "../../components/operators.ts";
import type { StackContext } from "../../components/pod.ts";
import { ports } from "../../components/ports.ts";
import type { RelationalConnection } from "../../components/relational-store.ts";
import { sizeStack } from "../../components/sizing.ts";
import { TimeSeriesBackup } from "../../components/time-series-backup.ts";
import { databaseName } from "../../components/time-series-settings.ts";
import { type TimeSeriesBackupDestination, TimeSeriesStore } from "../../components/time-series-store.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { stackAdmission } from "./admission.ts";
import type { allowedEndpoints } from "./endpoints.ts";
import { resourceQuota } from "./quota.ts";
import type { KubernetesSettings, StackInput } from "./stack.ts";

/** What the file says of a cluster, or a target of the cluster that it makes. */
export interface ClusterSettings
  extends Omit<KubernetesSettings, "context" | "dataCentres" | "registry" | "storageProvisioner"> {
  readonly registry?: Input<string>;
  readonly storageProvisioner?: StorageDriver;
}

/** What a target gives the parts to stand on. */
export interface TargetResources {
  readonly parent: Resource;
  readonly settings: ClusterSettings;
  readonly operators: readonly OperatorName[];
  readonly endpoints: ReturnType<typeof allowedEndpoints>;
  readonly relationalStore: {
    /** Its addresses where it stands outside of the cluster. */
    readonly ranges?: readonly string[];
    /** @param ready what must be there before it. */
    readonly declare: (context: StackContext, ready: Resource[]) => Relational;
  };
  readonly backup?: TimeSeriesBackupDestination;
  /** That the target's own services need. */
  readonly flows: readonly NetworkFlow[];
  /** Of the machines' load balancer, as the cloud reads them. */
  readonly loadBalancer: Readonly<Record<string, string>>;
}

export interface Relational {
  readonly connection: RelationalConnection;
  readonly resource: Resource;
}

/**
 * What the file lacks for any cluster, before anything is declared.
 * @throws InputError
 */
export function ingressSettings(
  country: Country,
  settings: ClusterSettings,
): { issuer: PublicIssuer; web: WebIngress } {
  return { issuer: publicIssuer(country, settings), web: webIngress(settings) };
}

/** Port at which machines reach the broker; a node port that the file leaves to the cluster is not known before. */
export function machinePort({ mqtt }: Pick<ClusterSettings, "mqtt">): number {
  return mqtt.expose === "node-port" && mqtt.nodePort !== undefined ? mqtt.nodePort : ports.broker.mqtts;
}

/**
 * @returns what must be there before an object of an operator's kind.
 * @throws InputError
 */
export function clusterParts(input: StackInput, target: TargetResources): readonly Resource[] {
  const { country } = input;
  const { parent, settings: cluster, backup } = target;
  const { namespace, domain } = cluster;
  const size = sizeStack(country, cluster.zones.length);
  const { at } = country.hosting.backup;
  const withPrometheusOperator = cluster.monitoring === "prometheus-operator";
  const { issuer, web } = ingressSettings(country, cluster);
  const inStack = { parent };

  const network = new Network(
    "network",
    {
      namespace,
      zones: cluster.zones,
      quota: resourceQuota(size, {
        loadBalancer: cluster.mqtt.expose === "load-balancer",
        relationalStore: target.relationalStore.ranges === undefined,
      }),
      flows: [
        ...internalFlows(target.relationalStore.ranges),
        ...outsideFlows({
          ...(cluster.gateway.namespace !== undefined && { gatewayNamespace: cluster.gateway.namespace }),
          ...(cluster.monitoringNamespace !== undefined && {
            monitoringNamespace: cluster.monitoringNamespace,
          }),
          operatorNamespace: postgresOperatorNamespace,
          apiServerAddresses: cluster.apiServerAddresses,
          machineSources: cluster.mqtt.allowedSources,
          endpoints: target.endpoints,
          acmeProofs: cluster.tls.issuer === "acme",
        }),
        ...target.flows,
      ].filter((flow) => target.relationalStore.ranges === undefined || !isAt(flow, "relational-store")),
      ...(cluster.storageProvisioner && { storageDriver: cluster.storageProvisioner }),
    },
    inStack,
  );
  const storageClass = network.storageClass ?? cluster.storageClass;
  const context: StackContext = {
    namespace,
    images: {
      ...(cluster.registry !== undefined && { registry: cluster.registry }),
      ...(cluster.registryPullSecret !== undefined && { pullSecret: cluster.registryPullSecret }),
      digests: cluster.imageDigests,
      applicationVersion: input.version,
    },
    placement: {
      zones: cluster.zones,
      nodeSelector: cluster.nodeSelector,
      ...(storageClass !== undefined && { storageClass }),
    },
    scrapeAnnotations: !withPrometheusOperator,
  };
  const operators = new Operators(
    "operators",
    {
      install: target.operators,
      placement: context.placement,
      ...(cluster.registry !== undefined && { registry: cluster.registry }),
      ...(cluster.registryPullSecret !== undefined && { pullSecret: cluster.registryPullSecret }),
    },
    inStack,
  );
  const admission = new AdmissionPolicies(
    "admission",
    {
      objects: stackAdmission(input, {
        namespace,
        mode: cluster.admission,
        storageClass: network.storageClass,
      }),
    },
    { parent, dependsOn: [network] },
  );
  const before = [network, admission, ...operators.installed];
  const ready = { parent, dependsOn: before };

  const service = (name: string) => `${name}.${namespace}.svc.cluster.local`;
  const certificates = new Certificates(
    "certificates",
    {
      namespace,
      domain,
      issuer,
      parts: {
        broker: brokerNodeHosts(namespace, size.broker.replicas),
        "time-series-store": [
          service("time-series-store"),
          `*.time-series-store-nodes.${namespace}.svc.cluster.local`,
        ],
        keeper: [`*.keeper.${namespace}.svc.cluster.local`],
        ingest: [],
        analytics: [],
        diagnostic: [service("diagnostic")],
        migration: [],
        ...(backup && { "time-series-backup": [] }),
      },
    },
    ready,
  );
  const afterCertificates = { parent, dependsOn: [certificates] };

  const keeper = new Keeper("keeper", { context, size: size.keeper }, afterCertificates);
  const timeSeriesStore = new TimeSeriesStore(
    "time-series-store",
    {
      context,
      size: size.timeSeries,
      keepers: keeper.hosts,
      ...(backup && { backup }),
    },
    afterCertificates,
  );
  const relationalStore = target.relationalStore.declare(context, before);
  const broker = new Broker(
    "broker",
    {
      context,
      size: size.broker,
      machines: country.programme.scale.inThreeYears.machines,
      mqttSecret: certificates.mqttSecret,
      loginChecks: { host: service("diagnostic"), port: ports.application.logins },
    },
    afterCertificates,
  );
  const { mailGateway, smsGateway } = country.notifications;
  const application = new Application(
    "application",
    {
      context,
      size,
      localisation: localisationFiles(input),
      timeSeriesHost: timeSeriesStore.host,
      timeSeriesDatabase: databaseName,
      relational: relationalStore.connection,
      broker: {
        host: broker.host,
        serverName: `mqtt.${domain}`,
        machinePort: machinePort(cluster),
        queues: size.broker.queues,
        ...(cluster.tls.issuer !== "secret" && { authoritySecret: certificates.mqttSecret }),
      },
      domain,
      gatewaySecrets: {
        ...(mailGateway?.credentialsSecret !== undefined && { mail: mailGateway.credentialsSecret }),
        ...(smsGateway?.credentialsSecret !== undefined && { sms: smsGateway.credentialsSecret }),
      },
    },
    { parent, dependsOn: [timeSeriesStore, relationalStore.resource, broker] },
  );
  new Gateway(
    "gateway",
    {
      namespace,
      domain,
      web,
      webSecret: certificates.webSecret,
      diagnosticService: application.diagnosticService,
      partsAuthoritySecret: certificateSecretOf("diagnostic"),
      mqtt: {
        ...(cluster.mqtt.expose === "load-balancer"
          ? { kind: "load-balancer" as const }
          : {
              kind: "node-port" as const,
              ...(cluster.mqtt.nodePort !== undefined && { nodePort: cluster.mqtt.nodePort }),
            }),
        allowedSources: cluster.mqtt.allowedSources,
        annotations: target.loadBalancer,
      },
    },
    ready,
  );
  if (withPrometheusOperator)
    new Monitoring(
      "monitoring",
      {
        namespace,
        title: text(country.programme.name, country.languages),
        brokers: size.broker.replicas,
        keepers: size.keeper.replicas,
        postgres: target.relationalStore.ranges === undefined,
        backups: backup !== undefined,
      },
      ready,
    );
  if (backup !== undefined)
    new TimeSeriesBackup(
      "time-series-backup",
      {
        context,
        host: timeSeriesStore.host,
        at,
        timezone: country.timezone,
        ...(backup.access === "secret" && { credentialsSecret: backup.credentialsSecret }),
      },
      { parent, dependsOn: [timeSeriesStore] },
    );
  return operators.installed;
}

const isAt = ({ from, to }: NetworkFlow, part: string): boolean =>
  [from, to].some((peer) => peer.kind === "part" && peer.part === part);

function publicIssuer(country: Country, { tls, gateway }: ClusterSettings): PublicIssuer {
  if (tls.issuer === "secret") return { kind: "secret", secretName: tls.secretName };
  if (tls.issuer === "own-ca") return { kind: "own-ca" };
  if (tls.acmeServer === undefined)
    throw new InputError(
      "hosting.kubernetes.tls.issuer is acme, and no authority is named.",
      "Add hosting.kubernetes.tls.acmeServer, the authority's directory.",
    );
  return {
    kind: "acme",
    server: tls.acmeServer,
    email: tls.acmeEmail ?? country.programme.operator.email,
    solver:
      gateway.kind === "gateway-api"
        ? { kind: "gateway-api", gateway: gatewayName }
        : { kind: "ingress", ...(gateway.className !== undefined && { className: gateway.className }) },
  };
}

function webIngress({ gateway: { kind, className } }: ClusterSettings): WebIngress {
  if (kind === "ingress") return { kind, ...(className !== undefined && { className }) };
  if (className === undefined)
    throw new InputError(
      "hosting.kubernetes.gateway.kind is gateway-api, and no gateway class is named.",
      "Add hosting.kubernetes.gateway.className; `kubectl get gatewayclasses` lists the cluster's.",
    );
  return { kind, className };
}

/** The programs read the country as it was checked and completed here, not the file. */
function localisationFiles({ country, environment, catalogues }: StackInput): Record<string, string> {
  return {
    "country.json": JSON.stringify({ environment: environment ?? null, country }),
    ...Object.fromEntries(
      Object.entries(catalogues).map(([language, catalogue]) => [
        `catalogue-${language}.json`,
        JSON.stringify(catalogue),
      ]),
    ),
  };
}

function text(localised: Readonly<Record<string, string>>, languages: readonly string[]): string {
  return localised[languages[0] ?? "en"] ?? Object.values(localised)[0] ?? "";
}
