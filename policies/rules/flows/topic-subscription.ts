/** Topics deliver inside the stack: no foreign mail, text message, webhook or push service. */
import type { ResourcePolicy } from "../../engine/policy.ts";
import { textAt } from "../../resources/properties.ts";

export const topicSubscription: ResourcePolicy = {
  id: "topic-subscription",
  area: "flows",
  scope: "resource",
  title: "Only the stack and registered hosts subscribe to topics.",
  risk: "Alarms hold names, machines and readings; mail, text messages and push services carry them through foreign providers.",
  types: [
    "aws:sns/topicSubscription:TopicSubscription",
    "aws:sns/platformApplication:PlatformApplication",
    "aws:pinpoint/app:App",
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
    "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "logs"],
  controls: { iso27001: ["A.5.14"], nist80053: ["AC-4", "SA-9"] },
  remediation: "Subscribe a queue or function of the stack, and send mail through the file's gateway.",
  check({ type, properties }, context) {
    const remediation = "Subscribe a queue of the stack, and send mail through notifications.mailGateway.";
    if (!type.endsWith(":TopicSubscription"))
      return {
        path: textAt(properties, "platform") === undefined ? "" : "platform",
        ...(textAt(properties, "platform") && { value: textAt(properties, "platform") ?? "" }),
        message: `Messages leave through a foreign service (${textAt(properties, "platform") ?? type.slice(type.lastIndexOf(":") + 1)}).`,
        remediation,
      };
    const protocol = textAt(properties, "protocol") ?? "";
    const endpoint = textAt(properties, "endpoint") ?? "";
    if (protocol === "sms")
      return {
        path: "protocol",
        value: protocol,
        message: "It sends text messages through AWS.",
        remediation,
      };
    const host = /^email/.test(protocol)
      ? endpoint.split("@")[1]
      : /^https?$/.test(protocol)
        ? URL.parse(endpoint)?.hostname
        : undefined;
    const where = host === undefined ? undefined : context.outside(host.toLowerCase());
    if (host === undefined || where === undefined) return [];
    return {
      path: "endpoint",
      value: host,
      message: `Messages go by ${protocol} to ${where}.`,
      remediation,
    };
  },
  examples: {
    passing: [
      {
        pulumi: `
alarms: { type: aws:sns/topicSubscription:TopicSubscription,
  properties: { protocol: sqs, endpoint: arn:aws:sqs:af-south-1:123456789012:alarms } }`,
      },
    ],
    failing: [
      {
        pulumi: `
alarms: { type: aws:sns/topicSubscription:TopicSubscription,
  properties: { protocol: email, endpoint: team@mail.example.com } }`,
        findings: `TopicSubscription/alarms endpoint: Messages go by email to mail.example.com, which the file does not register. Subscribe a queue of the stack, and send mail through notifications.mailGateway.`,
      },
      {
        pulumi: `
alarms: { type: aws:sns/topicSubscription:TopicSubscription,
  properties: { protocol: sms, endpoint: "+27120000000" } }`,
        findings: `TopicSubscription/alarms protocol: It sends text messages through AWS. Subscribe a queue of the stack, and send mail through notifications.mailGateway.`,
      },
      {
        pulumi: `
phones: { type: aws:sns/platformApplication:PlatformApplication, properties: { platform: GCM } }`,
        findings: `PlatformApplication/phones platform: Messages leave through a foreign service (GCM). Subscribe a queue of the stack, and send mail through notifications.mailGateway.`,
      },
    ],
  },
};
