/** What roles and groups of AWS may do ends at the stack's own resources. */
import { bucketNamed } from "../../engine/buckets.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { type Statement, statementsOf } from "../../resources/policy-documents.ts";
import type { ResourceSet } from "../../resources/resource-set.ts";
import { textsOf } from "../../resources/texts.ts";

/** Policies of AWS that allow one of the things below. */
const tooMuch =
  /^arn:aws[a-z-]*:iam::aws:policy\/([a-z-]+\/)?(AdministratorAccess|PowerUserAccess|SystemAdministrator|DatabaseAdministrator|DataScientist|SupportUser|\w*FullAccess)(_\w+)?$/;
/** Actions on resources of any account by which data, keys or rights get out, with what they allow. */
const reachingOut: readonly (readonly [actions: readonly string[], allows: string])[] = [
  [["kms:Decrypt", "kms:CreateGrant", "kms:PutKeyPolicy"], "use, or give away, every key"],
  [
    [
      "iam:PutRolePolicy",
      "iam:AttachRolePolicy",
      "iam:PassRole",
      "iam:CreatePolicyVersion",
      "iam:CreateAccessKey",
      "iam:UpdateAssumeRolePolicy",
    ],
    "give itself any right",
  ],
  [
    [
      "ec2:ModifySnapshotAttribute",
      "ec2:ModifyImageAttribute",
      "rds:ModifyDBSnapshotAttribute",
      "rds:ModifyDBClusterSnapshotAttribute",
    ],
    "share snapshots with any account",
  ],
  [
    ["ec2:CopySnapshot", "rds:CopyDBSnapshot", "backup:StartCopyJob", "rds:StartExportTask"],
    "copy snapshots anywhere",
  ],
  [
    [
      "sqs:SendMessage",
      "sns:Publish",
      "kinesis:PutRecord",
      "kinesis:PutRecords",
      "firehose:PutRecord",
      "events:PutEvents",
      "lambda:InvokeFunction",
    ],
    "send to queues, topics and functions of any account",
  ],
  [["secretsmanager:GetSecretValue", "ssm:GetParameter"], "read every secret"],
];
/** A condition by which a statement ends at resources of named accounts. */
const withinAccount = /^aws:(ResourceAccount|ResourceOrgID)$/i;

