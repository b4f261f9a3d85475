/**
 * The program of the target `aws`: it takes a country and declares its network, keys, cluster and stores in the file's region,
 * and on the cluster the same parts as on every target. The region comes from the file alone: every resource uses one provider.
 */

import { Provider as AwsProvider } from "@pulumi/aws/provider.js";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider.js";
import { all, type Resource } from "@pulumi/pulumi";
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
import { type StackSize, sizeStack } from "../../components/sizing.ts";
import { StackRoot } from "../../components/stack-root.ts";
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

/** What every step below starts from. */
interface Basis {
  readonly input: StackInput;
  readonly aws: AwsSettings;
  readonly place: AwsLocation;
  readonly size: StackSize;
  readonly root: StackRoot;
  readonly endpoints: ReturnType<typeof allowedEndpoints>;
  /** Whether people and machines connect from the internet. */
  readonly publicSubnets: boolean;
}

/** @throws InputError */
export function awsStack(input: StackInput): StackOutputs {
  const { aws } = input.country.hosting;
  if (aws === undefined)
    throw new InputError(
      "The file describes no stack on AWS.",
      `Add hosting.aws with at least its domain; ${kitPath("docs/localisation.md")} lists the fields.`,
    );
  checkRange(aws);
  const basis = basisOf(input, aws);
  const keys = createKeys(basis);
  const network = createNetwork(basis, keys);
  const registry = createRegistry(basis, keys);
  const buckets = createBuckets(basis, keys);
  createAuditTrail(basis, keys, buckets);
  const cluster = createCluster(basis, keys, network);
  const database = createDatabase(basis, keys, network, cluster);
  const backupRights = createBackupRights(basis, keys, cluster, buckets.backups);
  const before = [...cluster.ready, ...buckets.backups.ready, ...backupRights.ready];
  const provider = createClusterProvider(basis, cluster, registry, before);
  createParts(basis, provider, { keys, registry, database, backups: buckets.backups });
  return {
    webAddress: `https://${aws.domain}`,
    mqttAddress: `mqtts://mqtt.${aws.domain}:${ports.broker.mqtts}`,
    namespace: ownClusterNamespace,
    notes: awsNotes(input.country, aws, basis.publicSubnets),
  };
}

