/** Brokers and logs of messages are not mirrored to another region. */
import type { Outcome, ResourcePolicy } from "../../engine/policy.ts";
import { textAt } from "../../resources/properties.ts";

export const brokerReplication: ResourcePolicy = {
  id: "broker-replication",
  area: "copies",
  scope: "resource",
  title: "Message brokers and streams are not mirrored to other regions.",
  risk: "A replicator or a paired broker copies every reading to a broker in another region at once.",
  types: ["aws:msk/replicator:Replicator", "aws:mq/broker:Broker"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.5.23"], nist80053: ["AC-4", "SA-9(5)"] },
  remediation: "Remove the replication; a cluster in several zones survives the loss of one.",
  check({ type, properties }): Outcome {
    const remediation = "Remove the replication; run the brokers in several zones instead.";
    if (type.endsWith(":Replicator"))
      return [{ path: "", message: "It copies every message to another cluster.", remediation }];
    const mode = textAt(properties, "dataReplicationMode");
    const primary = textAt(properties, "dataReplicationPrimaryBrokerArn");
    if ((mode === undefined || mode === "NONE") && primary === undefined) return [];
    return {
      path: primary === undefined ? "dataReplicationMode" : "dataReplicationPrimaryBrokerArn",
      value: primary ?? mode ?? "",
      message: `It mirrors its messages to a broker of another region (${mode ?? primary}).`,
      remediation,
    };
  },
  examples: {
    passing: [
      { pulumi: "machines: { type: aws:mq/broker:Broker, properties: { dataReplicationMode: NONE } }" },
    ],
    failing: [
      {
        pulumi: "machines: { type: aws:mq/broker:Broker, properties: { dataReplicationMode: CRDR } }",
        findings: `Broker/machines dataReplicationMode: It mirrors its messages to a broker of another region (CRDR). Remove the replication; run the brokers in several zones instead.`,
      },
      {
        pulumi: "machines: { type: aws:msk/replicator:Replicator }",
        findings: `Replicator/machines: It copies every message to another cluster. Remove the replication; run the brokers in several zones instead.`,
      },
    ],
  },
};
