/** The stack's own account: named or not, the kit's plan passes and nobody else's account does. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { type LoadedCountry, loadCountry } from "../../localisation/load.ts";
import type { Plan, PlannedResource, Properties } from "../../plan/plan.ts";
import { checkCountry } from "../../policies/check-country.ts";
import { readState } from "../../policies/inputs/state.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { exampleToday, overlaid } from "./check-example.ts";

const own = "111122223333";
const stranger = "999999999999";
const role = `arn:aws:iam::${stranger}:role/support`;
const policyFor = (principal: unknown, more: object = {}) =>
  JSON.stringify({
    Statement: [{ Effect: "Allow", Principal: principal, Action: "*", Resource: "*", ...more }],
  });
const rights = (statement: object) => JSON.stringify({ Statement: [{ Effect: "Allow", ...statement }] });

function fileOf(country: string, account: string | undefined): LoadedCountry {
  const loaded = loadCountry(join(packageRoot, "countries", `${country}.yaml`), { today: exampleToday });
  return { ...loaded, country: overlaid(loaded.country, { hosting: { aws: { account } } }) };
}

const blocking = (loaded: LoadedCountry, plan: Plan) =>
  checkCountry(loaded, { subject: { kind: "plan", plan, description: "the plan" }, today: exampleToday })
    .findings;

function withResource(plan: Plan, type: string, properties: object): Plan {
  const added: PlannedResource = {
    type,
    name: "added",
    urn: `urn:pulumi:za::country-rollout-kit::${type}::added`,
    parent: null,
    custom: true,
    provider: plan.resources.find((resource) => resource.type === "pulumi:providers:aws")?.urn ?? null,
    properties: properties as Properties,
    secrets: [],
    dependencies: [],
  };
  return { ...plan, resources: [...plan.resources, added] };
}

/** Another account gets rights or data; named by number or ARN. */
const otherAccounts: readonly (readonly [says: string, type: string, properties: object])[] = [
  ["a key's policy", "aws:kms/keyPolicy:KeyPolicy", { policy: policyFor({ AWS: role }) }],
  ["a key's grant", "aws:kms/grant:Grant", { granteePrincipal: role }],
  [
    "a secret's policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    { policy: policyFor({ AWS: stranger }) },
  ],
  [
    "a registry's policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    { policy: policyFor({ AWS: [role] }) },
  ],
  ["an access entry", "aws:eks/accessEntry:AccessEntry", { principalArn: role }],
  [
    "rights over the cluster",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    { principalArn: role },
  ],
  ["an access point", "aws:s3/accessPoint:AccessPoint", { policy: policyFor({ AWS: role }) }],
  ["an endpoint service", "aws:ec2/vpcEndpointService:VpcEndpointService", { allowedPrincipals: [role] }],
  [
    "a queue that subscribes",
    "aws:sns/topicSubscription:TopicSubscription",
    { protocol: "sqs", endpoint: `arn:aws:sqs:af-south-1:${stranger}:q` },
  ],
  [
    "a log subscription",
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    { destinationArn: `arn:aws:logs:af-south-1:${stranger}:destination:x` },
  ],
  [
    "a subscription of all logs",
    "aws:cloudwatch/logAccountPolicy:LogAccountPolicy",
    { policyDocument: `{"DestinationArn":"arn:aws:logs:af-south-1:${stranger}:destination:x"}` },
  ],
  [
    "a role of a provider",
    "pulumi:providers:aws",
    {
      region: "af-south-1",
      allowedAccountIds: `["${own}"]`,
      assumeRoles: JSON.stringify([{ roleArn: role }]),
    },
  ],
  [
    "a role to take on",
    "aws:iam/rolePolicy:RolePolicy",
    { policy: rights({ Action: "sts:AssumeRole", Resource: role }) },
  ],
  [
    "everybody of a foreign account",
    "aws:sqs/queuePolicy:QueuePolicy",
    { policy: policyFor("*", { Condition: { StringEquals: { "aws:SourceAccount": stranger } } }) },
  ],
  [
    "an owner of a peered network",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    { peerOwnerId: stranger, peerRegion: "af-south-1" },
  ],
];

