/**
 * The keys of AWS KMS, one for each class of data, so that a class can be closed, or made unreadable for good, by its key
 * alone. Every key stays in its region and rotates each year.
 *
 * Who may do what follows "Key policies in AWS KMS" (docs.aws.amazon.com/kms/latest/developerguide/key-policies.html):
 * administrators manage keys and read nothing with them; services of the region use them for the stack's account.
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
import type { DataClassName } from "../../localisation/schema/residency.ts";
import type { AwsLocation } from "./place.ts";
import { policyDocument, type Statement } from "./policy-document.ts";
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
  keys: {
    classes: ["keys"],
    description: "Secrets of the cluster",
    through: [],
    byRoles: true,
  },
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
  /** ARNs of who manages the keys; the account's own administrators where empty. */
  readonly administrators: readonly string[];
}

const use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

export class Keys extends ComponentResource {
  readonly arns: Readonly<Record<KeyName, Output<string>>>;
  /** Number of the account that the keys, and so all else, are in. */
  readonly account: Output<string>;
  /** What must be there before a key is used. */
  readonly ready: readonly Resource[];

  constructor(name: string, args: KeysArgs, options: ComponentResourceOptions) {
    super("rollout:aws:Keys", name, {}, options);
    const arns: Partial<Record<KeyName, Output<string>>> = {};
    const ready: Resource[] = [];
    for (const purpose of Object.keys(purposes) as KeyName[]) {
      const { classes, description } = purposes[purpose];
      const key = new Key(
        purpose,
        {
          description: `${args.place.name}: ${description}`,
          multiRegion: false,
          enableKeyRotation: true,
          deletionWindowInDays: 30,
          tags: tags(`${args.place.name}-${purpose}`, classes),
        },
        { parent: this },
      );
      new Alias(
        purpose,
        { name: `alias/${args.place.name}-${purpose}`, targetKeyId: key.keyId },
        { parent: this },
      );
      // Apart from the key, whose ARN tells the account.
      ready.push(
        new KeyPolicy(
          purpose,
          { keyId: key.keyId, policy: policyDocument(statements(purpose, args, accountOf(key.arn))) },
          { parent: this },
        ),
      );
      arns[purpose] = key.arn;
    }
    this.arns = arns as Record<KeyName, Output<string>>;
    this.account = accountOf(this.arns.keys);
    this.ready = ready;
    this.registerOutputs({ account: this.account });
  }
}

/** `arn:aws:kms:af-south-1:123456789012:key/…` */
const accountOf = (arn: Output<string>): Output<string> => arn.apply((text) => text.split(":")[4] ?? "");

function statements(
  name: KeyName,
  { place: { region }, administrators }: KeysArgs,
  account: Output<string>,
): Statement[] {
  const purpose: Purpose = purposes[name];
  const owner = interpolate`arn:aws:iam::${account}:root`;
  const found: Statement[] = [
    {
      Sid: "Manage",
      Effect: "Allow",
      Principal: { AWS: administrators.length > 0 ? administrators : owner },
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
    },
  ];
  if (purpose.through.length > 0) {
    // As the keys that AWS makes for its services: whoever of the account may use the service, through it alone.
    const condition = {
      StringEquals: {
        "kms:CallerAccount": account,
        "kms:ViaService": purpose.through.map((service) => `${service}.${region}.amazonaws.com`),
      },
    };
    found.push(
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
    );
  }
  if (purpose.byRoles)
    found.push(
      { Sid: "UseByRoles", Effect: "Allow", Principal: { AWS: owner }, Action: use, Resource: "*" },
      {
        Sid: "GrantByRoles",
        Effect: "Allow",
        Principal: { AWS: owner },
        // Without a condition on who gets it: EKS has the grant made by whoever makes the cluster.
        Action: ["kms:CreateGrant", "kms:ListGrants"],
        Resource: "*",
      },
    );
  if (name === "logs")
    found.push(
      {
        Sid: "WriteLogs",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: use,
        Resource: "*",
        Condition: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": interpolate`arn:aws:logs:${region}:${account}:log-group:*`,
          },
        },
      },
      {
        Sid: "WriteTrail",
        Effect: "Allow",
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: ["kms:GenerateDataKey*", "kms:DescribeKey"],
        Resource: "*",
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
        },
      },
    );
  return found;
}
