/** Events go to targets of the stack: no foreign webhook, no global endpoint. */

import { hostViolations, removeOrRegister } from "../../engine/host-violations.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { hostsOf } from "../../resources/hosts.ts";

export const eventTarget: ResourcePolicy = {
  id: "event-target",
  area: "flows",
  scope: "resource",
  title: "Events and device rules reach registered hosts only.",
  risk: "An API destination or an IoT rule with an HTTP action forwards each event or reading to a foreign webhook.",
  types: [
    "aws:cloudwatch/eventApiDestination:EventApiDestination",
    "aws:cloudwatch/eventConnection:EventConnection",
    "aws:cloudwatch/eventEndpoint:EventEndpoint",
    "aws:pipes/pipe:Pipe",
    "aws:iot/topicRule:TopicRule",
    "aws:iot/topicRuleDestination:TopicRuleDestination",
    "aws:lambda/functionUrl:FunctionUrl",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["machineTelemetry", "identity", "logs"],
  controls: { iso27001: ["A.5.14", "A.8.12"], nist80053: ["AC-4", "CA-3"] },
  remediation: "Send events to a target of the stack, or register the host under `residency.endpoints`.",
  check(subject, context) {
    if (subject.type.endsWith(":EventEndpoint"))
      return {
        path: "",
        message: "A global endpoint copies every event to a second region.",
        remediation: "Remove it and send to the event bus of the region.",
      };
    return hostViolations(hostsOf(subject), context, "Events go to", removeOrRegister);
  },
  examples: {
    passing: [
      {
        pulumi: `
readings: { type: aws:iot/topicRule:TopicRule,
  properties: { http: [{ url: https://sme.example.gov.za/readings }] } }`,
      },
    ],
    failing: [
      {
        pulumi: `
hook: { type: aws:cloudwatch/eventApiDestination:EventApiDestination,
  properties: { invocationEndpoint: https://hooks.example.com/1, httpMethod: POST } }`,
        findings: `EventApiDestination/hook invocationEndpoint: Events go to hooks.example.com, which the file does not register. Remove it, or register hooks.example.com under residency.endpoints with its country.`,
      },
      {
        pulumi: `
readings: { type: aws:iot/topicRule:TopicRule, properties: { http: [{ url: https://iot.example.com/in }] } }`,
        findings: `TopicRule/readings http[0].url: Events go to iot.example.com, which the file does not register. Remove it, or register iot.example.com under residency.endpoints with its country.`,
      },
      {
        pulumi: "both: { type: aws:cloudwatch/eventEndpoint:EventEndpoint }",
        findings: `EventEndpoint/both: A global endpoint copies every event to a second region. Remove it and send to the event bus of the region.`,
      },
    ],
  },
};
