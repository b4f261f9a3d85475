/** Ways in which clusters and files differ, for tests that hold every plan to a rule. */
import type { ChangeableCluster, ChangeableCountry } from "./planned.ts";

export const variants: Record<string, (cluster: ChangeableCluster, country: ChangeableCountry) => void> = {
  "as the file has it": () => {},
  "with the Gateway API, ACME, the Prometheus operator, a storage driver and a node port": (cluster) => {
    cluster.gateway = { kind: "gateway-api", className: "eg", namespace: "edge" };
    cluster.tls = { issuer: "acme", acmeServer: "https://ca.example.org/directory", secretName: "unused" };
    cluster.monitoring = "prometheus-operator";
    delete cluster.storageClass;
    cluster.storageProvisioner = {
      name: "csi.example.org",
      parameters: { encrypted: "true" },
      zoneLabel: "topology.kubernetes.io/zone",
    };
    cluster.mqtt = { expose: "node-port", nodePort: 30883, allowedSources: ["10.0.0.0/8", "2001:db8::/32"] };
    cluster.registryPullSecret = "login";
    cluster.nodeSelector = { "example.org/pool": "sme" };
  },
  "as small as it gets": (cluster, country) => {
    cluster.zones = [];
    delete cluster.registry;
    delete cluster.storageClass;
    delete country.hosting.backup.destination;
    country.hosting.sizes.broker.replicas = 1;
    country.hosting.sizes.timeSeries.replicas = 1;
    country.hosting.sizes.relational.replicas = 1;
    cluster.tls = { issuer: "secret", secretName: "brought" };
  },
  "of a country with a million machines": (_, country) => {
    country.programme.scale.inThreeYears = { companies: 200_000, machines: 1_000_000 };
  },
};
