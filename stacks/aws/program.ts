/**
 * The program of the target `aws`: it takes a country and declares its network, keys, cluster and stores in the file's region,
 * and on the cluster the same parts as on every target. The region comes from the file alone: every resource uses one provider.
 */

import { Provider as AwsProvider } from "@pulumi/aws/provider.js";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import { all } from "@pulumi/pulumi";
import { InputError } from "../../base/kit-error.ts";
import { kitPath } from "../../base/package-root.ts";
import { periodDays } from "../../base/period.ts";
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
import { windowInUtc } from "../../components/schedule.ts";
import { sizeStack } from "../../components/sizing.ts";
import { StackRoot } from "../../components/stack-root.ts";
import { awsPartitionOf } from "../../localisation/aws-partitions.ts";
import { allowedEndpoints } from "../kubernetes/endpoints.ts";
import { checkIngress } from "../kubernetes/ingress-settings.ts";
import { clusterParts } from "../kubernetes/parts.ts";
import { providerSettings } from "../kubernetes/provider-settings.ts";
import { ownClusterNamespace, type StackInput, type StackOutputs } from "../kubernetes/stack.ts";
import { type AwsSettings, awsClusterSettings } from "./cluster-settings.ts";
import { loadBalancer } from "./load-balancer.ts";
import { awsNotes } from "./notes.ts";
import { registryContents } from "./repositories.ts";

/** Service account of the time-series store's pods, by which they get rights in AWS. */
const backupAccount = "time-series-store";

/** A day's backup needs the full one of its week, which may be this many days older. */
const backupChainDays = 7;

/** How long a bucket keeps what was replaced or deleted, in days. */
const oldVersionDays = 30;

const operators: readonly OperatorName[] = ["certManager", "envoyGateway"];

