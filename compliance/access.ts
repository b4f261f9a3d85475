/** Who can reach the data: entrances from outside, administrators of the cluster, rights of the parts. */
import type { LoadedCountry } from "../localisation/load.ts";
import type { Country } from "../localisation/schema/country.ts";
import { at, kindOf, type Plan, type PlannedResource } from "../plan/plan.ts";
import { displayName } from "../policies/resources/resource.ts";
import { listAt } from "./plan-values.ts";
import type { Report } from "./report-schema.ts";

type Access = Report["access"];
type Entrance = Access["entrances"][number];

export function accessOf({ country }: LoadedCountry, plan: Plan | undefined): Access {
  return {
    entrances: plan === undefined ? localEntrances(country) : planEntrances(plan),
    administrators: plan?.target === "aws" ? [...(country.hosting.aws?.administrators ?? [])] : [],
    rights: plan === undefined ? [] : rightsOf(plan),
    remote: country.residency.remoteAccess.map((person) => ({ ...person })),
  };
}

function localEntrances({ hosting }: Country): Entrance[] {
  const { bind, ports } = hosting.local;
  const host = bind.includes(":") ? `[${bind}]` : bind;
  return [
    { name: "web app", address: `http://${host}:${ports.http}`, protocol: "http", from: [] },
    { name: "broker", address: `mqtts://${host}:${ports.mqtts}`, protocol: "mqtts", from: [] },
    // MQTT without TLS is always on loopback.
    {
      name: "broker",
      address: `mqtt://127.0.0.1:${ports.mqtt}`,
      protocol: "mqtt",
      from: ["127.0.0.0/8"],
    },
  ];
}

function planEntrances(plan: Plan): Entrance[] {
  return plan.resources.flatMap((resource): Entrance[] => {
    const { properties } = resource;
    const spec = at(properties, "spec");
    const name = nameOf(resource);
    switch (kindOf(resource)) {
      case "Ingress":
        return listAt(spec, "rules").map((rule) => ({
          name,
          address: `https://${String(at(rule, "host") ?? "")}`,
          protocol: listAt(spec, "tls").length > 0 ? "https" : "http",
          from: [],
        }));
      case "Gateway":
        if (!resource.type.startsWith("kubernetes:gateway.networking.k8s.io")) return [];
        return listAt(spec, "listeners").map((listener) => {
          const protocol = String(at(listener, "protocol") ?? "") === "HTTPS" ? "https" : "http";
          const host = String(at(listener, "hostname") ?? "*");
          return { name, address: `${protocol}://${host}:${at(listener, "port")}`, protocol, from: [] };
        });
      case "Service": {
        const type = at(spec, "type");
        if (type !== "LoadBalancer" && type !== "NodePort") return [];
        const from = listAt(spec, "loadBalancerSourceRanges").map(String);
        return listAt(spec, "ports").map((port) => ({
          name,
          address: `${type} ${at(port, "nodePort") ?? at(port, "port")} (${at(port, "name")})`,
          protocol: String(at(port, "name")).includes("mqtt") ? "mqtts" : "https",
          from,
        }));
      }
      case "Cluster": {
        if (resource.type !== "aws:eks/cluster:Cluster") return [];
        const open = at(properties, "vpcConfig", "endpointPublicAccess") === true;
        const from = listAt(properties, "vpcConfig", "publicAccessCidrs").map(String);
        const inside = plan.resources
          .filter(({ type }) => type === "aws:ec2/vpc:Vpc")
          .map((vpc) => String(at(vpc.properties, "cidrBlock")));
        return [
          { name, address: "EKS", protocol: "kubernetes-api", from: open ? [...inside, ...from] : inside },
        ];
      }
      default:
        return [];
    }
  });
}

const rightKinds = new Set([
  "Role",
  "RoleBinding",
  "ClusterRole",
  "ClusterRoleBinding",
  "PodIdentityAssociation",
]);

/** Charts count too: the operators that they install have rights of their own. */
function rightsOf(plan: Plan): string[] {
  return plan.resources
    .filter((resource) => resource.custom && (rightKinds.has(kindOf(resource)) || isChart(resource)))
    .map((resource) =>
      isChart(resource)
        ? `${nameOf(resource)} (${at(resource.properties, "namespace") ?? "default"})`
        : nameOf(resource),
    )
    .sort();
}

const isChart = ({ type }: PlannedResource) => type.startsWith("kubernetes:helm.sh/");

const nameOf = ({ type, name, parent, properties }: PlannedResource): string =>
  displayName(type, name, properties, parent);
