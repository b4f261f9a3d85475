/** `hosting.kubernetes`: a cluster in the country. */

import { choice, field, group, list, map, optional, settings, text } from "./builders.ts";
import { AddressRange, Email, HostName, Identifier, ObjectName, WebAddress } from "./common.ts";

const zone = text("Zone", "A value of the node label topology.kubernetes.io/zone.", {
  pattern: "^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$",
  expected: "the value of a node label",
  examples: ["jhb-1"],
});

const operator = (title: string) =>
  choice(
    title,
    "`install`: the kit installs a pinned version. `preinstalled`: the cluster has it.",
    ["install", "preinstalled"],
    { default: "install" },
  );

export const Tls = settings("TLS", "Where the certificates of the pages and the broker come from.", {
  issuer: choice(
    "Issuer",
    "`acme`: an authority with ACME. `own-ca`: an authority made in the cluster. `secret`: a certificate of the team.",
    ["acme", "own-ca", "secret"],
    { default: "own-ca" },
  ),
  acmeServer: optional.field(
    WebAddress,
    "ACME directory",
    "Directory of the authority. It learns the stack's names: register it under `residency.endpoints`.",
    { examples: ["https://acme-v02.api.letsencrypt.org/directory"] },
  ),
  acmeEmail: optional.field(
    Email,
    "ACME contact",
    "Where the authority writes; the operator's where absent.",
  ),
  secretName: field(
    ObjectName,
    "Secret",
    "Secret of type kubernetes.io/tls that the team makes, with issuer `secret`.",
    { default: "rollout-tls", examples: ["rollout-tls"] },
  ),
});

/** Of the images that a cluster's nodes run. */
export const ImageDigests = map(
  "Image digests",
  "Digest of each image in the registry, by the kit's name of the image; images are named by version where absent.",
  {
    keys: "^[a-z][a-z0-9-]{0,47}$",
    values: text("Digest", "Digest of the image.", {
      pattern: "^sha256:[0-9a-f]{64}$",
      expected: "a digest: sha256: and 64 hexadecimal digits",
      examples: ["sha256:3e1b0fd2d9bd5d1d7f1c2c0b4d1b8e5e0f5b7a1c9d3e2f4a6b8c0d1e2f3a4b5c"],
    }),
    expected: "the kit's name of an image",
    default: {},
    examples: [{ broker: "sha256:3e1b0fd2d9bd5d1d7f1c2c0b4d1b8e5e0f5b7a1c9d3e2f4a6b8c0d1e2f3a4b5c" }],
  },
);

/** Addresses from which machines may connect. */
export const MachineSources = list(
  "Allowed sources",
  "Addresses from which machines may connect; all where empty.",
  { items: AddressRange, uniqueItems: true, default: [], examples: [["196.0.0.0/8"]] },
);

export const MonitoringKind = choice(
  "Monitoring",
  "How Prometheus finds metrics: by pod annotations, or by objects of the Prometheus operator with alert rules.",
  ["annotations", "prometheus-operator"],
  { default: "annotations" },
);

