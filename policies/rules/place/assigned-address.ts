/** Addresses that a cloud assigned to the stack are in allowed regions. */
import { regionName } from "../../engine/place-names.ts";
import { notApplicable, type ResourcePolicy, type Violation } from "../../engine/policy.ts";
import { objectsAt, textAt } from "../../resources/properties.ts";

export const assignedAddress: ResourcePolicy = {
  id: "assigned-address",
  area: "place",
  scope: "resource",
  title: "Load balancers that a cloud made for the stack are in allowed regions.",
  risk: "The cluster's cloud controller decides where the load balancer is, and every connection passes through it.",
  types: ["kubernetes:core/*:Service", "kubernetes:networking.k8s.io/*:Ingress"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.23", "A.8.20"], nist80053: ["SA-9(5)", "SC-7"] },
  remediation: "Configure the cluster's cloud controller for a region of the file.",
  check({ properties }, context) {
    const names = objectsAt(properties, "status.loadBalancer.ingress");
    if (names.length === 0) return notApplicable;
    return names.flatMap(({ value, path }): Violation | [] => {
      const host = textAt(value, "hostname")?.toLowerCase();
      const location = host === undefined ? undefined : context.locationOf(host);
      if (host === undefined || location?.kind !== "foreign-region") return [];
      return {
        path: `${path}.hostname`,
        value: host,
        message: `Its load balancer is in ${regionName(location.region)}.`,
        remediation: `Have it created in ${context.allowedRegions || "the country"}.`,
      };
    });
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: machines, namespace: rollout }
spec: { type: LoadBalancer, ports: [{ port: 8883 }] }
status: { loadBalancer: { ingress: [{ hostname: a1.elb.af-south-1.amazonaws.com }] } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: machines, namespace: rollout }
spec: { type: LoadBalancer, ports: [{ port: 8883 }] }
status: { loadBalancer: { ingress: [{ hostname: a1.elb.eu-west-1.amazonaws.com }] } }`,
        findings: `rollout/Service/machines status.loadBalancer.ingress[0].hostname: Its load balancer is in eu-west-1 (Dublin, Ireland). Have it created in af-south-1.`,
      },
    ],
  },
};
