/**
 * The program of the target `kubernetes`: a country in, the whole stack out. The plan runs it in the process, the
 * Automation API and `pulumi up` run it against a cluster; it reads nothing but its argument.
 */
import { Provider } from "@pulumi/kubernetes/provider.js";
import { Application } from "../../components/application.ts";
import { Broker } from "../../components/broker.ts";
import { Certificates, certificateSecretOf, type PublicIssuer } from "../../components/certificates.ts";
import { internalFlows, outsideFlows } from "../../components/flows.ts";
import { Gateway, gatewayName, type WebDoor } from "../../components/gateway.ts";
import { Keeper } from "../../components/keeper.ts";
import { Monitoring } from "../../components/monitoring.ts";
import { Network } from "../../components/network.ts";
import { type OperatorName, Operators, postgresOperatorNamespace } from "../../components/operators.ts";
import type { Surroundings } from "../../components/pod.ts";
import { ports } from "../../components/ports.ts";
import { RelationalStore } from "../../components/relational-store.ts";
import { sizeStack } from "../../components/sizing.ts";
import { StackRoot } from "../../components/stack-root.ts";
import { TimeSeriesBackup } from "../../components/time-series-backup.ts";
import { databaseName } from "../../components/time-series-settings.ts";
import { TimeSeriesStore } from "../../components/time-series-store.ts";
import type { Catalogue } from "../../localisation/catalogue.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { allowedEndpoints } from "./endpoints.ts";
import { notes } from "./notes.ts";
import { quota } from "./quota.ts";

export interface StackInput {
  readonly country: Country;
  readonly environment?: string;
  readonly catalogues: Readonly<Record<string, Catalogue>>;
  /** Of the kit, whose image runs. */
  readonly version: string;
}

export interface StackOutputs {
  readonly webAddress: string;
  readonly mqttAddress: string;
  readonly namespace: string;
  /** What the team should know before it goes on, in sentences. */
  readonly notes: readonly string[];
}

export type KubernetesSettings = NonNullable<Country["hosting"]["kubernetes"]>;

/** The file lacks what a cluster needs. */
export class StackSettingsError extends Error {
  override readonly name = "StackSettingsError";
  readonly cure: string;
  constructor(message: string, cure: string) {
    super(message);
    this.cure = cure;
  }
}

