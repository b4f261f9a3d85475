/** Nobody outside the account gets access: no policy, trust, share or reference names another account or everybody. */
import { otherAccount } from "../../engine/accounts.ts";
import type { PolicyContext } from "../../engine/context.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { arnOf, arnsOf } from "../../resources/arn.ts";
import { type Condition, type Statement, statementsOf } from "../../resources/policy-documents.ts";
import { objectsIn } from "../../resources/properties.ts";
import { type Resource, typeToken } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";
import { registryReplication } from "../copies/registry-replication.ts";
import { aggregation } from "../flows/aggregation.ts";
import { logDelivery } from "../flows/log-delivery.ts";

/** Keys that name who gets access. */
const principalKeys =
  /^(principals?|allowedPrincipals|granteePrincipal|principalArns?|account_?[iI]ds?|sharedAccounts|sharedUsers|userIds)$/;
/** Keys that hold the number of an account. */
const accountKeys = /account|principal|owner|member|grantee|shared|userIds|registryId|catalogId/i;
/** Conditions that limit a statement to an account, an organisation or a network. */
const narrowing =
  /^(aws:(SourceAccount|PrincipalAccount|PrincipalOrgID|SourceArn|SourceOwner|SourceVpce|SourceVpc)|kms:CallerAccount)$/i;

/** Who may use an endpoint of a network is who is in the network. */
const withinNetwork = /:VpcEndpoint(Policy)?$/;

const typesOf = (policy: ResourcePolicy): readonly string[] => policy.types;
/** What these policies say about an account or an ARN in their types is not said twice. */
const numbersElsewhere = new Set([aggregation, registryReplication].flatMap(typesOf));
const arnsElsewhere = new Set(typesOf(logDelivery));

export const foreignPrincipal: ResourcePolicy = {
  id: "foreign-principal",
  area: "security",
  scope: "resource",
  title: "No other account and no anonymous caller has access.",
  risk: "A trust policy or a share lets a company abroad read or copy the data from its own account.",
  types: [
    "aws:*",
    "kubernetes:*",
    // What these are for is known by this policy, so they are named.
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
  check(subject, context) {
    // One message for each account in a place, however often it stands there.
    const found = new Map<string, Violation>();
    for (const reference of referencesOf(subject)) {
      const violation = judged(reference, context);
      if (violation !== undefined) {
        const key = `${reference.path} ${accountOf(reference.text) ?? reference.text}`;
        if (!found.has(key)) found.set(key, violation);
      }
    }
    return [...found.values()];
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
deploy:
  type: aws:iam/role:Role
  properties:
    assumeRolePolicy:
      fn::toJSON:
        Statement:
          - Effect: Allow
            Principal: { Federated: arn:aws:iam::123456789012:oidc-provider/oidc.eks.af-south-1.amazonaws.com/id/1A2B }
            Action: sts:AssumeRoleWithWebIdentity`,
        findings: `Role/deploy assumeRolePolicy: It lets in whoever signs in at arn:aws:iam::123456789012:oidc-provider/oidc.eks.af-south-1.amazonaws.com/id/1A2B, since no condition says who. Add a condition on the provider's sub, with the one ServiceAccount that may.`,
      },
      {
        pulumi: `
export: { type: aws:lambda/functionUrl:FunctionUrl, properties: { authorizationType: NONE } }`,
        findings: `FunctionUrl/export authorizationType: It gives access to everybody (*). Name roles of account 123456789012.`,
      },
      {
        pulumi: `
support:
  type: aws:iam/role:Role
  properties:
    assumeRolePolicy:
      fn::toJSON:
        Statement:
          - { Effect: Allow, Principal: { AWS: arn:aws:iam::999999999999:root }, Action: sts:AssumeRole }`,
        findings: `Role/support assumeRolePolicy: It gives access to arn:aws:iam::999999999999:root; the file names 123456789012. Name roles of account 123456789012.`,
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
        findings: `KeyPolicy/backups policy: It gives access to arn:aws:iam::999999999999:root; the file names 123456789012. Name roles of account 123456789012.`,
      },
      {
        pulumi: `
share: { type: aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission,
  properties: { accountId: "999999999999" } }`,
        findings: `SnapshotCreateVolumePermission/share accountId: It gives access to 999999999999; the file names 123456789012. Name roles of account 123456789012.`,
      },
      {
        pulumi: `
alarms: { type: aws:sns/topicSubscription:TopicSubscription,
  properties: { protocol: sqs, endpoint: arn:aws:sqs:af-south-1:999999999999:alarms } }`,
        findings: `TopicSubscription/alarms endpoint: It refers to arn:aws:sqs:af-south-1:999999999999:alarms; the file names 123456789012. Refer to one of account 123456789012.`,
      },
      {
        pulumi: `
administrator: { type: aws:eks/accessEntry:AccessEntry,
  properties: { principalArn: arn:aws:iam::999999999999:role/support } }`,
        country: { hosting: { aws: { account: null } } },
        findings: `AccessEntry/administrator principalArn: It gives access to arn:aws:iam::999999999999:role/support, and the file names no account, so whose that is can't be told. Name the stack's own account under hosting.aws.account.`,
      },
      {
        pulumi: `
signers:
  type: aws:iam/role:Role
  properties:
    assumeRolePolicy:
      fn::toJSON:
        Statement:
          - { Effect: Allow, Principal: { Federated: accounts.google.com }, Action: sts:AssumeRoleWithWebIdentity }`,
        findings: `Role/signers assumeRolePolicy: It lets in whoever signs in at accounts.google.com. Name roles of the stack's own account.`,
      },
      {
        pulumi: `
list:
  type: aws:s3/bucketAcl:BucketAcl
  properties:
    bucket: backups
    accessControlPolicy:
      owner: { id: 1a2b }
      grants:
        - { permission: FULL_CONTROL, grantee: { type: CanonicalUser, id: 1a2b } }
        - { permission: READ, grantee: { type: CanonicalUser, id: 79a5 } }`,
        findings: `BucketAcl/list accessControlPolicy.grants[1].grantee.id: It gives access to the canonical user 79a5. Name roles of the stack's own account.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ServiceAccount
metadata:
  name: backup
  namespace: rollout
  annotations: { eks.amazonaws.com/role-arn: arn:aws:iam::999999999999:role/copies }`,
        findings: `rollout/ServiceAccount/backup metadata.annotations["eks.amazonaws.com/role-arn"]: It refers to arn:aws:iam::999999999999:role/copies; the file names 123456789012. Refer to one of account 123456789012.`,
      },
    ],
  },
};