/** Everybody, or more than the plan can name: no account decides it. */
const withoutAccount: readonly (readonly [says: string, type: string, properties: object])[] = [
  ["a bus", "aws:cloudwatch/eventPermission:EventPermission", { principal: "*" }],
  [
    "a bucket's list",
    "aws:s3/bucketAcl:BucketAcl",
    {
      accessControlPolicy: {
        owner: { id: "a" },
        grants: [{ permission: "READ", grantee: { type: "CanonicalUser", id: "b" } }],
      },
    },
  ],
  [
    "a list for all users",
    "aws:s3/bucketAcl:BucketAcl",
    {
      accessControlPolicy: {
        grants: [{ grantee: { type: "Group", uri: "http://acs.amazonaws.com/groups/global/AllUsers" } }],
      },
    },
  ],
  [
    "a trust in Google",
    "aws:iam/role:Role",
    { assumeRolePolicy: policyFor({ Federated: "accounts.google.com" }) },
  ],
  [
    "a condition that is none",
    "aws:sqs/queuePolicy:QueuePolicy",
    { policy: policyFor("*", { Condition: { StringNotEquals: { "aws:SourceAccount": own } } }) },
  ],
  [
    "a condition that any account meets",
    "aws:sqs/queuePolicy:QueuePolicy",
    { policy: policyFor("*", { Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:*:*:*" } } }) },
  ],
  ["all rights", "aws:iam/policy:Policy", { policy: rights({ Action: "*", Resource: "*" }) }],
  [
    "all but a few rights",
    "aws:iam/policy:Policy",
    { policy: rights({ NotAction: "iam:*", NotResource: "x" }) },
  ],
  [
    "a bucket of others",
    "aws:iam/rolePolicy:RolePolicy",
    { policy: rights({ Action: "s3:PutObject", Resource: "arn:aws:s3:::copies-in-dublin/*" }) },
  ],
  [
    "any role",
    "aws:iam/rolePolicy:RolePolicy",
    { policy: rights({ Action: ["STS:assume*"], Resource: "*" }) },
  ],
];

describe.each([own, undefined])("za.yaml with the account %s", (account) => {
  const loaded = fileOf("za", account);
  let plan: Plan;
  beforeAll(async () => {
    plan = await planCountry(loaded, "aws", "test");
  });

  test("its own plan has no finding", () => expect(blocking(loaded, plan)).toEqual([]));

  test.each(otherAccounts)("%s of another account blocks", (_, type, properties) => {
    const findings = blocking(loaded, withResource(plan, type, properties));
    const verdicts = findings.filter(({ subject }) => /added$/.test(subject)).map(({ verdict }) => verdict);
    expect(verdicts).toContain(account === undefined ? "undetermined" : "fail");
    expect(JSON.stringify(findings)).toContain(stranger);
  });

  test.each(withoutAccount)("%s fails", (_, type, properties) => {
    const findings = blocking(loaded, withResource(plan, type, properties));
    expect(findings.map(({ verdict, subject }) => ({ verdict, subject }))).toContainEqual({
      verdict: "fail",
      subject: expect.stringMatching(/added$/),
    });
  });
});

test("the account of a state's provider, which is JSON in a text, is read", () => {
  const provider = (accounts: string) => ({
    type: "pulumi:providers:aws",
    urn: "urn:pulumi:za::kit::pulumi:providers:aws::aws",
    custom: true,
    inputs: { region: "af-south-1", allowedAccountIds: accounts },
  });
  const findings = (accounts: string) =>
    checkCountry(fileOf("za", own), {
      subject: {
        kind: "state",
        resources: readState(JSON.stringify({ version: 3, deployment: { resources: [provider(accounts)] } })),
        description: "state.json",
      },
      today: exampleToday,
    }).findings.filter(({ policy }) => policy === "account-unlisted");
  expect(findings(`["${own}"]`)).toEqual([]);
  expect(findings(`["${own}","${stranger}"]`)).toMatchObject([
    { verdict: "fail", path: "allowedAccountIds[1]", value: stranger },
  ]);
});

test("production asks for the account, other environments do not", () => {
  const loaded = fileOf("za", undefined);
  const provider = { region: "af-south-1" };
  const asked = (environment: string) =>
    checkCountry(
      { ...loaded, environment },
      {
        subject: {
          kind: "plan",
          plan: withResource(
            {
              format: "rollout-plan/1",
              kit: "test",
              country: "ZA",
              environment,
              target: "aws",
              localisation: loaded.sha256,
              resources: [],
              outputs: {},
            },
            "pulumi:providers:aws",
            provider,
          ),
          description: "the plan",
        },
        today: exampleToday,
      },
    ).findings.filter(({ policy }) => policy === "account-unlisted");
  expect(asked("staging")).toEqual([]);
  expect(asked("production")).toMatchObject([
    { verdict: "fail", remediation: "Name it under hosting.aws.account." },
  ]);
});
