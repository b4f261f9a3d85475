/** Load balancers accept only the sources that the file allows. */
import { field, literal } from "../../cel/cel.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { notApplicable } from "../../engine/policy.ts";
import { AddressSet, addressRange } from "../../resources/addresses.ts";
import { textAt, textsAt } from "../../resources/properties.ts";

export const loadBalancerSources: ResourcePolicy = {
  id: "load-balancer-sources",
  area: "network",
  scope: "resource",
  title: "Load balancers accept only the sources that the localisation file allows.",
  risk: "The file says where machines connect from; a load balancer without the ranges accepts the whole world.",
  types: ["kubernetes:core/*:Service"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["machineTelemetry", "identity"],
  controls: { iso27001: ["A.8.20", "A.8.21"], nist80053: ["SC-7", "SC-7(5)"] },
  remediation: "Set loadBalancerSourceRanges from `hosting.kubernetes.mqtt.allowedSources`.",
  check({ properties }, { country }) {
    const allowed = country.hosting.kubernetes?.mqtt.allowedSources ?? [];
    if (textAt(properties, "spec.type") !== "LoadBalancer" || allowed.length === 0) return notApplicable;
    const ranges = textsAt(properties, "spec.loadBalancerSourceRanges");
    if (ranges.length === 0)
      return {
        path: "spec.loadBalancerSourceRanges",
        message: "It accepts every address.",
        remediation: `Set it to ${allowed.join(", ")}.`,
      };
    const set = new AddressSet(allowed);
    return ranges.flatMap(({ value, path }): Violation | [] => {
      const range = addressRange(value);
      if (range !== undefined && set.contains(range)) return [];
      return {
        path,
        value,
        message: `It accepts ${value}, which the file does not allow.`,
        remediation: `Use ${allowed.join(", ")}.`,
      };
    });
  },
  admission: {
    rules: ({ country }) => {
      const allowed = country.hosting.kubernetes?.mqtt.allowedSources ?? [];
      if (allowed.length === 0) return [];
      const ranges = field("object", "spec.loadBalancerSourceRanges", "[]");
      return {
        expression: `${field("object", "spec.type", '""')} != "LoadBalancer" || (size(${ranges}) > 0 && ${ranges}.all(range, isCIDR(range) && ${literal(allowed)}.exists(known, cidr(known).containsCIDR(range))))`,
        message: `The load balancer accepts sources other than ${allowed.join(", ")}.`,
      };
    },
  },
  examples: {
    passing: [
      {
        country: { hosting: { kubernetes: { mqtt: { allowedSources: ["196.0.0.0/8"] } } } },
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: machines, namespace: rollout }
spec: { type: LoadBalancer, loadBalancerSourceRanges: [196.25.0.0/16], ports: [{ port: 8883 }] }`,
      },
    ],
    failing: [
      {
        country: { hosting: { kubernetes: { mqtt: { allowedSources: ["196.0.0.0/8"] } } } },
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: machines, namespace: rollout }
spec: { type: LoadBalancer, ports: [{ port: 8883 }] }`,
        findings: `rollout/Service/machines spec.loadBalancerSourceRanges: It accepts every address. Set it to 196.0.0.0/8.`,
      },
      {
        country: { hosting: { kubernetes: { mqtt: { allowedSources: ["196.0.0.0/8"] } } } },
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: machines, namespace: rollout }
spec: { type: LoadBalancer, loadBalancerSourceRanges: [0.0.0.0/0], ports: [{ port: 8883 }] }`,
        findings: `rollout/Service/machines spec.loadBalancerSourceRanges[0]: It accepts 0.0.0.0/0, which the file does not allow. Use 196.0.0.0/8.`,
      },
    ],
  },
};