/** A text that names somebody, or a resource of somebody. */
interface Reference {
  readonly path: string;
  readonly text: string;
  readonly kind: "principal" | "federated" | "anybody" | "service" | "canonical user" | "reference";
}

function judged({ path, text, kind }: Reference, context: PolicyContext): Violation | undefined {
  const at = { path, value: text };
  const remediation = "Name roles of the stack's own account.";
  if (kind === "anybody")
    return {
      ...at,
      message: `It lets in whoever signs in at ${text}, since no condition says who.`,
      remediation: "Add a condition on the provider's sub, with the one ServiceAccount that may.",
    };
  if (kind === "service")
    return { ...at, message: `It gives access to ${text}, which is no service of AWS.`, remediation };
  const account = accountOf(text);
  const signsIn = kind === "federated" && isOutsider(text, context);
  if (account !== undefined && !(signsIn && account === context.country.hosting.aws?.account))
    return otherAccount(
      context,
      account,
      at,
      kind === "reference" ? `It refers to ${text}` : `It gives access to ${text}`,
      (own) => (kind === "reference" ? `Refer to one of account ${own}.` : `Name roles of account ${own}.`),
    );
  if (kind === "reference") return undefined;
  if (kind === "federated")
    return !isOutsider(text, context)
      ? undefined
      : { ...at, message: `It lets in whoever signs in at ${text}.`, remediation };
  if (kind === "canonical user")
    return { ...at, message: `It gives access to the canonical user ${text}.`, remediation };
  if (!/^(\*|all|All|arn:aws[a-z-]*:iam::\*:.*|.*\/(AllUsers|AuthenticatedUsers))$/.test(text))
    return undefined;
  const own = context.country.hosting.aws?.account;
  return {
    ...at,
    message: text === "*" ? "It gives access to everybody (*)." : `It gives access to everybody (${text}).`,
    remediation: own === undefined ? "Name roles of the account." : `Name roles of account ${own}.`,
  };
}

/** Who signs in: a provider of the account's own cluster in the region, or one that the file registers. */
function isOutsider(text: string, context: PolicyContext): boolean {
  const host = /:oidc-provider\/([^/]+)/.exec(text)?.[1];
  if (host !== undefined) return context.outside(host) !== undefined;
  return !text.startsWith("arn:");
}

const accountOf = (text: string): string | undefined => {
  const account = /^(\d{12})(\.dkr\.ecr\..*)?$/.exec(text)?.[1] ?? arnOf(text)?.account;
  return account === undefined || !/^\d{12}$/.test(account) ? undefined : account;
};

function referencesOf(subject: Resource): Reference[] {
  const arns = arnsOf(subject).map(({ path, text }): Reference => ({ path, text, kind: "reference" }));
  if (typeToken(subject.type).package !== "aws") return arns;
  const found = [
    ...(withinNetwork.test(subject.type) ? [] : statementsOf(subject).flatMap(principalsIn)),
    ...namedIn(subject),
    ...granteesIn(subject),
    ...callersIn(subject),
    ...arns,
  ];
  return found.filter(
    ({ text, kind }) =>
      (kind !== "reference" && !text.startsWith("arn:")) || !arnsElsewhere.has(subject.type),
  );
}