/** @throws StackSettingsError */
export function kubernetesStack(input: StackInput): StackOutputs {
  const { country } = input;
  const cluster = country.hosting.kubernetes;
  if (cluster === undefined)
    throw new StackSettingsError(
      "The file describes no cluster.",
      "Add hosting.kubernetes with at least its domain; docs/localisation.md lists the fields.",
    );
  const { namespace, domain } = cluster;
  const size = sizeStack(country, cluster.zones.length);
  const { destination, at, retention } = country.hosting.backup;
  const withPrometheusOperator = cluster.monitoring === "prometheus-operator";
  // What the file lacks shows before anything is declared.
  const issuer = publicIssuer(country, cluster);
  const web = webDoor(cluster);

  const provider = new Provider("cluster", {
    ...(cluster.context !== undefined && { context: cluster.context }),
    enableServerSideApply: true,
    deleteUnreachable: false,
  });
  const root = new StackRoot(country.country.toLowerCase(), { provider });
  const inStack = { parent: root };

  const network = new Network(
    "network",
    {
      namespace,
      zones: cluster.zones,
      quota: quota(size, cluster.mqtt.expose === "load-balancer"),
      flows: [
        ...internalFlows(),
        ...outsideFlows({
          ...(cluster.gateway.namespace !== undefined && { gatewayNamespace: cluster.gateway.namespace }),
          ...(cluster.monitoringNamespace !== undefined && {
            monitoringNamespace: cluster.monitoringNamespace,
          }),
          operatorNamespace: postgresOperatorNamespace,
          apiServerAddresses: cluster.apiServerAddresses,
          machineSources: cluster.mqtt.allowedSources,
          endpoints: allowedEndpoints(country),
          acmeProofs: cluster.tls.issuer === "acme",
        }),
      ],
      ...(cluster.storageProvisioner && { storageDriver: cluster.storageProvisioner }),
    },
    inStack,
  );
  const storageClass = network.storageClass ?? cluster.storageClass;
  const surroundings: Surroundings = {
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
      install: operatorsToInstall(cluster, destination !== undefined),
      placement: surroundings.placement,
      ...(cluster.registry !== undefined && { registry: cluster.registry }),
      ...(cluster.registryPullSecret !== undefined && { pullSecret: cluster.registryPullSecret }),
    },
    inStack,
  );
  const ready = { parent: root, dependsOn: [network, ...operators.installed] };

  const service = (name: string) => `${name}.${namespace}.svc.cluster.local`;
  const certificates = new Certificates(
    "certificates",
    {
      namespace,
      domain,
      issuer,
      parts: {
        broker: [],
        "time-series-store": [
          service("time-series-store"),
          `*.time-series-store-nodes.${namespace}.svc.cluster.local`,
        ],
        keeper: [`*.keeper.${namespace}.svc.cluster.local`],
        ingest: [],
        analytics: [],
        diagnostic: [service("diagnostic")],
        migration: [],
        ...(destination && { "time-series-backup": [] }),
      },
    },
    ready,
  );
  const afterCertificates = { parent: root, dependsOn: [certificates] };

  const keeper = new Keeper("keeper", { surroundings, size: size.keeper }, afterCertificates);
  const timeSeriesStore = new TimeSeriesStore(
    "time-series-store",
    {
      surroundings,
      size: size.timeSeries,
      keepers: keeper.hosts,
      ...(destination && {
        backup: {
          address: `${destination.endpoint.replace(/\/$/, "")}/${destination.bucket}/`,
          ...(destination.region !== undefined && { region: destination.region }),
          credentialsSecret: destination.credentialsSecret,
        },
      }),
    },
    afterCertificates,
  );
  const relationalStore = new RelationalStore(
    "relational-store",
    {
      surroundings,
      size: size.relational,
      ...(destination && { backup: { ...destination, at, timezone: country.timezone, retention } }),
    },
    ready,
  );
  const broker = new Broker(
    "broker",
    {
      surroundings,
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
      surroundings,
      size,
      localisation: localisationFiles(input),
      timeSeriesHost: timeSeriesStore.host,
      timeSeriesDatabase: databaseName,
      relational: relationalStore.connection,
      broker: {
        host: broker.host,
        serverName: `mqtt.${domain}`,
        queues: size.broker.queues,
        ...(cluster.tls.issuer !== "secret" && { authoritySecret: certificates.mqttSecret }),
      },
      domain,
      gatewaySecrets: {
        ...(mailGateway?.credentialsSecret !== undefined && { mail: mailGateway.credentialsSecret }),
        ...(smsGateway?.credentialsSecret !== undefined && { sms: smsGateway.credentialsSecret }),
      },
    },
    { parent: root, dependsOn: [timeSeriesStore, relationalStore, broker] },
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
      },
    },
    ready,
  );
  if (withPrometheusOperator)
    new Monitoring(
      "monitoring",
      { namespace, title: text(country.programme.name, country.languages) },
      ready,
    );
  if (destination !== undefined)
    new TimeSeriesBackup(
      "time-series-backup",
      { surroundings, host: timeSeriesStore.host, at, timezone: country.timezone },
      { parent: root, dependsOn: [timeSeriesStore] },
    );

  return {
    webAddress: `https://${domain}`,
    mqttAddress: `mqtts://mqtt.${domain}:${ports.broker.mqtts}`,
    namespace,
    notes: notes(country, cluster),
  };
}

function operatorsToInstall({ operators }: KubernetesSettings, withBackups: boolean): OperatorName[] {
  return [
    ...(operators.certManager === "install" ? (["certManager"] as const) : []),
    ...(operators.cloudNativePg === "install"
      ? (["cloudNativePg", ...(withBackups ? (["barmanCloud"] as const) : [])] as const)
      : []),
  ];
}

function publicIssuer(country: Country, { tls, gateway }: KubernetesSettings): PublicIssuer {
  if (tls.issuer === "secret") return { kind: "secret", secretName: tls.secretName };
  if (tls.issuer === "own-ca") return { kind: "own-ca" };
  if (tls.acmeServer === undefined)
    throw new StackSettingsError(
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

function webDoor({ gateway: { kind, className } }: KubernetesSettings): WebDoor {
  if (kind === "ingress") return { kind, ...(className !== undefined && { className }) };
  if (className === undefined)
    throw new StackSettingsError(
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
