/** Manual addresses behind a Service are in the network or registered in the file. */
import { literal } from "../../cel/cel.ts";
import { isAllowedHost } from "../../cel/hosts.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { addressRange, isInternalAddress, isLinkLocal } from "../../resources/addresses.ts";
import { textsOf } from "../../resources/texts.ts";

const controllers = [
  "system:kube-controller-manager",
  "system:serviceaccount:kube-system:endpoint-controller",
  "system:serviceaccount:kube-system:endpointslice-controller",
  "system:serviceaccount:kube-system:endpointslicemirroring-controller",
];

export const endpointsOutside: ResourcePolicy = {
  id: "endpoints-outside",
  area: "kubernetes",
  scope: "resource",
  title: "Addresses behind Services are in the stack's network or belong to registered endpoints.",
  risk: "Manual Endpoints can send traffic for a Service of the cluster to any address on the internet.",
  types: ["kubernetes:core/*:Endpoints", "kubernetes:discovery.k8s.io/*:EndpointSlice"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.8.20"], nist80053: ["AC-4", "SC-7"] },
  remediation: "Register the address under `residency.endpoints`, or remove the object.",
  check: (subject, context) =>
    textsOf(subject)
      .filter(({ path }) => /(\.ip|addresses\[\d+\])$/.test(path))
      .flatMap(({ value, path }): Violation | [] => {
        const range = addressRange(value);
        const outside =
          range === undefined
            ? context.outside(value.toLowerCase())
            : context.isRegisteredAddress(range)
              ? undefined
              : isLinkLocal(range)
                ? `${value}, where a cloud hands out the keys of the machine`
                : isInternalAddress(range)
                  ? undefined
                  : `${value}, which the file does not register`;
        if (outside === undefined) return [];
        return {
          path,
          value,
          message: `The Service leads to ${outside}.`,
          remediation: "Remove it, or add the address to an endpoint under residency.endpoints.",
        };
      }),
  admission: {
    rules: (context) => ({
      // The cluster's own controllers write the addresses of pods.
      expression: `request.userInfo.username in ${literal(controllers)} || (object.kind == "Endpoints" ? object.?subsets.orValue([]).map(subset, (subset.?addresses.orValue([]) + subset.?notReadyAddresses.orValue([])).map(address, address.ip)) : object.?endpoints.orValue([]).map(endpoint, endpoint.?addresses.orValue([]))).all(addresses, addresses.all(host, ${isAllowedHost("host", context)}))`,
      message: "The Service leads to an address that the file does not register.",
    }),
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Endpoints
metadata: { name: mail, namespace: rollout }
subsets: [{ addresses: [{ ip: 196.25.1.20 }, { ip: 10.20.0.7 }], ports: [{ port: 587 }] }]`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: database-1, namespace: rollout }
addressType: IPv4
endpoints: [{ addresses: [203.0.113.9] }]`,
        findings: `rollout/EndpointSlice/database-1 endpoints[0].addresses[0]: The Service leads to 203.0.113.9, which the file does not register. Remove it, or add the address to an endpoint under residency.endpoints.`,
      },
      {
        manifests: `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: database-2, namespace: rollout }
addressType: FQDN
endpoints: [{ addresses: [db.example.com] }]`,
        findings: `rollout/EndpointSlice/database-2 endpoints[0].addresses[0]: The Service leads to db.example.com, which the file does not register. Remove it, or add the address to an endpoint under residency.endpoints.`,
      },
    ],
  },
};
