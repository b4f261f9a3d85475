/** `hosting.kubernetes`: a cluster in the country. */

import {
  AddressRange,
  Email,
  field,
  HostName,
  Identifier,
  mapOf,
  ObjectName,
  strictObject,
  WebAddress,
} from "./common.ts";
import Type from "./type.ts";

const zone = Type.String({
  title: "Zone",
  description: "A value of the node label topology.kubernetes.io/zone.",
  pattern: "^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$",
  expected: "the value of a node label",
  examples: ["jhb-1"],
});

const operator = (title: string) =>
  Type.Enum(["install", "preinstalled"], {
    title,
    description: "`install`: the kit installs a pinned version. `preinstalled`: the cluster has it.",
    default: "install",
  });

export const Tls = strictObject(
  {
    issuer: Type.Enum(["acme", "own-ca", "secret"], {
      title: "Issuer",
      description:
        "`acme`: an authority with ACME. `own-ca`: an authority made in the cluster. `secret`: a certificate of the team.",
      default: "own-ca",
    }),
    acmeServer: Type.Optional(
      field(WebAddress, {
        title: "ACME directory",
        description:
          "Directory of the authority. It learns the stack's names: register it under `residency.endpoints`.",
        examples: ["https://acme-v02.api.letsencrypt.org/directory"],
      }),
    ),
    acmeEmail: Type.Optional(
      field(Email, {
        title: "ACME contact",
        description: "Where the authority writes; the operator's where absent.",
      }),
    ),
    secretName: field(ObjectName, {
      title: "Secret",
      description: "Secret of type kubernetes.io/tls that the team makes, with issuer `secret`.",
      default: "rollout-tls",
      examples: ["rollout-tls"],
    }),
  },
  { title: "TLS", description: "Where the certificates of the pages and the broker come from.", default: {} },
);

/** Of the images that a cluster's nodes run. */
export const ImageDigests = mapOf(
  { pattern: "^[a-z][a-z0-9-]{0,47}$" },
  Type.String({
    title: "Digest",
    description: "Digest of the image.",
    pattern: "^sha256:[0-9a-f]{64}$",
    expected: "a digest: sha256: and 64 hexadecimal digits",
    examples: ["sha256:3e1b0fd2d9bd5d1d7f1c2c0b4d1b8e5e0f5b7a1c9d3e2f4a6b8c0d1e2f3a4b5c"],
  }),
  {
    title: "Image digests",
    description:
      "Digest of each image in the registry, by the kit's name of the image; images are named by version where absent.",
    expected: "the kit's name of an image",
    default: {},
    examples: [{ broker: "sha256:3e1b0fd2d9bd5d1d7f1c2c0b4d1b8e5e0f5b7a1c9d3e2f4a6b8c0d1e2f3a4b5c" }],
  },
);

/** Addresses from which machines may connect. */
export const MachineSources = Type.Array(AddressRange, {
  title: "Allowed sources",
  description: "Addresses from which machines may connect; all where empty.",
  uniqueItems: true,
  default: [],
  examples: [["196.0.0.0/8"]],
});

export const MonitoringKind = Type.Enum(["annotations", "prometheus-operator"], {
  title: "Monitoring",
  description:
    "How Prometheus finds metrics: by pod annotations, or by objects of the Prometheus operator with alert rules.",
  default: "annotations",
});

