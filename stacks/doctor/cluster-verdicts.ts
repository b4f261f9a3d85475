/** Checks whether a cluster can run a country's plan: version, clock, nodes and zones, capacity, ingress, Secrets, quota. */

import { parseQuantity } from "../../base/quantity.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { workloadOf } from "../../plan/describe.ts";
import type { Plan } from "../../plan/plan.ts";
import { kindOf } from "../../plan/plan.ts";
import type { KubernetesSettings } from "../kubernetes/stack.ts";
import type { ClusterFacts, Node } from "./cluster-facts.ts";
import { type Examined, findingsIn } from "./finding.ts";

const inCluster = findingsIn("cluster");
const inIngress = findingsIn("ingress");
const inQuota = findingsIn("quota");
const inSecrets = findingsIn("secrets");
const inZones = findingsIn("zones");

/** The first version in which `ValidatingAdmissionPolicy` and `minDomains` of a topology spread are stable. */
const oldestMinor = 31;

const zoneLabel = "topology.kubernetes.io/zone";

/** Milliseconds that certificates and logins tolerate. */
const clockTolerance = { fine: 5_000, dangerous: 60_000 };

export function clusterVersion({ version }: ClusterFacts): Examined {
  const [, major = "0", minor = "0"] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < oldestMinor)
    return inCluster.failed(
      "version",
      `Kubernetes ${version}`,
      `The stack needs 1.${oldestMinor} or later: upgrade the cluster.`,
    );
  return inCluster.ok("version", `Kubernetes ${version}`);
}

export function clock({ clockAhead }: ClusterFacts): Examined {
  if (clockAhead === undefined) return inCluster.skipped("clock", "The API server does not send its time.");
  const seconds = Math.abs(clockAhead) / 1000;
  const found = `${seconds.toFixed(0)} s ${clockAhead > 0 ? "ahead of" : "behind"} this machine`;
  if (Math.abs(clockAhead) <= clockTolerance.fine) return inCluster.ok("clock", "as on this machine");
  const remediation = "Set the clocks of the cluster's machines and of this machine by NTP.";
  return (Math.abs(clockAhead) > clockTolerance.dangerous ? inCluster.failed : inCluster.warning)(
    "clock",
    found,
    remediation,
  );
}

/** Nodes that may run the stack, in each zone that the file names. */
export function zones(facts: ClusterFacts, settings: KubernetesSettings): Examined[] {
  if (facts.nodes === undefined) return [inZones.skipped("nodes", "This login may not read nodes.")];
  const usable = usableNodes(facts.nodes, settings);
  if (settings.zones.length === 0)
    return [
      usable.length === 0
        ? inZones.failed("nodes", "No node is ready for the stack.", selectorHint(settings))
        : inZones.ok("nodes", `${usable.length} ready`),
    ];
  return settings.zones.map((zone) => {
    const here = usable.filter(({ labels }) => labels[zoneLabel] === zone);
    if (here.length > 0)
      return inZones.ok(zone, `${here.length} ${here.length === 1 ? "node" : "nodes"} ready`);
    const known = [...new Set(facts.nodes?.map(({ labels }) => labels[zoneLabel] ?? "none"))].sort();
    return inZones.failed(
      zone,
      `No ready node has the label ${zoneLabel}=${zone}. Labels of the nodes: ${known.join(", ") || "no node"}.`,
      `Label the nodes of ${zone}, or correct hosting.kubernetes.zones. ${selectorHint(settings)}`.trim(),
    );
  });
}

/** Whether the plan's requests fit into what other namespaces leave. */
export function room(facts: ClusterFacts, settings: KubernetesSettings, plan: Plan): Examined {
  if (facts.nodes === undefined) return inZones.skipped("room", "This login may not read nodes.");
  const nodes = usableNodes(facts.nodes, settings).filter(
    ({ labels }) => settings.zones.length === 0 || settings.zones.includes(labels[zoneLabel] ?? ""),
  );
  const pods = plan.resources.flatMap((resource) => workloadOf(resource, plan.resources) ?? []);
  const running = pods.filter(({ replicas }) => replicas > 0);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const free = {
    cpu: sum(nodes.map((node) => node.free.cpu)),
    memory: sum(nodes.map((node) => node.free.memory)),
  };
  const wanted = {
    cpu: sum(running.map(({ cpu, replicas }) => cpu * replicas)),
    memory: sum(running.map(({ memory, replicas }) => memory * replicas)),
  };
  const text = `${amounts(wanted)} wanted, ${amounts(free)} free`;
  const remediation = "Add nodes in the file's zones, or reduce hosting.sizes.";
  if (wanted.cpu > free.cpu || wanted.memory > free.memory) return inZones.failed("room", text, remediation);
  const largest = running.find(
    ({ cpu, memory }) => !nodes.some((node) => node.free.cpu >= cpu && node.free.memory >= memory),
  );
  if (largest !== undefined)
    return inZones.failed("room", `No node has room for a pod of ${amounts(largest)}.`, remediation);
  return inZones.ok("room", text);
}

