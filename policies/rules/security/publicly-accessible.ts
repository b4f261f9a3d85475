/** Databases, brokers and clusters have no public address. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { addressRange, isEverywhere } from "../../resources/addresses.ts";
import {
  booleanAt,
  numberAt,
  objectAt,
  objectsAt,
  objectsIn,
  textAt,
  textMapAt,
  textsAt,
} from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";

const kubernetesTypes = [
  "kubernetes:core/*:Service",
  "kubernetes:postgresql.cnpg.io/*:Cluster",
  "kubernetes:postgresql.cnpg.io/*:Pooler",
  "kubernetes:rabbitmq.com/*:RabbitmqCluster",
  "kubernetes:clickhouse.altinity.com/*:ClickHouseInstallation",
];

/** HTTPS, its redirect, and MQTT over TLS. */
const publicPorts = new Set([80, 443, 8443, 8883]);

/** Annotations by which a cloud's load balancer gets an address of the private network. */
const internal =
  /(aws-load-balancer-internal|aws-load-balancer-scheme|azure-load-balancer-internal|load-balancer-type|openstack-internal-load-balancer|oci-load-balancer-internal|lb-internal)$/;

export const publiclyAccessible: ResourcePolicy = {
  id: "publicly-accessible",
  area: "security",
  scope: "resource",
  title: "Databases, brokers and the cluster's API are not open to the internet or on the nodes' addresses.",
  risk: "With a public address only one password, or one flaw in the product, is between the internet and the data.",
  types: [
    "aws:rds/instance:Instance",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:redshift/cluster:Cluster",
    "aws:mq/broker:Broker",
    "aws:msk/cluster:Cluster",
    "aws:opensearch/domain:Domain",
    "aws:dms/replicationInstance:ReplicationInstance",
    "aws:eks/cluster:Cluster",
    "aws:ec2/instance:Instance",
    ...kubernetesTypes,
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.20", "A.8.22"], nist80053: ["SC-7", "AC-3"] },
  remediation: "Keep it in private subnets; reach it from inside the network.",
  check(subject) {
    const { type, properties } = subject;
    if (type.startsWith("kubernetes:")) return serviceViolations(subject);
    const remediation = "Keep it in private subnets and reach it from inside the network.";
    const violations: Violation[] = [];
    for (const path of ["publiclyAccessible", "associatePublicIpAddress"])
      if (booleanAt(properties, path) === true)
        violations.push({
          path,
          value: "true",
          message: "It has a public address.",
          remediation: `Set ${path} to false.`,
        });
    const connectivity = "brokerNodeGroupInfo.connectivityInfo.publicAccess.type";
    if (/^SERVICE/.test(textAt(properties, connectivity) ?? ""))
      violations.push({
        path: connectivity,
        value: "on",
        message: "Its brokers have public addresses.",
        remediation,
      });
    if (type === "aws:opensearch/domain:Domain" && objectAt(properties, "vpcOptions") === undefined)
      violations.push({
        path: "vpcOptions",
        message: "It is outside the network, on a public address.",
        remediation,
      });
    if (
      type === "aws:eks/cluster:Cluster" &&
      booleanAt(properties, "vpcConfig.endpointPublicAccess") !== false
    ) {
      const ranges = textsAt(properties, "vpcConfig.publicAccessCidrs");
      const open = ranges.filter(({ value }) => {
        const range = addressRange(value);
        return range === undefined || isEverywhere(range);
      });
      if (ranges.length === 0 || open.length > 0)
        violations.push({
          path: "vpcConfig.publicAccessCidrs",
          value: open[0]?.value ?? "0.0.0.0/0",
          message: "The cluster's API is open to the whole internet.",
          remediation:
            "Set vpcConfig.endpointPublicAccess to false, or publicAccessCidrs to hosting.aws.clusterAccessFrom.",
        });
    }
    return violations;
  },
  examples: {
    passing: [
      { pulumi: "accounts: { type: aws:rds/instance:Instance, properties: { publiclyAccessible: false } }" },
      {
        pulumi: `
sme: { type: aws:eks/cluster:Cluster,
  properties: { vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: [196.25.0.0/16] } } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: database, namespace: rollout }
spec: { type: NodePort, selector: { app: database }, ports: [{ port: 5432 }] }
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 3, managed: { services: { additional: [{ serviceTemplate: { spec: { type: LoadBalancer } } }] } } }`,
        findings: `
rollout/Service/database spec.ports[0].port: Port 5432 is open on every node. Use type ClusterIP; the pages and the broker have a load balancer of their own.
rollout/Cluster/accounts spec.managed.services.additional[0].serviceTemplate.spec.type: The operator gives the store an address outside the cluster (LoadBalancer). Use type ClusterIP; the pages and the broker have a load balancer of their own.`,
      },
      {
        pulumi: "accounts: { type: aws:rds/instance:Instance, properties: { publiclyAccessible: true } }",
        findings: `Instance/accounts publiclyAccessible: It has a public address. Set publiclyAccessible to false.`,
      },
      {
        pulumi: "sme: { type: aws:eks/cluster:Cluster, properties: { vpcConfig: { subnetIds: [] } } }",
        findings: `Cluster/sme vpcConfig.publicAccessCidrs: The cluster's API is open to the whole internet. Set vpcConfig.endpointPublicAccess to false, or publicAccessCidrs to hosting.aws.clusterAccessFrom.`,
      },
      {
        pulumi: "logs: { type: aws:opensearch/domain:Domain }",
        findings: `Domain/logs vpcOptions: It is outside the network, on a public address. Keep it in private subnets and reach it from inside the network.`,
      },
    ],
  },
};

/** Ports of a Service that a load balancer or every node opens, and addresses that an operator gives its store. */
function serviceViolations({ type, properties }: Resource): Violation[] {
  const remediation = "Use type ClusterIP; the pages and the broker have a load balancer of their own.";
  if (!type.endsWith(":Service"))
    return objectsIn(properties)
      .filter(
        ({ value, path }) =>
          path.startsWith("spec.") && /^(NodePort|LoadBalancer)$/.test(textAt(value, "type") ?? ""),
      )
      .map(({ value, path }) => ({
        path: `${path}.type`,
        value: textAt(value, "type") ?? "",
        message: `The operator gives the store an address outside the cluster (${textAt(value, "type")}).`,
        remediation,
      }));
  const kind = textAt(properties, "spec.type");
  if (kind !== "NodePort" && kind !== "LoadBalancer") return [];
  const isInternal = [...textMapAt(properties, "metadata.annotations")].some(
    ([key, value]) => internal.test(key) && /^(true|internal|0\.0\.0\.0\/0)$/i.test(value),
  );
  if (kind === "LoadBalancer" && isInternal) return [];
  return objectsAt(properties, "spec.ports").flatMap(({ value, path }): Violation | [] => {
    const port = numberAt(value, "port");
    if (port === undefined || publicPorts.has(port)) return [];
    return {
      path: `${path}.port`,
      value: String(port),
      message: `Port ${port} is open ${kind === "NodePort" ? "on every node" : "to the internet"}.`,
      remediation,
    };
  });
}