export const Kubernetes = strictObject(
  {
    context: Type.Optional(
      Type.String({
        title: "Context",
        description: "Context of the kubeconfig; its current one where absent.",
        minLength: 1,
        examples: ["sme-production"],
      }),
    ),
    namespace: field(ObjectName, {
      title: "Namespace",
      description: "Namespace that holds the stack.",
      default: "rollout",
      examples: ["rollout"],
    }),
    zones: Type.Array(zone, {
      title: "Zones",
      description:
        "Values of topology.kubernetes.io/zone that are in the country. Pods and volumes run only there; where empty the whole cluster counts as in the country.",
      uniqueItems: true,
      default: [],
      examples: [["jhb-1", "jhb-2", "cpt-1"]],
    }),
    dataCentres: Type.Array(
      strictObject(
        {
          id: field(Identifier, {
            title: "Identifier",
            description: "Reports name it by this.",
            examples: ["jhb"],
          }),
          operator: Type.String({
            title: "Operator",
            description: "Who runs it.",
            minLength: 1,
            examples: ["State Information Technology Agency"],
          }),
          place: Type.String({
            title: "Place",
            description: "Town or district.",
            minLength: 1,
            examples: ["Centurion"],
          }),
          zones: Type.Array(zone, {
            title: "Zones",
            description: "The `zones` that are in it.",
            default: [],
            uniqueItems: true,
            examples: [["jhb-1", "jhb-2"]],
          }),
        },
        { title: "Data centre", description: "A building in the country with nodes." },
      ),
      {
        title: "Data centres",
        description: "The buildings behind the zones, for the compliance report.",
        default: [],
        maxItems: 50,
      },
    ),
    nodeSelector: mapOf(
      { pattern: "^[A-Za-z0-9]([-A-Za-z0-9_./]{0,250}[A-Za-z0-9])?$" },
      Type.String({ title: "Value", description: "Value of the label.", maxLength: 63, examples: ["sme"] }),
      {
        title: "Node labels",
        description: "Labels that a node must have to run the stack.",
        expected: "the name of a node label",
        default: {},
        examples: [{ pool: "sme" }],
      },
    ),
    storageClass: Type.Optional(
      field(ObjectName, {
        title: "Storage class",
        description: "Storage class of all volumes; the cluster's default where absent.",
        examples: ["fast-local"],
      }),
    ),
    storageProvisioner: Type.Optional(
      strictObject(
        {
          name: Type.String({
            title: "Name",
            description: "Name of the CSI driver.",
            pattern: "^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?(/[a-z0-9.-]+)?$",
            expected: "the name of a storage driver",
            examples: ["rbd.csi.ceph.com"],
          }),
          parameters: mapOf(
            { pattern: "^[A-Za-z0-9]([-A-Za-z0-9_./]{0,250}[A-Za-z0-9])?$" },
            Type.String({ title: "Value", description: "Value of the parameter.", examples: ["true"] }),
            {
              title: "Parameters",
              description: "The driver's parameters; switch its encryption on here.",
              expected: "the name of a parameter",
              default: {},
              examples: [{ encrypted: "true" }],
            },
          ),
          zoneLabel: Type.String({
            title: "Zone label",
            description: "Name of the driver's topology label for zones.",
            minLength: 1,
            default: "topology.kubernetes.io/zone",
          }),
        },
        {
          title: "Storage driver",
          description:
            "With it the kit makes its own storage class, with volumes only in `zones`. Use it instead of `storageClass`.",
        },
      ),
    ),
    volumeSnapshotClass: Type.Optional(
      field(ObjectName, {
        title: "Snapshot class",
        description: "Class for volume snapshots; none are made where absent.",
        examples: ["local-snapshots"],
      }),
    ),
    registry: Type.Optional(
      Type.String({
        title: "Image registry",
        description:
          "Image registry in the country that holds the kit's images; each image's own registry where absent.",
        pattern: "^[a-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9._/-]+)?$",
        expected: "a registry's address without https://",
        examples: ["registry.example.gov.za/sme"],
      }),
    ),
    registryPullSecret: Type.Optional(
      field(ObjectName, {
        title: "Pull secret",
        description: "Secret with the registry's login.",
        examples: ["registry-login"],
      }),
    ),
    imageDigests: ImageDigests,
    apiServerAddresses: Type.Array(AddressRange, {
      title: "API server's addresses",
      description:
        "Addresses at which pods reach the cluster's API server, for the PostgreSQL operator's agents; all private addresses where absent.",
      uniqueItems: true,
      minItems: 1,
      default: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
      examples: [["10.96.0.1/32", "10.20.0.10/32"]],
    }),
    domain: field(HostName, {
      title: "Domain",
      description: "Name of the web app; the broker is `mqtt.` in front of it.",
    }),
    tls: Tls,
    gateway: strictObject(
      {
        kind: Type.Enum(["ingress", "gateway-api"], {
          title: "Kind",
          description: "How HTTPS enters the cluster.",
          default: "ingress",
        }),
        className: Type.Optional(
          field(ObjectName, {
            title: "Class",
            description: "Ingress class or gateway class; the cluster's default where absent.",
            examples: ["nginx"],
          }),
        ),
        namespace: Type.Optional(
          field(ObjectName, {
            title: "Namespace",
            description:
              "Where the gateway's pods run; traffic is allowed from every namespace where absent.",
            examples: ["ingress-nginx"],
          }),
        ),
      },
      { title: "Gateway", description: "How browsers reach the pages.", default: {} },
    ),
    mqtt: strictObject(
      {
        expose: Type.Enum(["load-balancer", "node-port"], {
          title: "By",
          description: "How machines reach the broker.",
          default: "load-balancer",
        }),
        nodePort: Type.Optional(
          Type.Integer({
            title: "Node port",
            description: "With `node-port`; the cluster chooses where absent.",
            minimum: 30000,
            maximum: 32767,
            examples: [30883],
          }),
        ),
        allowedSources: MachineSources,
      },
      { title: "MQTT", description: "How machines reach the broker.", default: {} },
    ),
    operators: strictObject(
      {
        certManager: operator("cert-manager"),
        cloudNativePg: operator("CloudNativePG"),
      },
      { title: "Operators", description: "Whether the kit installs them.", default: {} },
    ),
    admission: Type.Enum(["enforce", "warn", "off"], {
      title: "Admission",
      description:
        "Whether the cluster refuses violations of the policies on residency and security in the stack's namespace, or only warns. Needs Kubernetes 1.31 and the right to make ValidatingAdmissionPolicies.",
      default: "enforce",
    }),
    monitoring: MonitoringKind,
    monitoringNamespace: Type.Optional(
      field(ObjectName, {
        title: "Monitoring's namespace",
        description: "Where Prometheus runs; metrics may be read from every namespace where absent.",
        examples: ["monitoring"],
      }),
    ),
  },
  { title: "Kubernetes target", description: "Settings of a cluster in the country." },
);
