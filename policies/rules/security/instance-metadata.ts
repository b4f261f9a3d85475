/** The metadata service gives a machine's credentials only to requests with a session token. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { numberAt, textAt } from "../../resources/properties.ts";

export const instanceMetadata: ResourcePolicy = {
  id: "instance-metadata",
  area: "security",
  scope: "resource",
  title: "The metadata service requires a session token and does not answer pods.",
  risk: "A forged request through a web app can fetch the node's credentials, and with them buckets and keys.",
  types: ["aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.8.9", "A.5.17"], nist80053: ["AC-6", "IA-5"] },
  remediation: "Set metadataOptions.httpTokens to required and httpPutResponseHopLimit to 1.",
  check({ properties }) {
    const violations: Violation[] = [];
    if (
      textAt(properties, "metadataOptions.httpTokens") !== "required" &&
      textAt(properties, "metadataOptions.httpEndpoint") !== "disabled"
    )
      violations.push({
        path: "metadataOptions.httpTokens",
        value: textAt(properties, "metadataOptions.httpTokens") ?? "absent",
        message: "The metadata service answers without a session token.",
        remediation: "Set metadataOptions.httpTokens to required.",
      });
    const hops = numberAt(properties, "metadataOptions.httpPutResponseHopLimit") ?? 1;
    if (hops > 1)
      violations.push({
        path: "metadataOptions.httpPutResponseHopLimit",
        value: String(hops),
        message: `The metadata service answers over ${hops} hops, so pods reach it.`,
        remediation: "Set httpPutResponseHopLimit to 1.",
      });
    return violations;
  },
  examples: {
    passing: [
      {
        pulumi: `
nodes: { type: aws:ec2/launchTemplate:LaunchTemplate,
  properties: { metadataOptions: { httpTokens: required } } }`,
      },
    ],
    failing: [
      {
        pulumi: `
nodes: { type: aws:ec2/launchTemplate:LaunchTemplate,
  properties: { metadataOptions: { httpPutResponseHopLimit: 2 } } }`,
        findings: `
LaunchTemplate/nodes metadataOptions.httpTokens: The metadata service answers without a session token. Set metadataOptions.httpTokens to required.
LaunchTemplate/nodes metadataOptions.httpPutResponseHopLimit: The metadata service answers over 2 hops, so pods reach it. Set httpPutResponseHopLimit to 1.`,
      },
    ],
  },
};