export const identityRights: ResourcePolicy = {
  id: "identity-rights",
  area: "security",
  scope: "resource",
  title:
    "No role may do everything, reach outside the stack, give itself rights or take on roles of any account.",
  risk: "A program with such rights, or whoever takes it over, copies the data to a bucket or an account abroad.",
  types: [
    "aws:iam/policy:Policy",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys", "backups"],
  controls: { iso27001: ["A.5.15", "A.8.2", "A.8.12"], nist80053: ["AC-6", "AC-3", "SC-7(10)"] },
  remediation: "Name the actions that are needed and the stack's own resources.",
  check: (subject, { resources }) => [
    ...statementsOf(subject).flatMap((statement) => violationOf(statement, resources) ?? []),
    ...textsOf(subject).flatMap(({ value, path }): Violation | [] =>
      tooMuch.test(value)
        ? {
            path,
            value,
            message: `${value} gives far more than the stack needs, also on what is not the stack's.`,
            remediation: "Attach a policy with the actions that are needed and the stack's own resources.",
          }
        : [],
    ),
  ],
  examples: {
    passing: [
      {
        pulumi: `
backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }
write:
  type: aws:iam/rolePolicy:RolePolicy
  properties:
    policy:
      fn::toJSON:
        Statement: [{ Effect: Allow, Action: [s3:PutObject, s3:GetObject], Resource: "arn:aws:s3:::backups/*" }]`,
      },
    ],
    failing: [
      {
        pulumi: `
keys:
  type: aws:iam/rolePolicy:RolePolicy
  properties: { policy: { fn::toJSON: { Statement: { Effect: Allow, Action: "kms:*", Resource: "*" } } } }`,
        findings: `RolePolicy/keys policy: It may use, or give away, every key (kms:Decrypt on *). Name the stack's own resources.`,
      },
      {
        pulumi: `
all:
  type: aws:iam/policy:Policy
  properties: { policy: { fn::toJSON: { Statement: { Effect: Allow, Action: "*", Resource: "*" } } } }`,
        findings: `Policy/all policy: It may do everything, also outside the stack. Name the actions that are needed and the stack's own resources.`,
      },
      {
        pulumi: `
export:
  type: aws:iam/rolePolicy:RolePolicy
  properties:
    policy:
      fn::toJSON:
        Statement: { Effect: Allow, Action: "s3:Put*", Resource: "arn:aws:s3:::copies-in-dublin/*" }`,
        findings: `RolePolicy/export policy: It may write to arn:aws:s3:::copies-in-dublin/*, which is no bucket of the plan. Name the stack's own buckets.`,
      },
      {
        pulumi: `
jump:
  type: aws:iam/rolePolicy:RolePolicy
  properties:
    policy: { fn::toJSON: { Statement: { Effect: Allow, Action: "sts:AssumeRole", Resource: "*" } } }`,
        findings: `RolePolicy/jump policy: It may take on roles of any account (*). Name the stack's own roles.`,
      },
      {
        pulumi: `
admin:
  type: aws:iam/rolePolicyAttachment:RolePolicyAttachment
  properties: { role: deploy, policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }`,
        findings: `RolePolicyAttachment/admin policyArn: arn:aws:iam::aws:policy/AdministratorAccess gives far more than the stack needs, also on what is not the stack's. Attach a policy with the actions that are needed and the stack's own resources.`,
      },
    ],
  },
};

function violationOf(statement: Statement, plan: ResourceSet): Violation | undefined {
  const { path, allows, principals, actions, resources, conditions } = statement;
  // A trust or a policy of a resource names who; that is another policy's question.
  if (!allows || principals !== undefined) return undefined;
  if (conditions.some(({ key }) => withinAccount.test(key))) return undefined;
  if (actions.includes("*") && resources.includes("*"))
    return {
      path,
      value: "*",
      message: "It may do everything, also outside the stack.",
      remediation: "Name the actions that are needed and the stack's own resources.",
    };
  const bucket = resources.find((resource) => isOtherBucket(resource, plan));
  if (
    bucket !== undefined &&
    allowsAny(actions, ["s3:PutObject", "s3:ReplicateObject", "s3:PutBucketPolicy"])
  )
    return {
      path,
      value: bucket,
      message:
        bucket === "*"
          ? "It may write to every bucket in the world (*)."
          : `It may write to ${bucket}, which is no bucket of the plan.`,
      remediation: "Name the stack's own buckets.",
    };
  const role = resources.find((resource) => /^(\*$|arn:aws[a-z-]*:iam::\*?:)/.test(resource));
  if (role !== undefined && allowsAny(actions, ["sts:AssumeRole"]))
    return {
      path,
      value: role,
      message: `It may take on roles of any account (${role}).`,
      remediation: "Name the stack's own roles.",
    };
  if (
    !resources.some(
      (resource) =>
        /^(\*|arn:aws[a-z-]*:[a-z0-9-]+:[^:]*:\*?:.*\*)$/.test(resource) && !resource.includes(":s3:::"),
    )
  )
    return undefined;
  const reach = reachingOut.find(([wanted]) => allowsAny(actions, wanted));
  if (reach !== undefined)
    return {
      path,
      value: reach[0].find((action) => allowsAny(actions, [action])) ?? "",
      message: `It may ${reach[1]} (${reach[0].find((action) => allowsAny(actions, [action]))} on *).`,
      remediation: "Name the stack's own resources.",
    };
  return undefined;
}

const isOtherBucket = (resource: string, plan: ResourceSet): boolean =>
  resource === "*" || (/^arn:aws[a-z-]*:s3:::/.test(resource) && bucketNamed(plan, resource) === undefined);

/** Actions of IAM have wildcards, and case does not matter in them. */
const allowsAny = (patterns: readonly string[], wanted: readonly string[]): boolean =>
  patterns.some((pattern) => {
    const parts = pattern
      .split("*")
      .map((part) => part.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("?", "."));
    const matching = new RegExp(`^${parts.join(".*")}$`, "i");
    return wanted.some((action) => matching.test(action));
  });
