/** The provider uses the account that the file names, and no other. */
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
  check({ properties }, { country }) {
    const account = country.hosting.aws?.account;
    if (account === undefined) return notApplicable;
    const allowed = textsAt(properties, "allowedAccountIds");
    const violations = allowed
      .filter(({ value }) => value !== account)
      .map(({ value, path }) => ({
        path,
        value,
        message: `The provider may use account ${value}; the file names ${account}.`,
        remediation: `Set allowedAccountIds to ["${account}"].`,
      }));
    if (allowed.length === 0)
      violations.push({
        path: "allowedAccountIds",
        value: "",
        message: `The provider may use any account; the file names ${account}.`,
        remediation: `Set allowedAccountIds to ["${account}"].`,
      });
    for (const { value, path } of [
      ...objectsAt(properties, "assumeRoles"),
      ...objectsAt(properties, "assumeRole"),
    ]) {
      const role = arnOf(textAt(value, "roleArn"));
      if (role !== undefined && role.account !== account)
        violations.push({
          path: `${path}.roleArn`,
          value: role.text,
          message: `The provider assumes ${role.text} of another account.`,
          remediation: `Assume a role of account ${account}.`,
        });
    }
    return violations;
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
Provider/aws assumeRoles[0].roleArn: The provider assumes arn:aws:iam::999999999999:role/deploy of another account. Assume a role of account 123456789012.`,
      },
    ],
  },
};