/** @throws InputError */
export function awsStack(input: StackInput): StackOutputs {
  const { country, environment } = input;
  const { timezone, hosting } = country;
  const aws = awsSettings(input);
  const code = country.country.toLowerCase();
  const place: AwsLocation = {
    name: `rollout-${code}${environment === undefined ? "" : `-${environment}`}`,
    region: aws.region,
    zones: aws.zones,
  };
  const size = sizeStack(country, aws.zones.length);
  // Backups go to a bucket of the stack's own, by an endpoint in its network.
  const endpoints = allowedEndpoints(country).filter(({ parts }) => !parts.includes("time-series-store"));
  /** Whether people and machines connect from the internet. */
  const publicSubnets = country.residency.profile !== "strict";
  const auditDays = periodDays(hosting.logs.auditRetention);
  const deletable = input.releaseData === true;

  const root = new StackRoot(code, { providers: [createProvider()] });
  const inside = { parent: root };
  const keys = new Keys("keys", { place, administrators: aws.administrators }, inside);
  const network = createNetwork();
  const registry = createRegistry();
  const backups = createBucket("backups", periodDays(hosting.backup.retention) + backupChainDays);
  // The team may name a bucket of its own for the state.
  const buckets = hosting.state.url === undefined ? [backups, createBucket("state")] : [backups];
  createAuditTrail();
  const cluster = createCluster();
  const database = createDatabase();
  const backupRights = createBackupRights();
  createParts(createClusterProvider());
  return {
    webAddress: `https://${aws.domain}`,
    mqttAddress: `mqtts://mqtt.${aws.domain}:${ports.broker.mqtts}`,
    namespace: ownClusterNamespace,
    notes: awsNotes(country, aws, publicSubnets),
  };

  function createProvider(): AwsProvider {
    return new AwsProvider("aws", {
      region: aws.region,
      ...(aws.account !== undefined && { allowedAccountIds: [aws.account] }),
      defaultTags: {
        tags: {
          "rollout/country": country.country,
          ...(environment !== undefined && { "rollout/environment": environment }),
          "rollout/managed-by": "rollout",
        },
      },
    });
  }

  function createNetwork(): AwsNetwork {
    return new AwsNetwork(
      "aws-network",
      {
        place,
        keys,
        range: aws.networkRange,
        publicSubnets,
        wayOut: publicSubnets && (endpoints.length > 0 || aws.tls.issuer === "acme"),
        flowLogDays: auditDays,
      },
      inside,
    );
  }

  function createRegistry(): AwsRegistry {
    return new AwsRegistry(
      "registry",
      {
        place,
        keys,
        contents: registryContents(operators, input.version),
        asks: input.asksProviders === true,
      },
      inside,
    );
  }

  function createBucket(purpose: "backups" | "state", objectDays?: number): PrivateBucket {
    return new PrivateBucket(
      purpose,
      {
        place,
        purpose,
        account: keys.account,
        keyArn: keys.arns[purpose],
        classes: [purpose],
        ...(objectDays !== undefined && { objectDays }),
        oldVersionDays,
        deletableWithContent: deletable,
        statements: () => [],
      },
      { ...inside, dependsOn: [...keys.ready] },
    );
  }

  function createAuditTrail(): void {
    new AuditTrail(
      "audit",
      { place, keys, retentionDays: auditDays, deletable, buckets: buckets.map(({ arn }) => arn) },
      inside,
    );
  }

  function createCluster(): AwsCluster {
    return new AwsCluster(
      "aws-cluster",
      {
        place,
        keys,
        network,
        nodes: nodePool(size, aws.zones.length, aws.instanceTypes),
        accessFrom: aws.clusterAccessFrom,
        administrators: aws.administrators,
        auditLogDays: auditDays,
      },
      inside,
    );
  }

  function createDatabase(): RelationalDatabase {
    return new RelationalDatabase(
      "relational",
      {
        place,
        keys,
        network,
        cluster,
        size: size.relational,
        deletable,
        backup: {
          window: windowInUtc(hosting.backup.at, timezone),
          retentionDays: Math.min(35, periodDays(hosting.backup.retention)),
        },
        logDays: periodDays(hosting.logs.retention),
      },
      inside,
    );
  }

  function createBackupRights(): BackupRights {
    return new BackupRights(
      "backup-rights",
      {
        place,
        cluster,
        bucketArn: backups.arn,
        keyArn: keys.arns.backups,
        namespace: ownClusterNamespace,
        serviceAccount: backupAccount,
      },
      inside,
    );
  }

  function createClusterProvider(): KubernetesProvider {
    const dependsOn = [...cluster.ready, ...backups.ready, ...backupRights.ready];
    return new KubernetesProvider(
      "cluster",
      {
        // Nothing is made on the cluster before its images are in the registry.
        kubeconfig: all([cluster.kubeconfig, registry.filled]).apply(([kubeconfig]) => kubeconfig),
        ...providerSettings,
      },
      { ...inside, dependsOn },
    );
  }

  function createParts(provider: KubernetesProvider): void {
    const parent = new ClusterParts("cluster-parts", { parent: root, provider });
    const settings = awsClusterSettings(aws, registry.address, keys.arns["machine-telemetry"]);
    checkIngress(country, settings);
    const installed = clusterParts(input, {
      kind: "aws",
      parent,
      settings,
      operators,
      endpoints,
      relationalStore: {
        ranges: [aws.networkRange],
        declare: ({ namespace }, dependsOn) => {
          const login = new RelationalLogin(
            "relational-login",
            { namespace, region: aws.region, database },
            { parent, dependsOn },
          );
          return { resource: login, connection: login.connection };
        },
      },
      backup: {
        access: "role",
        // The bucket is the stack's own.
        folder: "/",
        region: aws.region,
        address: backups.bucketName.apply(
          (name) => `https://${name}.s3.${aws.region}.${awsPartitionOf(aws.region).suffix}/`,
        ),
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
      { parent, dependsOn: [...installed] },
    );
  }
}

/** Where the time-series store connects to for its backups. */
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

function awsSettings({ country }: StackInput): AwsSettings {
  const { aws } = country.hosting;
  if (aws === undefined)
    throw new InputError(
      "The file describes no stack on AWS.",
      `Add hosting.aws with at least its domain; ${kitPath("docs/localisation.md")} lists the fields.`,
    );
  const { networkRange, zones } = aws;
  const prefix = Number(networkRange.split("/")[1]);
  const { largest, smallest } = networkPrefix;
  if (networkRange.includes(":") || !(prefix >= largest && prefix <= smallest))
    throw new InputError(
      `hosting.aws.networkRange is ${networkRange}, which a VPC of ${zones.length} zones can't have.`,
      `Give an IPv4 range of /${largest} to /${smallest}, such as 10.60.0.0/16.`,
    );
  return aws;
}
