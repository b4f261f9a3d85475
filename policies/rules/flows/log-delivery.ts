/** Logs and metrics are not sent to another account. */
import { otherAccount } from "../../engine/accounts.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { arnsOf } from "../../resources/arn.ts";

export const logDelivery: ResourcePolicy = {
  id: "log-delivery",
  area: "flows",
  scope: "resource",
  title: "Logs and metrics stay in the account.",
  risk: "A cross-account sink shows every log line, with names and addresses, to the owner of the other account.",
  types: [
    "aws:cloudwatch/logDestination:LogDestination",
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    "aws:cloudwatch/logAccountPolicy:LogAccountPolicy",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
    "aws:oam/link:Link",
    "aws:oam/sinkPolicy:SinkPolicy",
    "aws:ec2/flowLog:FlowLog",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["logs"],
  controls: { iso27001: ["A.8.15", "A.8.12"], nist80053: ["AU-9", "AC-4"] },
  remediation: "Deliver to a destination of this account, or add a waiver for it.",
  check: (subject, context) =>
    arnsOf(subject)
      .filter(({ account }) => /^\d{12}$/.test(account))
      .flatMap(
        ({ path, text, account }) =>
          otherAccount(
            context,
            account,
            { path, value: text },
            `Logs go to ${text} of account ${account}`,
            (own) => `Deliver them within account ${own}.`,
          ) ?? [],
      ),
  examples: {
    passing: [
      {
        pulumi: `
network: { type: aws:ec2/flowLog:FlowLog,
  properties: { logDestination: arn:aws:logs:af-south-1:123456789012:log-group:network } }`,
      },
    ],
    failing: [
      {
        pulumi: `
all: { type: aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter,
  properties: { destinationArn: arn:aws:logs:af-south-1:999999999999:destination:central } }`,
        findings: `LogSubscriptionFilter/all destinationArn: Logs go to arn:aws:logs:af-south-1:999999999999:destination:central of account 999999999999; the file names 123456789012. Deliver them within account 123456789012.`,
      },
      {
        pulumi: `
central: { type: aws:oam/link:Link,
  properties: { sinkIdentifier: arn:aws:oam:af-south-1:999999999999:sink/1a2b } }`,
        findings: `Link/central sinkIdentifier: Logs go to arn:aws:oam:af-south-1:999999999999:sink/1a2b of account 999999999999; the file names 123456789012. Deliver them within account 123456789012.`,
      },
    ],
  },
};
