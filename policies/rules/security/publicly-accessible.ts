/** Databases, brokers and clusters have no public address. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { addressRange, isEverywhere } from "../../resources/addresses.ts";
import { booleanAt, objectAt, textAt, textsAt } from "../../resources/properties.ts";

export const publiclyAccessible: ResourcePolicy = {
  id: "publicly-accessible",
  area: "security",
  scope: "resource",
  title: "Databases, brokers and the cluster's API are not open to the internet.",
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
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.20", "A.8.22"], nist80053: ["SC-7", "AC-3"] },
  remediation: "Keep it in private subnets; reach it from inside the network.",
  check({ type, properties }) {
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
