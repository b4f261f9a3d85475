/**
 * The program of the target `aws`: a country in, its network, keys, cluster and stores in the file's region out, and on the
 * cluster the same parts as everywhere. The region comes from the file alone: every resource goes through one provider.
 */

import { Provider as AwsProvider } from "@pulumi/aws/provider.js";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import { all } from "@pulumi/pulumi";
import { InputError } from "../../base/kit-error.ts";
import { kitPath } from "../../base/package-root.ts";
import { networkPrefix } from "../../components/aws/address-ranges.ts";
import { AuditTrail } from "../../components/aws/audit-trail.ts";
import { BackupRights } from "../../components/aws/backup-rights.ts";
import { PrivateBucket } from "../../components/aws/bucket.ts";
import { AwsCluster, podIdentityAgent } from "../../components/aws/cluster.ts";
import { Keys } from "../../components/aws/keys.ts";
import { AwsNetwork } from "../../components/aws/network.ts";
import { nodePool } from "../../components/aws/node-pool.ts";
import type { AwsLocation } from "../../components/aws/place.ts";
import { AwsRegistry } from "../../components/aws/registry.ts";
import { RelationalDatabase } from "../../components/aws/relational-database.ts";
import { RelationalLogin } from "../../components/aws/relational-login.ts";
import { ClusterParts } from "../../components/cluster-parts.ts";
import { EnvoyGateway } from "../../components/envoy-gateway.ts";
import type { NetworkFlow } from "../../components/flows.ts";
import type { OperatorName } from "../../components/operators.ts";
import { ports } from "../../components/ports.ts";
import { days, windowInUtc } from "../../components/schedule.ts";
import { sizeStack } from "../../components/sizing.ts";
import { StackRoot } from "../../components/stack-root.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { allowedEndpoints } from "../kubernetes/endpoints.ts";
import { clusterParts, ingressSettings } from "../kubernetes/parts.ts";
import { providerSettings } from "../kubernetes/provider-settings.ts";
import type { StackInput, StackOutputs } from "../kubernetes/stack.ts";
import { awsClusterSettings, namespace } from "./cluster-settings.ts";
import { loadBalancer } from "./load-balancer.ts";
import { awsNotes } from "./notes.ts";
import { registryContents } from "./repositories.ts";

export type AwsSettings = NonNullable<Country["hosting"]["aws"]>;

/** The account of the time-series store's pods, by which they get rights in AWS. */
const backupAccount = "time-series-store";

/** A day's backup needs its week's full one, which may be this much older, in days. */
const backupChainDays = 7;

/** How long a bucket keeps what was replaced or deleted, in days. */
const oldVersionDays = 30;

