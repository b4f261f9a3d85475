/** A stack on AWS as a careful team would write it: nothing in it is against a policy. The mutation test breaks it. */
import { resource } from "../../policies/engine/example.ts";
import type { JsonObject, Resource } from "../../policies/resources/resource.ts";
import { aws } from "./aws-resource.ts";

const account = "123456789012";
const region = "af-south-1";
const arn = (service: string, name: string) => `arn:aws:${service}:${region}:${account}:${name}`;
const key = (name: string) => arn("kms", `key/${name}`);
const classes = (names: string) => ({ "rollout/data-classes": names });

function bucket(name: string, names: string): Resource[] {
  return [
    aws("s3/bucket:Bucket", name, { bucket: name, tags: classes(names) }),
    aws("s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name, {
      bucket: name,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    }),
    aws("s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", name, {
      bucket: name,
      rules: [
        { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key("backups") } },
      ],
    }),
    aws("s3/bucketPolicy:BucketPolicy", name, {
      bucket: name,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      }),
    }),
  ];
}

const role = (name: string, principal: JsonObject) =>
  aws("iam/role:Role", name, {
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
    }),
  });

export const awsStack: readonly Resource[] = [
  resource("pulumi:providers:aws", "aws", { region, allowedAccountIds: [account] }),
  aws("kms/key:Key", "identity", { enableKeyRotation: true, deletionWindowInDays: 30, multiRegion: false }),
  aws("kms/key:Key", "backups", { enableKeyRotation: true }),
  aws("kms/alias:Alias", "identity", { name: "alias/identity", targetKeyId: "identity" }),
  aws("ec2/vpc:Vpc", "sme", { cidrBlock: "10.60.0.0/16" }),
  ...["a", "b", "c"].map((letter, index) =>
    aws("ec2/subnet:Subnet", `private-${letter}`, {
      availabilityZone: `${region}${letter}`,
      cidrBlock: `10.60.${index}.0/24`,
    }),
  ),
  aws("ec2/vpcEndpoint:VpcEndpoint", "s3", { serviceName: `com.amazonaws.${region}.s3` }),
  aws("ec2/securityGroup:SecurityGroup", "nodes", {
    ingress: [{ protocol: "tcp", fromPort: 0, toPort: 65535, cidrBlocks: ["10.60.0.0/16"] }],
    egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["10.60.0.0/16"] }],
  }),
  aws("ec2/securityGroup:SecurityGroup", "door", {
    ingress: [
      { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] },
      { protocol: "tcp", fromPort: 8883, toPort: 8883, cidrBlocks: ["0.0.0.0/0"] },
    ],
  }),
  aws("ec2/flowLog:FlowLog", "network", {
    logDestination: arn("logs", "log-group:flow"),
    trafficType: "ALL",
  }),
  aws("cloudwatch/logGroup:LogGroup", "flow", {
    retentionInDays: 731,
    kmsKeyId: key("logs"),
    tags: classes("logs"),
  }),
  aws("cloudwatch/logGroup:LogGroup", "application", {
    retentionInDays: 90,
    kmsKeyId: key("logs"),
    tags: classes("logs"),
  }),
  role("nodes", { Service: "ec2.amazonaws.com" }),
  role("operators", { AWS: `arn:aws:iam::${account}:role/administrators` }),
  aws("eks/cluster:Cluster", "sme", {
    vpcConfig: { endpointPublicAccess: false, endpointPrivateAccess: true },
    encryptionConfig: { resources: ["secrets"], provider: { keyArn: key("identity") } },
    enabledClusterLogTypes: ["api", "audit", "authenticator"],
  }),
  aws("ec2/launchTemplate:LaunchTemplate", "nodes", {
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true", kmsKeyId: key("identity") } }],
  }),
  aws("eks/nodeGroup:NodeGroup", "general", { clusterName: "sme", instanceTypes: ["m7g.xlarge"] }),
  aws("rds/instance:Instance", "accounts", {
    engine: "postgres",
    storageEncrypted: true,
    kmsKeyId: key("identity"),
    publiclyAccessible: false,
    multiAz: true,
    backupRetentionPeriod: 35,
    deletionProtection: true,
    skipFinalSnapshot: false,
    manageMasterUserPassword: true,
    tags: classes("identity diagnosticAnswers"),
  }),
  aws("rds/parameterGroup:ParameterGroup", "accounts", {
    family: "postgres18",
    parameters: [{ name: "rds.force_ssl", value: "1" }],
  }),
  aws("ebs/volume:Volume", "readings", {
    availabilityZone: `${region}a`,
    encrypted: true,
    kmsKeyId: key("telemetry"),
    tags: classes("machineTelemetry"),
  }),
  aws("secretsmanager/secret:Secret", "mail", { kmsKeyId: key("identity"), tags: classes("keys") }),
  aws("ecr/repository:Repository", "app", { imageTagMutability: "IMMUTABLE" }),
  ...bucket("backups", "backups"),
  ...bucket("audit", "logs"),
  aws("s3/bucketLogging:BucketLogging", "backups", { bucket: "backups", targetBucket: "audit" }),
  aws("cloudtrail/trail:Trail", "audit", {
    s3BucketName: "audit",
    kmsKeyId: key("logs"),
    isMultiRegionTrail: true,
    includeGlobalServiceEvents: true,
    enableLogFileValidation: true,
  }),
  aws("backup/vault:Vault", "nightly", { kmsKeyArn: key("backups"), tags: classes("backups") }),
  aws("backup/plan:Plan", "nightly", {
    rules: [{ ruleName: "nightly", targetVaultName: "nightly", lifecycle: { deleteAfter: 35 } }],
  }),
  aws("lb/loadBalancer:LoadBalancer", "pages", { loadBalancerType: "network", internal: false }),
  aws("lb/listener:Listener", "pages", {
    port: 443,
    protocol: "TLS",
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    certificateArn: arn("acm", "certificate/1a2b"),
    defaultActions: [{ type: "forward" }],
  }),
  aws("sns/topic:Topic", "alarms", { kmsMasterKeyId: key("logs") }),
  aws("sqs/queue:Queue", "alarms", { kmsMasterKeyId: key("logs"), tags: classes("logs") }),
  aws("sns/topicSubscription:TopicSubscription", "alarms", {
    protocol: "sqs",
    endpoint: arn("sqs", "alarms"),
  }),
];
