/**
 * The keys of AWS KMS, one for each class of data, so that a class can be closed, or made unreadable for ever, by its key
 * alone. Every key stays in its region and rotates each year.
 *
 * Who may do what follows "Key policies in AWS KMS" (docs.aws.amazon.com/kms/latest/developerguide/key-policies.html):
 * administrators manage keys but can't decrypt with them; services of the region use them for the stack's account.
 */

import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { KeyPolicy } from "@pulumi/aws/kms/keyPolicy.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import { awsPartitionOf, awsRegionalService } from "../../localisation/aws-partitions.ts";
import type { DataClassName } from "../../localisation/schema/residency.ts";
import type { AwsLocation } from "./place.ts";
import { policyDocument, type Statement, type Strings } from "./policy-document.ts";
import { tags } from "./tags.ts";

interface Purpose {
  readonly classes: readonly DataClassName[];
  readonly description: string;
  /** Services of AWS that use the key for the stack. */
  readonly through: readonly string[];
  /** Whether roles use the key themselves, as their own policies say. */
  readonly byRoles?: true;
}

const purposes = {
  identity: {
    classes: ["identity", "diagnosticAnswers"],
    description: "Accounts and answers in the relational store",
    through: ["rds"],
  },
  "machine-telemetry": {
    classes: ["machineTelemetry", "aggregates"],
    description: "Disks of nodes, broker and time-series store",
    through: ["ec2"],
  },
  logs: { classes: ["logs"], description: "Logs and the audit trail", through: ["s3"] },
  backups: { classes: ["backups"], description: "Backups", through: ["s3"] },
  keys: { classes: ["keys"], description: "Secrets of the cluster", through: [], byRoles: true },
  state: {
    classes: ["state"],
    description: "Pulumi's state and the images",
    through: ["s3", "ecr"],
    byRoles: true,
  },
} as const satisfies Record<string, Purpose>;

export type KeyName = keyof typeof purposes;

export interface KeysArgs {
  readonly place: AwsLocation;
  /** ARNs of roles and users that manage the keys; the account's own administrators where empty. */
  readonly administrators: readonly string[];
}

const use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

export class Keys extends ComponentResource {
  readonly arns: Readonly<Record<KeyName, Output<string>>>;
  /** Number of the account that holds the keys, and so everything else. */
  readonly account: Output<string>;
  /** These must exist before a key is used. */
  readonly ready: readonly Resource[];

  constructor(name: string, args: KeysArgs, options: ComponentResourceOptions) {
    super("rollout:aws:Keys", name, {}, options);
    const inside = { parent: this };
    const ready: Resource[] = [];
    this.arns = {
      identity: createKey("identity"),
      "machine-telemetry": createKey("machine-telemetry"),
      logs: createKey("logs"),
      backups: createKey("backups"),
      keys: createKey("keys"),
      state: createKey("state"),
    };
    this.account = accountOf(this.arns.keys);
    this.ready = ready;
    this.registerOutputs({ account: this.account });

    function createKey(purpose: KeyName): Output<string> {
      const keyName = `${name}-${purpose}`;
      const { classes, description } = purposes[purpose];
      const title = `${args.place.name}-${purpose}`;
      const key = new Key(
        keyName,
        {
          description: `${args.place.name}: ${description}`,
          multiRegion: false,
          enableKeyRotation: true,
          deletionWindowInDays: 30,
          tags: tags(title, classes),
        },
        inside,
      );
      new Alias(keyName, { name: `alias/${title}`, targetKeyId: key.keyId }, inside);
      // Separate from the key, because the account is read from the key's ARN.
      const policy = new KeyPolicy(
        keyName,
        { keyId: key.keyId, policy: policyDocument(statements(purpose, args, accountOf(key.arn))) },
        inside,
      );
      ready.push(policy);
      return key.arn;
    }
  }
}

/** `arn:aws:kms:af-south-1:123456789012:key/…` */
const accountOf = (arn: Output<string>): Output<string> => arn.apply((text) => text.split(":")[4] ?? "");

function statements(
  name: KeyName,
  { place: { region }, administrators }: KeysArgs,
  account: Output<string>,
): Statement[] {
  const { through, byRoles }: Purpose = purposes[name];
  const owner = interpolate`arn:${awsPartitionOf(region).id}:iam::${account}:root`;
  return [
    manageStatement(administrators.length > 0 ? administrators : owner),
    ...(through.length > 0 ? serviceStatements(through, region, account) : []),
    ...(byRoles ? roleStatements(owner) : []),
    ...(name === "logs" ? logStatements(region, account) : []),
  ];
}

const manageStatement = (managers: Strings): Statement => ({
  Sid: "Manage",
  Effect: "Allow",
  Principal: { AWS: managers },
  Action: [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
  ],
  Resource: "*",
});

/** Like the keys that AWS makes for its services: everyone in the account who may use the service, through it alone. */
function serviceStatements(
  services: readonly string[],
  region: string,
  account: Output<string>,
): Statement[] {
  const condition = {
    StringEquals: {
      "kms:CallerAccount": account,
      "kms:ViaService": services.map((service) => awsRegionalService(region, service)),
    },
  };
  return [
    {
      Sid: "UseThroughService",
      Effect: "Allow",
      Principal: "*",
      Action: use,
      Resource: "*",
      Condition: condition,
    },
    {
      Sid: "GrantThroughService",
      Effect: "Allow",
      Principal: "*",
      Action: "kms:CreateGrant",
      Resource: "*",
      Condition: { ...condition, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

const roleStatements = (owner: Output<string>): Statement[] => [
  { Sid: "UseByRoles", Effect: "Allow", Principal: { AWS: owner }, Action: use, Resource: "*" },
  {
    Sid: "GrantByRoles",
    Effect: "Allow",
    Principal: { AWS: owner },
    // No condition on who receives the grant: EKS has it made by whoever creates the cluster.
    Action: ["kms:CreateGrant", "kms:ListGrants"],
    Resource: "*",
  },
];

const logStatements = (region: string, account: Output<string>): Statement[] => [
  {
    Sid: "WriteLogs",
    Effect: "Allow",
    Principal: { Service: awsRegionalService(region, "logs") },
    Action: use,
    Resource: "*",
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": interpolate`arn:${awsPartitionOf(region).id}:logs:${region}:${account}:log-group:*`,
      },
    },
  },
  {
    Sid: "WriteTrail",
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: ["kms:GenerateDataKey*", "kms:DescribeKey"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  },
];
