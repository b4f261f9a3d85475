/** The parts of a stack on a cluster: the same on every target, whoever made the cluster. */

import type { Resource } from "@pulumi/pulumi";
import { AdmissionPolicies } from "../../components/admission.ts";
import { Application } from "../../components/application.ts";
import { Broker, brokerNodeHosts } from "../../components/broker.ts";
import { Certificates, certificateSecretOf } from "../../components/certificates.ts";
import { internalFlows, type NetworkFlow, outsideFlows } from "../../components/flows.ts";
import { Gateway } from "../../components/gateway.ts";
import { Keeper } from "../../components/keeper.ts";
import { Monitoring } from "../../components/monitoring.ts";
import { Network } from "../../components/network.ts";
import { type OperatorName, Operators, postgresOperatorNamespace } from "../../components/operators.ts";
import type { StackContext } from "../../components/pod.ts";
import { ports } from "../../components/ports.ts";
import type { RelationalConnection } from "../../components/relational-store.ts";
import { type StackSize, sizeStack } from "../../components/sizing.ts";
import { TimeSeriesBackup } from "../../components/time-series-backup.ts";
import { databaseName } from "../../components/time-series-settings.ts";
import { type TimeSeriesBackupDestination, TimeSeriesStore } from "../../components/time-series-store.ts";
import { stackAdmission } from "./admission.ts";
import type { allowedEndpoints } from "./endpoints.ts";
import { machinePort, mqttListener, publicIssuer, webIngress } from "./ingress-settings.ts";
import { resourceQuota } from "./quota.ts";
import type { ClusterSettings, StackInput } from "./stack.ts";

/** What a target provides for the parts. */
export interface TargetResources {
  readonly parent: Resource;
  readonly settings: ClusterSettings;
  readonly operators: readonly OperatorName[];
  readonly endpoints: ReturnType<typeof allowedEndpoints>;
  readonly relationalStore: {
    /** Its address ranges where it runs outside the cluster. */
    readonly ranges?: readonly string[];
    /** @param ready these must exist before it. */
    readonly declare: (context: StackContext, ready: Resource[]) => DeclaredRelationalStore;
  };
  readonly backup?: TimeSeriesBackupDestination;
  /** Flows that the target's own services need. */
  readonly flows: readonly NetworkFlow[];
  /** Annotations of the machines' load balancer, for the cloud. */
  readonly loadBalancer: Readonly<Record<string, string>>;
}

export interface DeclaredRelationalStore {
  readonly connection: RelationalConnection;
  readonly resource: Resource;
}

/** What every step below starts from. */
interface Basis {
  readonly input: StackInput;
  readonly target: TargetResources;
  readonly size: StackSize;
}

/**
 * @returns what must exist before an object of an operator's kind.
 * @throws InputError
 */
export function clusterParts(input: StackInput, target: TargetResources): readonly Resource[] {
  const basis: Basis = { input, target, size: sizeStack(input.country, target.settings.zones.length) };
  const network = createNetwork(basis);
  const context = contextOf(basis, network);
  const operators = createOperators(basis, context);
  const admission = createAdmission(basis, network);
  const before = [network, admission, ...operators.installed];
  const certificates = createCertificates(basis, before);
  const timeSeriesStore = createTimeSeriesStore(basis, context, certificates);
  const relationalStore = target.relationalStore.declare(context, before);
  const broker = createBroker(basis, context, certificates);
  const application = createApplication(basis, context, {
    certificates,
    timeSeriesStore,
    relationalStore,
    broker,
  });
  createGateway(basis, certificates, application, before);
  createMonitoring(basis, before);
  createTimeSeriesBackup(basis, context, timeSeriesStore);
  return operators.installed;
}

function createNetwork({ target, size }: Basis): Network {
  const { settings, relationalStore, parent } = target;
  return new Network(
    "network",
    {
      namespace: settings.namespace,
      zones: settings.zones,
      quota: resourceQuota(size, {
        loadBalancer: settings.mqtt.expose === "load-balancer",
        relationalStore: relationalStore.ranges === undefined,
      }),
      flows: flowsOf(target),
      ...(settings.storageProvisioner && { storageDriver: settings.storageProvisioner }),
    },
    { parent },
  );
}

function flowsOf({ settings, relationalStore, endpoints, flows }: TargetResources): NetworkFlow[] {
  const { gateway, monitoringNamespace } = settings;
  const all = [
    ...internalFlows(relationalStore.ranges),
    ...outsideFlows({
      ...(gateway.namespace !== undefined && { gatewayNamespace: gateway.namespace }),
      ...(monitoringNamespace !== undefined && { monitoringNamespace }),
      operatorNamespace: postgresOperatorNamespace,
      apiServerAddresses: settings.apiServerAddresses,
      machineSources: settings.mqtt.allowedSources,
      endpoints,
      acmeProofs: settings.tls.issuer === "acme",
    }),
    ...flows,
  ];
  if (relationalStore.ranges === undefined) return all;
  return all.filter(({ from, to }) =>
    [from, to].every((peer) => peer.kind !== "part" || peer.part !== "relational-store"),
  );
}

function contextOf({ input, target: { settings } }: Basis, network: Network): StackContext {
  const storageClass = network.storageClass ?? settings.storageClass;
  return {
    namespace: settings.namespace,
    images: {
      ...registryOf(settings),
      digests: settings.imageDigests,
      applicationVersion: input.version,
    },
    placement: {
      zones: settings.zones,
      nodeSelector: settings.nodeSelector,
      ...(storageClass !== undefined && { storageClass }),
    },
    scrapeAnnotations: settings.monitoring !== "prometheus-operator",
  };
}