const kinds = {
  AWS: "principal",
  Federated: "federated",
  CanonicalUser: "canonical user",
  Service: "service",
} as const;
/** A service with a certificate of any authority as its key is no service that acts for the account. */
const serviceOfAws = /^(?!rolesanywhere\.)[a-z0-9.-]+\.amazonaws\.(com(\.cn)?|eu)$/;

/** Who a statement lets in. Everybody within an account is that account. */
function principalsIn({ path, allows, principals = [], conditions }: Statement): Reference[] {
  if (!allows) return [];
  const limits = conditions.filter(limitsWho);
  const saysWho = conditions.some(
    ({ operator, key, values }) =>
      /:(sub|aud|email)$/i.test(key) &&
      /^String(Equals|Like)$/i.test(operator) &&
      !values.some((value) => /^[*?:]*$/.test(value)),
  );
  return [
    // Whoever signs in at a provider is anybody, where no condition says who.
    ...principals
      .filter(({ kind, text }) => kind === "Federated" && text.includes(":oidc-provider/") && !saysWho)
      .map(({ text }): Reference => ({ path, text, kind: "anybody" })),
    ...principals
      .filter(({ text }) => text !== "*" || limits.length === 0)
      .map(
        ({ kind, text }): Reference => ({
          path,
          text,
          kind: kinds[kind],
        }),
      )
      .filter(({ text, kind }) => kind !== "service" || !serviceOfAws.test(text)),
    ...limits.flatMap(({ values }) =>
      values
        .filter((value) => /^\d{12}$/.test(value))
        .map((text): Reference => ({ path, text, kind: "principal" })),
    ),
  ];
}

/** One that is negated, holds where the key is absent, or takes any account limits nobody. */
const limitsWho = ({ operator, key, values }: Condition): boolean =>
  narrowing.test(key) &&
  !/not|ifexists|null|forallvalues/i.test(operator) &&
  values.every((value) =>
    /OrgID$/i.test(key)
      ? /^o-[a-z0-9]+$/.test(value)
      : /account|owner$/i.test(key)
        ? /^\d{12}$/.test(value)
        : /arn$/i.test(key)
          ? /:\d{12}:|:s3:::[^*]/.test(value)
          : !/^\*?$/.test(value),
  );

/** Who may call a function: a service that acts for no named account acts for any. */
function callersIn({ type, properties }: Resource): Reference[] {
  const text = (key: string) =>
    typeof properties[key] === "string" ? (properties[key] as string) : undefined;
  if (type.endsWith(":FunctionUrl"))
    return text("authorizationType") === "AWS_IAM"
      ? []
      : [{ path: "authorizationType", text: "*", kind: "principal" }];
  if (type !== "aws:lambda/permission:Permission") return [];
  const principal = text("principal") ?? "";
  const limited = [properties.sourceAccount, properties.sourceArn, properties.principalOrgId].some(
    (value) => value !== undefined,
  );
  return /^(s3|sns|events|logs|config|ses|iot|cognito-idp)\.amazonaws\.com/.test(principal) && !limited
    ? [{ path: "principal", text: "*", kind: "principal" }]
    : [];
}

/** Images and layers of other accounts. */
const accountsInside = /^\d{12}\.dkr\.ecr\./;

function namedIn(subject: Resource): Reference[] {
  const everybody = subject.type.endsWith(":AmiLaunchPermission") ? /^(group|organizationArn)$/ : /^$/;
  return textsOf(subject).flatMap(({ key, value, path }): Reference | [] => {
    const isNumber = accountKeys.test(key) && /^\d{12}$/.test(value);
    if (isNumber && numbersElsewhere.has(subject.type)) return [];
    if (accountsInside.test(value)) return { path, text: value, kind: "reference" };
    const isPrincipal = principalKeys.test(key) || everybody.test(key);
    // A service acts for the account, where the permission says for which.
    if (!isNumber && (!isPrincipal || value.includes(".amazonaws.com"))) return [];
    return { path, text: value, kind: isPrincipal ? "principal" : "reference" };
  });
}

/** Grants of an access list. Its owner's own grants are no access for others. */
function granteesIn({ properties }: Resource): Reference[] {
  const owner = objectsIn(properties)
    .filter(({ path }) => /(^|\.)owner$/.test(path))
    .map(({ value }) => value.id);
  return objectsIn(properties).flatMap(({ value: { type, id, uri, emailAddress }, path }): Reference | [] => {
    if (typeof uri === "string" && uri.startsWith("http://acs.amazonaws.com/groups/global/"))
      return { path: `${path}.uri`, text: uri, kind: "principal" };
    if (typeof emailAddress === "string" && type === "AmazonCustomerByEmail")
      return { path: `${path}.emailAddress`, text: emailAddress, kind: "canonical user" };
    if (type !== "CanonicalUser" || typeof id !== "string" || owner.includes(id)) return [];
    return { path: `${path}.id`, text: id, kind: "canonical user" };
  });
}
