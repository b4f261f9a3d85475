/** `hosting.kubernetes`: a cluster in the country. */
import Type from "typebox";
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
        "`acme`: an authority that speaks ACME. `own-ca`: an authority made in the cluster. `secret`: a certificate that the team brings.",
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
    secretName: Type.Optional(
      field(ObjectName, {
        title: "Secret",
        description: "Secret of type kubernetes.io/tls that the team brings.",
        examples: ["sme-tls"],
      }),
    ),
  },
  { title: "TLS", description: "Where the certificates of the pages and the broker come from.", default: {} },
);

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
        "Values of topology.kubernetes.io/zone that lie in the country. Pods and volumes are held to them; where empty the whole cluster counts as in the country.",
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
            description: "Those of `zones` that it holds.",
            default: [],
            uniqueItems: true,
            examples: [["jhb-1", "jhb-2"]],
          }),
        },
        { title: "Data centre", description: "A building in the country that holds nodes." },
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
        description: "Labels that a node must carry to run the stack.",
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
    domain: field(HostName, {
      title: "Domain",
      description: "Name of the web app; the broker is `mqtt.` in front of it.",
    }),
    tls: Tls,
    gateway: strictObject(
      {
        kind: Type.Enum(["ingress", "gateway-api"], {
          title: "Kind",
          description: "What brings HTTPS into the cluster.",
          default: "ingress",
        }),
        className: Type.Optional(
          field(ObjectName, {
            title: "Class",
            description: "Ingress class or gateway class; the cluster's default where absent.",
            examples: ["nginx"],
          }),
        ),
      },
      { title: "Gateway", description: "How pages are reached.", default: {} },
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
        allowedSources: Type.Array(AddressRange, {
          title: "Allowed sources",
          description: "Addresses that machines may come from; all where empty.",
          uniqueItems: true,
          default: [],
          examples: [["196.0.0.0/8"]],
        }),
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
    monitoring: Type.Enum(["annotations", "prometheus-operator"], {
      title: "Monitoring",
      description:
        "How metrics are found: by pod annotations, or by the Prometheus operator's own objects with alert rules.",
      default: "annotations",
    }),
  },
  { title: "Kubernetes target", description: "Settings of a cluster in the country." },
);
