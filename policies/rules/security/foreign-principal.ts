/** No resource policy, trust or share gives access to anyone outside the account. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { documentAt, itemsAt, textAt, textsAt } from "../../resources/properties.ts";
import { isObject, type Json, type JsonObject, type Resource } from "../../resources/resource.ts";

/** Properties that hold a policy document. */
const documents = [
  "policy",
  "assumeRolePolicy",
  "policyDocument",
  "resourcePolicy",
  "repositoryPolicy",
  "accessPolicies",
];
/** Conditions that limit a statement to the account or organisation. */
const narrowing =
  /aws:(SourceAccount|PrincipalAccount|PrincipalOrgID|SourceArn|SourceOwner|SourceVpce|SourceVpc)|kms:CallerAccount/i;

export const foreignPrincipal: ResourcePolicy = {
  id: "foreign-principal",
  area: "security",
  scope: "resource",
  title: "No other account and no anonymous caller has access.",
  risk: "A trust policy or a share lets a company abroad read or copy the data from its own account.",
  types: [
    "aws:iam/role:Role",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:kms/grant:Grant",
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:secretsmanager/secret:Secret",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:backup/vaultPolicy:VaultPolicy",
    "aws:opensearch/domain:Domain",
    "aws:lambda/permission:Permission",
    "aws:ram/principalAssociation:PrincipalAssociation",
    "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission",
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission",
    "aws:eks/accessEntry:AccessEntry",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys", "backups"],
  controls: { iso27001: ["A.5.15", "A.5.19", "A.8.3"], nist80053: ["AC-3", "AC-20", "AC-21"] },
  remediation: "Give access to roles of the account only.",
  check(subject, { country }) {
    const own = country.hosting.aws?.account;
    return principalsOf(subject).flatMap(({ path, principal }): Violation | [] => {
      const account = /^\d{12}$/.test(principal)
        ? principal
        : /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):/.exec(principal)?.[1];
      const everybody = principal === "*" || principal === "all" || principal === "arn:aws:iam::*:root";
      if (!everybody && (account === undefined || own === undefined || account === own)) return [];
      return {
        path,
        value: principal,
        message: everybody
          ? "It gives access to everybody (*)."
          : `It gives access to ${principal}; the file names account ${own}.`,
        remediation: own === undefined ? "Name roles of the account." : `Name roles of account ${own}.`,
      };
    });
  },
  examples: {
    passing: [
      {
        pulumi: `
nodes:
  type: aws:iam/role:Role
  properties:
    assumeRolePolicy:
      fn::toJSON:
        Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }]
tls:
  type: aws:s3/bucketPolicy:BucketPolicy
  properties:
    policy:
      fn::toJSON:
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: s3:*
            Condition: { Bool: { aws:SecureTransport: "false" } }`,
      },
    ],
    failing: [
      {
        pulumi: `
support:
  type: aws:iam/role:Role
  properties:
    assumeRolePolicy:
      fn::toJSON:
        Statement:
          - { Effect: Allow, Principal: { AWS: arn:aws:iam::999999999999:root }, Action: sts:AssumeRole }`,
        findings: `Role/support assumeRolePolicy: It gives access to arn:aws:iam::999999999999:root; the file names account 123456789012. Name roles of account 123456789012.`,
      },
      {
        pulumi: `
open:
  type: aws:s3/bucketPolicy:BucketPolicy
  properties:
    policy: { fn::toJSON: { Statement: { Effect: Allow, Principal: "*", Action: s3:GetObject } } }`,
        findings: `BucketPolicy/open policy: It gives access to everybody (*). Name roles of account 123456789012.`,
      },
      {
        pulumi: `
backups:
  type: aws:kms/keyPolicy:KeyPolicy
  properties:
    policy:
      fn::toJSON:
        Statement: { Effect: Allow, Principal: { AWS: arn:aws:iam::999999999999:root }, Action: kms:Decrypt }`,
        findings: `KeyPolicy/backups policy: It gives access to arn:aws:iam::999999999999:root; the file names account 123456789012. Name roles of account 123456789012.`,
      },
      {
        pulumi: `
share: { type: aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission,
  properties: { accountId: "999999999999" } }`,
        findings: `SnapshotCreateVolumePermission/share accountId: It gives access to 999999999999; the file names account 123456789012. Name roles of account 123456789012.`,
      },
    ],
  },
};

interface Principal {
  readonly path: string;
  readonly principal: string;
}

function principalsOf({ properties }: Resource): Principal[] {
  const inDocuments = documents.flatMap((path) => {
    const document = documentAt(properties, path);
    return document === undefined
      ? []
      : statementsOf(document).flatMap((statement) => principalsIn(statement, path));
  });
  const direct = ["accountId", "principal", "granteePrincipal", "principalArn", "group"].flatMap((path) => {
    const principal = textAt(properties, path);
    // A service's permission that names no source account is open to every account's use of that service.
    return principal === undefined || principal.includes(".amazonaws.com") ? [] : [{ path, principal }];
  });
  return [...inDocuments, ...direct];
}

const statementsOf = (document: JsonObject): JsonObject[] =>
  itemsAt(document, "Statement")
    .map(({ value }) => value)
    .filter(isObject);

function principalsIn(statement: JsonObject, path: string): Principal[] {
  if (textAt(statement, "Effect") !== "Allow") return [];
  const condition = JSON.stringify(statement.Condition ?? {});
  const inverted = statement.NotPrincipal !== undefined ? [{ path, principal: "*" }] : [];
  const named: Json | undefined = statement.Principal;
  const principals =
    typeof named === "string"
      ? [named]
      : isObject(named)
        ? ["AWS", "Federated", "CanonicalUser"].flatMap((kind) =>
            textsAt(named, kind).map(({ value }) => value),
          )
        : [];
  return [...inverted, ...principals.map((principal) => ({ path, principal }))].filter(
    ({ principal }) => principal !== "*" || !narrowing.test(condition),
  );
}