/** The class of the ingress or gateway, and whether the cluster gives Services an address. */
export function ingress(facts: ClusterFacts, { gateway, mqtt }: KubernetesSettings): Examined[] {
  const kind = gateway.kind === "ingress" ? "IngressClass" : "GatewayClass";
  const classes = gateway.kind === "ingress" ? facts.ingressClasses : facts.gatewayClasses;
  const found: Examined[] = [];
  const names = (classes ?? []).map(({ metadata }) => metadata.name);
  const isDefault = ({ metadata }: NonNullable<typeof classes>[number]) =>
    metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true";
  const there = names.length === 0 ? "There is none." : `There is ${names.join(", ")}.`;
  const wanted = gateway.className;
  const install =
    gateway.kind === "ingress"
      ? "Install an ingress controller, or name another class under hosting.kubernetes.gateway."
      : "Install a gateway controller, or name another class under hosting.kubernetes.gateway.";
  if (classes === undefined) found.push(inIngress.skipped(kind, `This login may not read ${kind}es.`));
  else if (wanted === undefined && gateway.kind === "ingress" && !classes.some(isDefault))
    found.push(inIngress.failed(kind, `No default IngressClass. ${there}`, install));
  else if (wanted === undefined && classes.length === 0) found.push(inIngress.failed(kind, there, install));
  else if (wanted !== undefined && !names.includes(wanted))
    found.push(inIngress.failed(kind, `${wanted} does not exist. ${there}`, install));
  else found.push(inIngress.ok(kind, wanted ?? "the cluster's default"));
  if (mqtt.expose === "load-balancer")
    found.push(
      facts.loadBalancerSeen === undefined
        ? inIngress.skipped("load balancer", "This login may not read Services.")
        : facts.loadBalancerSeen
          ? inIngress.ok("load balancer", "another Service has an address")
          : inIngress.warning(
              "load balancer",
              "No Service of the cluster has an address of a load balancer.",
              "Make sure that the cluster has a load balancer, of the cloud or such as MetalLB. Otherwise use mqtt.expose: node-port.",
            ),
    );
  return found;
}

/** Secrets that the team has to create. */
export function secrets(facts: ClusterFacts, settings: KubernetesSettings, country: Country): Examined[] {
  const { destination } = country.hosting.backup;
  const { mailGateway, smsGateway } = country.notifications;
  const wanted: readonly (readonly [name: string | undefined, what: string])[] = [
    [
      settings.tls.issuer === "secret" ? settings.tls.secretName : undefined,
      "the certificate (kubernetes.io/tls)",
    ],
    [settings.registryPullSecret, "the registry's login"],
    [destination?.credentialsSecret, "accessKeyId and secretAccessKey of the backups' store"],
    [mailGateway?.credentialsSecret, "the mail gateway's login"],
    [smsGateway?.credentialsSecret, "the SMS gateway's login"],
  ];
  return wanted.flatMap(([name, what]) => {
    if (name === undefined) return [];
    if (facts.secrets === undefined)
      return [inSecrets.skipped(name, `This login may not read Secrets of ${settings.namespace}.`)];
    return [
      facts.secrets.includes(name)
        ? inSecrets.ok(name, what)
        : inSecrets.warning(
            name,
            `It is not in the namespace ${settings.namespace} yet.`,
            `Create the Secret with ${what}, and the namespace if it does not exist. Pods wait for the Secret.`,
          ),
    ];
  });
}

/** Quotas of the namespace that are not the stack's own. */
export function quota(facts: ClusterFacts, plan: Plan): Examined {
  const foreign = (facts.quotas ?? []).filter(
    ({ metadata }) => metadata.labels?.["app.kubernetes.io/managed-by"] !== "rollout",
  );
  if (facts.quotas === undefined) return inQuota.skipped("namespace", "This login may not read quotas.");
  if (foreign.length === 0) return inQuota.ok("namespace", "no quota but the stack's own");
  const own = plan.resources.find((resource) => kindOf(resource) === "ResourceQuota")?.properties as
    | { readonly spec: { readonly hard: Readonly<Record<string, string>> } }
    | undefined;
  const short = foreign.flatMap(({ metadata, spec }) =>
    Object.entries((spec as { hard?: Readonly<Record<string, string>> }).hard ?? {}).flatMap(
      ([what, limit]) => {
        const wanted = own?.spec.hard[what];
        return wanted !== undefined && (parseQuantity(limit) ?? 0) < (parseQuantity(wanted) ?? 0)
          ? [`${metadata.name}: ${what} ${limit}, wanted up to ${wanted}`]
          : [];
      },
    ),
  );
  return short.length === 0
    ? inQuota.ok("namespace", foreign.map(({ metadata }) => metadata.name).join(", "))
    : inQuota.failed("namespace", short.join("; "), "Ask for a higher quota, or reduce hosting.sizes.");
}

function usableNodes(nodes: readonly Node[], { nodeSelector }: KubernetesSettings): Node[] {
  return nodes.filter(
    ({ open, labels }) => open && Object.entries(nodeSelector).every(([key, value]) => labels[key] === value),
  );
}

function selectorHint({ nodeSelector }: KubernetesSettings): string {
  const labels = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`);
  return labels.length === 0 ? "" : `Nodes also need ${labels.join(", ")} (hosting.kubernetes.nodeSelector).`;
}

const amounts = ({ cpu, memory }: { readonly cpu: number; readonly memory: number }): string =>
  `${(cpu / 1000).toFixed(1)} processors and ${(memory / 1024).toFixed(1)} GiB`;