function basisOf(input: StackInput, aws: AwsSettings): Basis {
  const { country, environment } = input;
  const provider = new AwsProvider("aws", {
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
  const code = country.country.toLowerCase();
  return {
    input,
    aws,
    place: {
      name: `rollout-${code}${environment === undefined ? "" : `-${environment}`}`,
      region: aws.region,
      zones: aws.zones,
    },
    size: sizeStack(country, aws.zones.length),
    root: new StackRoot(code, { providers: [provider] }),
    // Backups go to a bucket of the stack's own, by an endpoint in its network.
    endpoints: allowedEndpoints(country).filter(({ parts }) => !parts.includes("time-series-store")),
    publicSubnets: country.residency.profile !== "strict",
  };
}

function createKeys({ place, aws, root }: Basis): Keys {
  return new Keys("keys", { place, administrators: aws.administrators }, { parent: root });
}

function createNetwork({ input, aws, place, root, endpoints, publicSubnets }: Basis, keys: Keys): AwsNetwork {
  return new AwsNetwork(
    "aws-network",
    {
      place,
      keys,
      range: aws.networkRange,
      publicSubnets,
      wayOut: publicSubnets && (endpoints.length > 0 || aws.tls.issuer === "acme"),
      flowLogDays: auditDays(input),
    },
    { parent: root },
  );
}

const auditDays = ({ country }: StackInput): number => periodDays(country.hosting.logs.auditRetention);

function createRegistry({ input, place, root }: Basis, keys: Keys): AwsRegistry {
  return new AwsRegistry(
    "registry",
    {
      place,
      keys,
      contents: registryContents(operators, input.version),
      asks: input.asksProviders === true,
    },
    { parent: root },
  );
}

interface Buckets {
  readonly backups: PrivateBucket;
  /** Absent where the team names a bucket of its own for the state. */
  readonly state?: PrivateBucket;
}

function createBuckets({ input, place, root }: Basis, keys: Keys): Buckets {
  const { backup, state } = input.country.hosting;
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
  return {
    backups: bucket("backups", periodDays(backup.retention) + backupChainDays),
    ...(state.url === undefined && { state: bucket("state") }),
  };
}

function createAuditTrail({ input, place, root }: Basis, keys: Keys, buckets: Buckets): void {
  new AuditTrail(
    "audit",
    {
      place,
      keys,
      retentionDays: auditDays(input),
      deletable: input.releaseData === true,
      buckets: Object.values<PrivateBucket>({ ...buckets }).map(({ arn }) => arn),
    },
    { parent: root },
  );
}

function createCluster(
  { input, aws, place, size, root }: Basis,
  keys: Keys,
  network: AwsNetwork,
): AwsCluster {
  return new AwsCluster(
    "aws-cluster",
    {
      place,
      keys,
      network,
      nodes: nodePool(size, aws.zones.length, aws.instanceTypes),
      accessFrom: aws.clusterAccessFrom,
      administrators: aws.administrators,
      auditLogDays: auditDays(input),
    },
    { parent: root },
  );
}

function createDatabase(
  { input, place, size, root }: Basis,
  keys: Keys,
  network: AwsNetwork,
  cluster: AwsCluster,
): RelationalDatabase {
  const { timezone, hosting } = input.country;
  return new RelationalDatabase(
    "relational",
    {
      place,
      keys,
      network,
      cluster,
      size: size.relational,
      deletable: input.releaseData === true,
      backup: {
        window: windowInUtc(hosting.backup.at, timezone),
        retentionDays: Math.min(35, periodDays(hosting.backup.retention)),
      },
      logDays: periodDays(hosting.logs.retention),
    },
    { parent: root },
  );
}

function createBackupRights(
  { place, root }: Basis,
  keys: Keys,
  cluster: AwsCluster,
  { arn }: PrivateBucket,
): BackupRights {
  return new BackupRights(
    "backup-rights",
    {
      place,
      cluster,
      bucketArn: arn,
      keyArn: keys.arns.backups,
      namespace: ownClusterNamespace,
      serviceAccount: backupAccount,
    },
    { parent: root },
  );
}

function createClusterProvider(
  { root }: Basis,
  cluster: AwsCluster,
  registry: AwsRegistry,
  before: Resource[],
): KubernetesProvider {
  return new KubernetesProvider(
    "cluster",
    {
      // Nothing is made on the cluster before its images are in the registry.
      kubeconfig: all([cluster.kubeconfig, registry.filled]).apply(([kubeconfig]) => kubeconfig),
      ...providerSettings,
    },
    { parent: root, dependsOn: before },
  );
}

interface PartsNeeds {
  readonly keys: Keys;
  readonly registry: AwsRegistry;
  readonly database: RelationalDatabase;
  readonly backups: PrivateBucket;
}

function createParts(
  { input, aws, root, endpoints, publicSubnets }: Basis,
  provider: KubernetesProvider,
  { keys, registry, database, backups }: PartsNeeds,
): void {
  const parent = new ClusterParts("cluster-parts", { parent: root, provider });
  const settings = awsClusterSettings(aws, registry.address, keys.arns["machine-telemetry"]);
  checkIngress(input.country, settings);
  const installed = clusterParts(input, {
    parent,
    settings,
    operators,
    endpoints,
    relationalStore: {
      ranges: [aws.networkRange],
      declare: ({ namespace }, ready) => {
        const login = new RelationalLogin(
          "relational-login",
          { namespace, region: aws.region, database },
          { parent, dependsOn: ready },
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
    { parent, dependsOn: [...installed] },
  );
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

function checkRange({ networkRange, zones }: AwsSettings): void {
  const prefix = Number(networkRange.split("/")[1]);
  const { largest, smallest } = networkPrefix;
  if (networkRange.includes(":") || !(prefix >= largest && prefix <= smallest))
    throw new InputError(
      `hosting.aws.networkRange is ${networkRange}, which a VPC of ${zones.length} zones can't have.`,
      `Give an IPv4 range of /${largest} to /${smallest}, such as 10.60.0.0/16.`,
    );
}
