/** What the parts are told of the cluster that this target makes. */
import type { Output } from "@pulumi/pulumi";
import { envoyNamespace } from "../../components/operators.ts";
import type { ClusterSettings } from "../kubernetes/parts.ts";
import type { AwsSettings } from "./program.ts";

export const namespace = "rollout";

/** Class of the gateway that the kit installs. */
const gatewayClass = "rollout";

export function awsClusterSettings(
  aws: AwsSettings,
  registry: Output<string>,
  disksKey: Output<string>,
): ClusterSettings {
  return {
    namespace,
    zones: aws.zones,
    nodeSelector: {},
    storageProvisioner: {
      name: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true", kmsKeyId: disksKey, "csi.storage.k8s.io/fstype": "ext4" },
      zoneLabel: "topology.kubernetes.io/zone",
    },
    registry,
    imageDigests: aws.imageDigests,
    // No operator's agent in a pod asks the API: RDS runs the database.
    apiServerAddresses: [],
    domain: aws.domain,
    tls: aws.tls,
    gateway: { kind: "gateway-api", className: gatewayClass, namespace: envoyNamespace },
    mqtt: {
      expose: "load-balancer",
      allowedSources: aws.mqtt.allowedSources,
    },
    operators: { certManager: "install", cloudNativePg: "preinstalled" },
    admission: "enforce",
    monitoring: aws.monitoring,
  };
}