/** @throws InputError */
export function awsStack(input: StackInput): StackOutputs {
  const { country } = input;
  const { aws, backup, logs, state } = country.hosting;
  if (aws === undefined)
    throw new InputError(
      "The file describes no stack on AWS.",
      `Add hosting.aws with at least its domain; ${kitPath("docs/localisation.md")} lists the fields.`,
    );
  checkRange(aws);
  const place: AwsLocation = {
    name: `rollout-${country.country.toLowerCase()}${input.environment === undefined ? "" : `-${input.environment}`}`,
    region: aws.region,
    zones: aws.zones,
  };
  const size = sizeStack(country, aws.zones.length);
  const publicSubnets = country.residency.profile !== "strict";
  // Backups go to a bucket of the stack's own, by an endpoint in its network.
  const endpoints = allowedEndpoints(country).filter(({ parts }) => !parts.includes("time-series-store"));
  const operators: OperatorName[] = ["certManager", "envoyGateway"];

  const awsProvider = new AwsProvider("aws", {
    region: aws.region,
    ...(aws.account !== undefined && { allowedAccountIds: [aws.account] }),
    defaultTags: {
      tags: {
        "rollout/country": country.country,
        ...(input.environment !== undefined && { "rollout/environment": input.environment }),
        "rollout/managed-by": "rollout",
      },
    },
  });
  const root = new StackRoot(country.country.toLowerCase(), { providers: [awsProvider] });
  const inStack = { parent: root };

  const keys = new Keys("keys", { place, administrators: aws.administrators }, inStack);
  const network = new AwsNetwork(
    "aws-network",
    {
      place,
      keys,
      range: aws.networkRange,
      publicSubnets,
      wayOut: publicSubnets && (endpoints.length > 0 || aws.tls.issuer === "acme"),
      flowLogDays: days(logs.auditRetention),
    },
    inStack,
  );
  const registry = new AwsRegistry(
    "registry",
    {
      place,
      keys,
      contents: registryContents(operators, input.version),
      asks: input.asksProviders === true,
    },
    inStack,
  );
  const bucket = (purpose: "backups" | "state", objectDays?: number) =>
    new PrivateBucket(
      purpose,
      {
        place,
        purpose,
        account: keys.account,
        keyArn: keys.arns[purpose],
        classes: [purpose],
        ...(objectDays !== undefined && { objectDays }),
        oldVersionDays,
        deletableWithContent: input.releaseData === true,
        statements: () => [],
      },
      { parent: root, dependsOn: [...keys.ready] },
    );
  const backups = bucket("backups", days(backup.retention) + backupChainDays);
  // A team that names a bucket has one.
  const states = state.url === undefined ? bucket("state") : undefined;
  new AuditTrail(
    "audit-trail",
    {
      place,
      keys,
      retentionDays: days(logs.auditRetention),
      deletable: input.releaseData === true,
      buckets: [backups, ...(states ? [states] : [])].map(({ arn }) => arn),
    },
    inStack,
  );
  const cluster = new AwsCluster(
    "aws-cluster",
    {
      place,
      keys,
      network,
      nodes: nodePool(size, aws.zones.length, aws.instanceTypes),
      accessFrom: aws.clusterAccessFrom,
      administrators: aws.administrators,
      auditLogDays: days(logs.auditRetention),
    },
    inStack,
  );
  const database = new RelationalDatabase(
    "relational-database",
    {
      place,
      keys,
      network,
      cluster,
      size: size.relational,
      deletable: input.releaseData === true,
      backup: {
        window: windowInUtc(backup.at, country.timezone),
        retentionDays: Math.min(35, days(backup.retention)),
      },
      logDays: days(logs.retention),
    },
    inStack,
  );
  const backupRights = new BackupRights(
    "backup-rights",
    {
      place,
      cluster,
      bucketArn: backups.arn,
      keyArn: keys.arns.backups,
      namespace,
      serviceAccount: backupAccount,
    },
    inStack,
  );

  const clusterProvider = new KubernetesProvider(
    "cluster",
    {
      // Nothing comes onto the cluster before its images are in the registry.
      kubeconfig: all([cluster.kubeconfig, registry.filled]).apply(([kubeconfig]) => kubeconfig),
      ...providerSettings,
    },
    { parent: root, dependsOn: [...cluster.ready, ...backups.ready, ...backupRights.ready] },
  );
  const parts = new ClusterParts("cluster-parts", { parent: root, provider: clusterProvider });
  const settings = awsClusterSettings(aws, registry.address, keys.arns["machine-telemetry"]);
  ingressSettings(country, settings);
  const installed = clusterParts(input, {
    parent: parts,
    settings,
    operators,
    endpoints,
    relationalStore: {
      ranges: [aws.networkRange],
      declare: (context, ready) => {
        const login = new RelationalLogin(
          "relational-login",
          { namespace: context.namespace, region: aws.region, database },
          { parent: parts, dependsOn: ready },
        );
        return { resource: login, connection: login.connection };
      },
    },
    backup: {
      access: "role",
      region: aws.region,
      address: backups.bucketName.apply((name) => `https://${name}.s3.${aws.region}.amazonaws.com/`),
      serviceAccount: backupAccount,
    },
    flows: storeFlows(aws.networkRange),
    loadBalancer: loadBalancer(publicSubnets),
  });
  new EnvoyGateway(
    "envoy-gateway",
    {
      className: settings.gateway.className ?? "",
      registry: registry.address,
      zones: aws.zones,
      loadBalancer: loadBalancer(publicSubnets),
    },
    { parent: parts, dependsOn: [...installed] },
  );

  return {
    webAddress: `https://${aws.domain}`,
    mqttAddress: `mqtts://mqtt.${aws.domain}:${ports.broker.mqtts}`,
    namespace,
    notes: awsNotes(country, aws, publicSubnets),
  };
}

/** What the time-series store reaches for its backups. */
function storeFlows(networkRange: string): NetworkFlow[] {
  const from = { kind: "part", part: "time-series-store" } as const;
  return [
    {
      from,
      to: { kind: "addresses", ranges: [networkRange] },
      ports: [443],
      why: "writes backups to the bucket, by the endpoint of S3 in the network",
    },
    {
      from,
      to: { kind: "addresses", ranges: [podIdentityAgent.address] },
      ports: [podIdentityAgent.port],
      why: "asks its node's agent for the rights that the pod has",
    },
  ];
}

function checkRange({ networkRange, zones }: AwsSettings): void {
  const prefix = Number(networkRange.split("/")[1]);
  const { largest, smallest } = networkPrefix;
  if (networkRange.includes(":") || !(prefix >= largest && prefix <= smallest))
    throw new InputError(
      `hosting.aws.networkRange is ${networkRange}, which a VPC of ${zones.length} zones can't have.`,
      `Give an IPv4 range of /${largest} to /${smallest}, such as 10.60.0.0/16.`,
    );
}
