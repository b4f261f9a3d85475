/** No Service claims addresses that others use. */
import { field } from "../../cel/cel.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { textsAt } from "../../resources/properties.ts";

export const externalAddresses: ResourcePolicy = {
  id: "external-addresses",
  area: "network",
  scope: "resource",
  title: "No Service claims external IP addresses.",
  risk: "A Service with externalIPs receives what other pods send to that address, such as traffic for a gateway.",
  types: ["kubernetes:core/*:Service"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "keys"],
  controls: { iso27001: ["A.8.20"], nist80053: ["SC-7", "AC-4"] },
  remediation: "Use a LoadBalancer or an Ingress.",
  check: ({ properties }) =>
    textsAt(properties, "spec.externalIPs").map(({ value, path }) => ({
      path,
      value,
      message: `It claims the address ${value} for the whole cluster.`,
      remediation: "Remove externalIPs; use a LoadBalancer or an Ingress.",
    })),
  admission: {
    rules: () => ({
      expression: `size(${field("object", "spec.externalIPs", "[]")}) == 0`,
      message: "The Service claims addresses for the whole cluster.",
    }),
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: broker, namespace: rollout }
spec: { type: ClusterIP, ports: [{ port: 8883 }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: broker, namespace: rollout }
spec: { externalIPs: [196.25.1.20], ports: [{ port: 587 }] }`,
        findings: `rollout/Service/broker spec.externalIPs[0]: It claims the address 196.25.1.20 for the whole cluster. Remove externalIPs; use a LoadBalancer or an Ingress.`,
      },
    ],
  },
};
