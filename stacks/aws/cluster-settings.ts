/** Settings of the cluster that this target makes, for the parts on it. */
import type { Output } from "@pulumi/pulumi";
import { envoyNamespace } from "../../components/operators.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { type ClusterSettings, ownClusterNamespace } from "../kubernetes/stack.ts";

export type AwsSettings = NonNullable<Country["hosting"]["aws"]>;

/** Class of the gateway that the kit installs. */
const gatewayClass = "rollout";

export function awsClusterSettings(
  aws: AwsSettings,
  registry: Output<string>,
  disksKey: Output<string>,
): ClusterSettings {
  return {
    namespace: ownClusterNamespace,
    zones: aws.zones,
    nodeSelector: {},
    storageProvisioner: {
      name: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true", kmsKeyId: disksKey, "csi.storage.k8s.io/fstype": "ext4" },
      zoneLabel: "topology.kubernetes.io/zone",
    },
    registry,
    imageDigests: aws.imageDigests,
    // No pod of an operator connects to the API: RDS runs the database.
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