export const Kubernetes = group("Kubernetes target", "Settings of a cluster in the country.", {
  context: optional.text("Context", "Context of the kubeconfig; its current one where absent.", {
    minLength: 1,
    examples: ["sme-production"],
  }),
  namespace: field(ObjectName, "Namespace", "Namespace that holds the stack.", {
    default: "rollout",
    examples: ["rollout"],
  }),
  zones: list(
    "Zones",
    "Values of topology.kubernetes.io/zone that are in the country. Pods and volumes run only there; where empty the whole cluster counts as in the country.",
    { items: zone, uniqueItems: true, default: [], examples: [["jhb-1", "jhb-2", "cpt-1"]] },
  ),
  dataCentres: list("Data centres", "The buildings behind the zones.", {
    items: group("Data centre", "A building in the country with nodes.", {
      id: field(Identifier, "Identifier", "Its short name.", { examples: ["jhb"] }),
      operator: text("Operator", "Who runs it.", {
        minLength: 1,
        examples: ["State Information Technology Agency"],
      }),
      place: text("Place", "Town or district.", { minLength: 1, examples: ["Centurion"] }),
      zones: list("Zones", "The `zones` that are in it.", {
        items: zone,
        default: [],
        uniqueItems: true,
        examples: [["jhb-1", "jhb-2"]],
      }),
    }),
    default: [],
    maxItems: 50,
  }),
  nodeSelector: map("Node labels", "Labels that a node must have to run the stack.", {
    keys: "^[A-Za-z0-9]([-A-Za-z0-9_./]{0,250}[A-Za-z0-9])?$",
    values: text("Value", "Value of the label.", { maxLength: 63, examples: ["sme"] }),
    expected: "the name of a node label",
    default: {},
    examples: [{ pool: "sme" }],
  }),
  storageClass: optional.field(
    ObjectName,
    "Storage class",
    "Storage class of all volumes; the cluster's default where absent.",
    { examples: ["fast-local"] },
  ),
  storageProvisioner: optional.group(
    "Storage driver",
    "With it the kit makes its own storage class, with volumes only in `zones`. Use it instead of `storageClass`.",
    {
      name: text("Name", "Name of the CSI driver.", {
        pattern: "^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?(/[a-z0-9.-]+)?$",
        expected: "the name of a storage driver",
        examples: ["rbd.csi.ceph.com"],
      }),
      parameters: map("Parameters", "The driver's parameters; switch its encryption on here.", {
        keys: "^[A-Za-z0-9]([-A-Za-z0-9_./]{0,250}[A-Za-z0-9])?$",
        values: text("Value", "Value of the parameter.", { examples: ["true"] }),
        expected: "the name of a parameter",
        default: {},
        examples: [{ encrypted: "true" }],
      }),
      zoneLabel: text("Zone label", "Name of the driver's topology label for zones.", {
        minLength: 1,
        default: "topology.kubernetes.io/zone",
      }),
    },
  ),
  volumeSnapshotClass: optional.field(
    ObjectName,
    "Snapshot class",
    "The kit makes no volume snapshots, and nothing uses this class.",
    { examples: ["local-snapshots"] },
  ),
  registry: optional.text(
    "Image registry",
    "Image registry in the country that holds the kit's images; each image's own registry where absent.",
    {
      pattern: "^[a-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9._/-]+)?$",
      expected: "a registry's address without https://",
      examples: ["registry.example.gov.za/sme"],
    },
  ),
  registryPullSecret: optional.field(ObjectName, "Pull secret", "Secret with the registry's login.", {
    examples: ["registry-login"],
  }),
  imageDigests: ImageDigests,
  apiServerAddresses: list(
    "API server's addresses",
    "Addresses at which pods reach the cluster's API server, for the PostgreSQL operator's agents; all private addresses where absent.",
    {
      items: AddressRange,
      uniqueItems: true,
      minItems: 1,
      default: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
      examples: [["10.96.0.1/32", "10.20.0.10/32"]],
    },
  ),
  domain: field(HostName, "Domain", "Name of the web app; the broker is `mqtt.` in front of it."),
  tls: Tls,
  gateway: settings("Gateway", "How browsers reach the pages.", {
    kind: choice("Kind", "How HTTPS enters the cluster.", ["ingress", "gateway-api"], { default: "ingress" }),
    className: optional.field(
      ObjectName,
      "Class",
      "Ingress class or gateway class; the cluster's default where absent.",
      { examples: ["nginx"] },
    ),
    namespace: optional.field(
      ObjectName,
      "Namespace",
      "Where the gateway's pods run. Where absent, every namespace reaches the pages, and the address of a client that the gateway names is not believed: limits on sign-ins and registrations then count all clients of a gateway's pod together.",
      { examples: ["ingress-nginx"] },
    ),
  }),
  mqtt: settings("MQTT", "How machines reach the broker.", {
    expose: choice("By", "How machines reach the broker.", ["load-balancer", "node-port"], {
      default: "load-balancer",
    }),
    nodePort: optional.whole("Node port", "With `node-port`; the cluster chooses where absent.", {
      minimum: 30000,
      maximum: 32767,
      examples: [30883],
    }),
    allowedSources: MachineSources,
  }),
  operators: settings("Operators", "Whether the kit installs them.", {
    certManager: operator("cert-manager"),
    cloudNativePg: operator("CloudNativePG"),
  }),
  admission: choice(
    "Admission",
    "Whether the cluster refuses violations of the policies on residency and security in the stack's namespace, or only warns. Needs Kubernetes 1.31 and the right to make ValidatingAdmissionPolicies.",
    ["enforce", "warn", "off"],
    { default: "enforce" },
  ),
  monitoring: MonitoringKind,
  monitoringNamespace: optional.field(
    ObjectName,
    "Monitoring's namespace",
    "Where Prometheus runs; metrics may be read from every namespace where absent.",
    { examples: ["monitoring"] },
  ),
});
