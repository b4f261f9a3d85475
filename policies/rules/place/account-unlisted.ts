/** The provider uses the account that the file names, and no other. */
import { otherAccount } from "../../engine/accounts.ts";
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";
import { arnOf } from "../../resources/arn.ts";
import { objectsAt, textAt, textsAt } from "../../resources/properties.ts";

export const accountUnlisted: ResourcePolicy = {
  id: "account-unlisted",
  area: "place",
  scope: "resource",
  title: "The AWS provider uses only the account that the localisation file names.",
  risk: "With other credentials in the shell, the whole stack is created in another account.",
  types: ["pulumi:providers:aws"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.5.23", "A.8.9"], nist80053: ["AC-20", "CM-2"] },
  remediation: "Set allowedAccountIds of the provider to the file's account.",
  check({ properties }, context) {
    const { country, inProduction } = context;
    const account = country.hosting.aws?.account;
    const allowed = textsAt(properties, "allowedAccountIds");
    const violations = allowed.flatMap(
      ({ value, path }) =>
        otherAccount(
          context,
          value,
          { path, value },
          `The provider may use account ${value}`,
          (own) => `Set allowedAccountIds to ["${own}"].`,
        ) ?? [],
    );
    if (allowed.length === 0 && (account !== undefined || inProduction))
      violations.push({
        path: "allowedAccountIds",
        value: "",
        message: `The provider may use any account; ${account === undefined ? "in production the file has to name the only one" : `the file names ${account}`}.`,
        remediation:
          account === undefined
            ? "Name it under hosting.aws.account."
            : `Set allowedAccountIds to ["${account}"].`,
      });
    for (const { value, path } of [
      ...objectsAt(properties, "assumeRoles"),
      ...objectsAt(properties, "assumeRole"),
    ]) {
      const role = arnOf(textAt(value, "roleArn"));
      if (role === undefined) continue;
      const other = otherAccount(
        context,
        role.account,
        { path: `${path}.roleArn`, value: role.text },
        `The provider assumes ${role.text}`,
        (own) => `Assume a role of account ${own}.`,
      );
      if (other !== undefined) violations.push(other);
    }
    // Without an account in the file nothing was compared.
    return account === undefined && violations.length === 0 ? notApplicable : violations;
  },
  examples: {
    passing: [
      {
        pulumi: `
aws: { type: pulumi:providers:aws, properties: { region: af-south-1, allowedAccountIds: ["123456789012"] } }`,
      },
    ],
    failing: [
      {
        pulumi: "aws: { type: pulumi:providers:aws, properties: { region: af-south-1 } }",
        findings: `Provider/aws allowedAccountIds: The provider may use any account; the file names 123456789012. Set allowedAccountIds to ["123456789012"].`,
      },
      {
        pulumi: `
aws:
  type: pulumi:providers:aws
  properties:
    allowedAccountIds: ["999999999999"]
    assumeRoles: [{ roleArn: arn:aws:iam::999999999999:role/deploy }]`,
        findings: `
Provider/aws allowedAccountIds[0]: The provider may use account 999999999999; the file names 123456789012. Set allowedAccountIds to ["123456789012"].
Provider/aws assumeRoles[0].roleArn: The provider assumes arn:aws:iam::999999999999:role/deploy; the file names 123456789012. Assume a role of account 123456789012.`,
      },
      {
        pulumi: `
aws:
  type: pulumi:providers:aws
  properties: { assumeRole: { roleArn: arn:aws:iam::999999999999:role/deploy } }`,
        country: { hosting: { aws: { account: null } } },
        findings: `Provider/aws assumeRole.roleArn: The provider assumes arn:aws:iam::999999999999:role/deploy, and the file names no account, so whose that is can't be told. Name the stack's own account under hosting.aws.account.`,
      },
      {
        pulumi: "aws: { type: pulumi:providers:aws, properties: { region: af-south-1 } }",
        country: { hosting: { aws: { account: null } } },
        environment: "production",
        findings: `Provider/aws allowedAccountIds: The provider may use any account; in production the file has to name the only one. Name it under hosting.aws.account.`,
      },
    ],
  },
};
