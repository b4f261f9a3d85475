/** API gateways answer in their region, not at the provider's edge. */
import type { ResourcePolicy } from "../../engine/policy.ts";
import { textAt, textsAt } from "../../resources/properties.ts";

export const edgeOptimisedApi: ResourcePolicy = {
  id: "edge-optimised-api",
  area: "network",
  scope: "resource",
  title: "API gateways are regional or private.",
  risk: "An edge-optimised API, which is the default, ends TLS at CloudFront's edges all over the world.",
  types: ["aws:apigateway/restApi:RestApi", "aws:apigateway/domainName:DomainName"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14"], nist80053: ["SC-7(4)", "SA-9(5)"] },
  remediation: "Set endpointConfiguration.types to REGIONAL or PRIVATE.",
  check({ properties }) {
    const types = textsAt(properties, "endpointConfiguration.types").map(({ value }) => value);
    const single = textAt(properties, "endpointConfiguration.types");
    const given = types.length > 0 ? types : single === undefined ? [] : [single];
    if (given.length > 0 && !given.includes("EDGE")) return [];
    return {
      path: "endpointConfiguration.types",
      value: given.join(", "),
      message:
        given.length === 0 ? "No type is given, so it is edge-optimised." : "It is edge-optimised (EDGE).",
      remediation: 'Set it to ["REGIONAL"] or ["PRIVATE"].',
    };
  },
  examples: {
    passing: [
      {
        pulumi: `
api: { type: aws:apigateway/restApi:RestApi, properties: { endpointConfiguration: { types: REGIONAL } } }`,
      },
    ],
    failing: [
      {
        pulumi: "api: { type: aws:apigateway/restApi:RestApi }",
        findings: `RestApi/api endpointConfiguration.types: No type is given, so it is edge-optimised. Set it to ["REGIONAL"] or ["PRIVATE"].`,
      },
      {
        pulumi: `
api: { type: aws:apigateway/domainName:DomainName, properties: { endpointConfiguration: { types: EDGE } } }`,
        findings: `DomainName/api endpointConfiguration.types: It is edge-optimised (EDGE). Set it to ["REGIONAL"] or ["PRIVATE"].`,
      },
    ],
  },
};
