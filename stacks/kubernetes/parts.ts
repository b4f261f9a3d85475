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
import { sizeStack } from "../../components/sizing.ts";
import { TimeSeriesBackup } from "../../components/time-series-backup.ts";
import { databaseName } from "../../components/time-series-settings.ts";
import { type TimeSeriesBackupDestination, TimeSeriesStore } from "../../components/time-series-store.ts";
import { backupFolderOf } from "../../localisation/backup-folder.ts";
import { stackAdmission } from "./admission.ts";
import type { allowedEndpoints } from "./endpoints.ts";
import { machinePort, mqttListener, publicIssuer, webIngress } from "./ingress-settings.ts";
import { resourceQuota } from "./quota.ts";
import type { ClusterSettings, StackInput } from "./stack.ts";

/** What a target provides for the parts. */
export interface TargetResources {
  /** Which target it is, whatever the file names. */
  readonly kind: "aws" | "kubernetes";
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

/**
 * @returns what must exist before an object of an operator's kind.
 * @throws InputError
 */
export function clusterParts(input: StackInput, target: TargetResources): readonly Resource[] {
  const { country } = input;
  const { parent, settings, endpoints, backup } = target;
  const { namespace, domain } = settings;
  const inside = { parent };
  const size = sizeStack(country, settings.zones.length);
  const relationalOutside = target.relationalStore.ranges !== undefined;
  const registry = {
    ...(settings.registry !== undefined && { registry: settings.registry }),
    ...(settings.registryPullSecret !== undefined && { pullSecret: settings.registryPullSecret }),
  };

  const network = createNetwork();
  const context = contextOfParts();
  const operators = new Operators(
    "operators",
    { install: target.operators, placement: context.placement, ...registry },
    inside,
  );
  const admission = createAdmission();
  const prepared = { parent, dependsOn: [network, admission, ...operators.installed] };
  const certificates = createCertificates();
  const certified = { parent, dependsOn: [certificates] };
  const keeper = new Keeper("keeper", { context, size: size.keeper }, certified);
  const timeSeriesStore = new TimeSeriesStore(
    "time-series-store",
    { context, size: size.timeSeries, keepers: keeper.hosts, ...(backup && { backup }) },
    certified,
  );
  const relationalStore = target.relationalStore.declare(context, prepared.dependsOn);
  const broker = createBroker();
  const application = createApplication();
  createGateway();
  if (settings.monitoring === "prometheus-operator") createMonitoring();
  if (backup !== undefined) createTimeSeriesBackup(backup);
  return operators.installed;

  function createNetwork(): Network {
    return new Network(
      "network",
      {
        namespace,
        zones: settings.zones,
        quota: resourceQuota(size, {
          loadBalancer: settings.mqtt.expose === "load-balancer",
          relationalStore: !relationalOutside,
        }),
        flows: flowsOfParts(),
        ...(settings.storageProvisioner && { storageDriver: settings.storageProvisioner }),
      },
      inside,
    );
  }

  function flowsOfParts(): NetworkFlow[] {
    const { gateway, monitoringNamespace } = settings;
    const all = [
      ...internalFlows(target.relationalStore.ranges),
      ...outsideFlows({
        ...(gateway.namespace !== undefined && { gatewayNamespace: gateway.namespace }),
        ...(monitoringNamespace !== undefined && { monitoringNamespace }),
        operatorNamespace: postgresOperatorNamespace,
        apiServerAddresses: settings.apiServerAddresses,
        machineSources: settings.mqtt.allowedSources,
        endpoints,
        acmeProofs: settings.tls.issuer === "acme",
      }),
      ...target.flows,
    ];
    if (!relationalOutside) return all;
    return all.filter(({ from, to }) =>
      [from, to].every((peer) => peer.kind !== "part" || peer.part !== "relational-store"),
    );
  }

  function contextOfParts(): StackContext {
    const storageClass = network.storageClass ?? settings.storageClass;
    return {
      namespace,
      images: { ...registry, digests: settings.imageDigests, applicationVersion: input.version },
      placement: {
        zones: settings.zones,
        nodeSelector: settings.nodeSelector,
        ...(storageClass !== undefined && { storageClass }),
      },
      scrapeAnnotations: settings.monitoring !== "prometheus-operator",
    };
  }

  function createAdmission(): AdmissionPolicies {
    const { storageClass } = network;
    const onTarget = { ...country, hosting: { ...country.hosting, target: target.kind } };
    const objects = stackAdmission(
      { ...input, country: onTarget },
      { namespace, mode: settings.admission, storageClass },
    );
    return new AdmissionPolicies("admission", { objects }, { parent, dependsOn: [network] });
  }

  function createCertificates(): Certificates {
    return new Certificates(
      "certificates",
      {
        namespace,
        domain,
        issuer: publicIssuer(country, settings),
        parts: {
          broker: [serviceHost("broker"), ...brokerNodeHosts(namespace, size.broker.replicas)],
          "time-series-store": [serviceHost("time-series-store"), serviceHost("*.time-series-store-nodes")],
          keeper: [serviceHost("*.keeper")],
          ingest: [],
          analytics: [],
          diagnostic: [serviceHost("diagnostic")],
          migration: [],
          ...(backup && { "time-series-backup": [] }),
        },
      },
      prepared,
    );
  }

  function serviceHost(name: string): string {
    return `${name}.${namespace}.svc.cluster.local`;
  }

  function createBroker(): Broker {
    return new Broker(
      "broker",
      {
        context,
        size: size.broker,
        machines: country.programme.scale.inThreeYears.machines,
        mqttSecret: certificates.mqttSecret,
        loginChecks: { host: serviceHost("diagnostic"), port: ports.application.logins },
      },
      certified,
    );
  }

  function createApplication(): Application {
    const { mailGateway, smsGateway } = country.notifications;
    const dependsOn = [timeSeriesStore, relationalStore.resource, broker];
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
          serverName: `mqtt.${domain}`,
          machinePort: machinePort(settings),
          queues: size.broker.queues,
          ...(settings.tls.issuer !== "secret" && { authoritySecret: certificates.mqttSecret }),
        },
        domain,
        onlyFromGateway: settings.gateway.namespace !== undefined,
        gatewaySecrets: {
          ...(mailGateway?.credentialsSecret !== undefined && { mail: mailGateway.credentialsSecret }),
          ...(smsGateway?.credentialsSecret !== undefined && { sms: smsGateway.credentialsSecret }),
        },
      },
      { parent, dependsOn },
    );
  }

  function createGateway(): void {
    new Gateway(
      "gateway",
      {
        namespace,
        domain,
        web: webIngress(settings),
        webSecret: certificates.webSecret,
        diagnosticService: application.diagnosticService,
        partsAuthoritySecret: certificateSecretOf("diagnostic"),
        mqtt: {
          ...mqttListener(settings),
          allowedSources: settings.mqtt.allowedSources,
          annotations: target.loadBalancer,
        },
      },
      prepared,
    );
  }

  function createMonitoring(): void {
    new Monitoring(
      "monitoring",
      {
        namespace,
        title: inFirstLanguage(country.programme.name, country.languages),
        brokers: size.broker.replicas,
        keepers: size.keeper.replicas,
        postgres: !relationalOutside,
        backups: backup !== undefined,
      },
      prepared,
    );
  }

  function createTimeSeriesBackup(destination: TimeSeriesBackupDestination): void {
    new TimeSeriesBackup(
      "time-series-backup",
      {
        context,
        host: timeSeriesStore.host,
        folder: backupFolderOf(destination.folder, "time-series-store"),
        at: country.hosting.backup.at,
        timezone: country.timezone,
        ...(destination.access === "secret" && { credentialsSecret: destination.credentialsSecret }),
      },
      { parent, dependsOn: [timeSeriesStore] },
    );
  }
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