const registryOf = ({ registry, registryPullSecret }: ClusterSettings) => ({
  ...(registry !== undefined && { registry }),
  ...(registryPullSecret !== undefined && { pullSecret: registryPullSecret }),
});

function createOperators({ target }: Basis, { placement }: StackContext): Operators {
  const { operators, settings, parent } = target;
  return new Operators("operators", { install: operators, placement, ...registryOf(settings) }, { parent });
}

function createAdmission({ input, target }: Basis, network: Network): AdmissionPolicies {
  const { namespace, admission } = target.settings;
  const objects = stackAdmission(input, {
    namespace,
    mode: admission,
    storageClass: network.storageClass,
  });
  return new AdmissionPolicies("admission", { objects }, { parent: target.parent, dependsOn: [network] });
}

function createCertificates({ input, target, size }: Basis, before: Resource[]): Certificates {
  const { settings, backup, parent } = target;
  const { namespace, domain } = settings;
  return new Certificates(
    "certificates",
    {
      namespace,
      domain,
      issuer: publicIssuer(input.country, settings),
      parts: {
        broker: brokerNodeHosts(namespace, size.broker.replicas),
        "time-series-store": [
          serviceHost("time-series-store", namespace),
          serviceHost("*.time-series-store-nodes", namespace),
        ],
        keeper: [serviceHost("*.keeper", namespace)],
        ingest: [],
        analytics: [],
        diagnostic: [serviceHost("diagnostic", namespace)],
        migration: [],
        ...(backup && { "time-series-backup": [] }),
      },
    },
    { parent, dependsOn: before },
  );
}

const serviceHost = (name: string, namespace: string): string => `${name}.${namespace}.svc.cluster.local`;

function createTimeSeriesStore(
  { target: { parent, backup }, size }: Basis,
  context: StackContext,
  certificates: Certificates,
): TimeSeriesStore {
  const options = { parent, dependsOn: [certificates] };
  const keeper = new Keeper("keeper", { context, size: size.keeper }, options);
  return new TimeSeriesStore(
    "time-series-store",
    { context, size: size.timeSeries, keepers: keeper.hosts, ...(backup && { backup }) },
    options,
  );
}

function createBroker(
  { input, target, size }: Basis,
  context: StackContext,
  certificates: Certificates,
): Broker {
  return new Broker(
    "broker",
    {
      context,
      size: size.broker,
      machines: input.country.programme.scale.inThreeYears.machines,
      mqttSecret: certificates.mqttSecret,
      loginChecks: { host: serviceHost("diagnostic", context.namespace), port: ports.application.logins },
    },
    { parent: target.parent, dependsOn: [certificates] },
  );
}

interface ApplicationNeeds {
  readonly certificates: Certificates;
  readonly timeSeriesStore: TimeSeriesStore;
  readonly relationalStore: DeclaredRelationalStore;
  readonly broker: Broker;
}

function createApplication(
  { input, target: { settings, parent }, size }: Basis,
  context: StackContext,
  { certificates, timeSeriesStore, relationalStore, broker }: ApplicationNeeds,
): Application {
  const { mailGateway, smsGateway } = input.country.notifications;
  return new Application(
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
        serverName: `mqtt.${settings.domain}`,
        machinePort: machinePort(settings),
        queues: size.broker.queues,
        ...(settings.tls.issuer !== "secret" && { authoritySecret: certificates.mqttSecret }),
      },
      domain: settings.domain,
      gatewaySecrets: {
        ...(mailGateway?.credentialsSecret !== undefined && { mail: mailGateway.credentialsSecret }),
        ...(smsGateway?.credentialsSecret !== undefined && { sms: smsGateway.credentialsSecret }),
      },
    },
    { parent, dependsOn: [timeSeriesStore, relationalStore.resource, broker] },
  );
}

function createGateway(
  { target: { settings, parent, loadBalancer } }: Basis,
  { webSecret }: Certificates,
  { diagnosticService }: Application,
  before: Resource[],
): void {
  new Gateway(
    "gateway",
    {
      namespace: settings.namespace,
      domain: settings.domain,
      web: webIngress(settings),
      webSecret,
      diagnosticService,
      partsAuthoritySecret: certificateSecretOf("diagnostic"),
      mqtt: {
        ...mqttListener(settings),
        allowedSources: settings.mqtt.allowedSources,
        annotations: loadBalancer,
      },
    },
    { parent, dependsOn: before },
  );
}

function createMonitoring({ input: { country }, target, size }: Basis, before: Resource[]): void {
  const { settings, relationalStore, backup, parent } = target;
  if (settings.monitoring !== "prometheus-operator") return;
  new Monitoring(
    "monitoring",
    {
      namespace: settings.namespace,
      title: inFirstLanguage(country.programme.name, country.languages),
      brokers: size.broker.replicas,
      keepers: size.keeper.replicas,
      postgres: relationalStore.ranges === undefined,
      backups: backup !== undefined,
    },
    { parent, dependsOn: before },
  );
}

function createTimeSeriesBackup(
  { input: { country }, target: { backup, parent } }: Basis,
  context: StackContext,
  timeSeriesStore: TimeSeriesStore,
): void {
  if (backup === undefined) return;
  new TimeSeriesBackup(
    "time-series-backup",
    {
      context,
      host: timeSeriesStore.host,
      at: country.hosting.backup.at,
      timezone: country.timezone,
      ...(backup.access === "secret" && { credentialsSecret: backup.credentialsSecret }),
    },
    { parent, dependsOn: [timeSeriesStore] },
  );
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

function inFirstLanguage(text: Readonly<Record<string, string>>, languages: readonly string[]): string {
  return text[languages[0] ?? "en"] ?? Object.values(text)[0] ?? "";
}
