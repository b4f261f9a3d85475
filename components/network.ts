/**
 * The namespace and its walls: the Pod Security Standard "restricted", every flow closed but those of the list, a quota, and
 * where the file names a storage driver a storage class whose volumes stay in the country's zones.
 */

import type { types } from "@pulumi/kubernetes";
import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { formatGibibytes, formatMebibytes, formatProcessors } from "../base/quantity.ts";
import type { NetworkFlow, Peer } from "./flows.ts";
import { labels, metadata, type PartName, selectorLabels } from "./part.ts";
import { serviceAccountName } from "./pod.ts";

export interface StorageDriver {
  readonly name: string;
  readonly parameters: Readonly<Record<string, Input<string>>>;
  /** Topology label by which the driver knows zones. */
  readonly zoneLabel: string;
}

export interface Quota {
  /** Thousandths of a processor. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** GiB. */
  readonly storage: number;
  readonly volumes: number;
  readonly pods: number;
  readonly loadBalancers: number;
  readonly nodePorts: number;
}

export interface NetworkArgs {
  readonly namespace: string;
  readonly flows: readonly NetworkFlow[];
  readonly quota: Quota;
  readonly zones: readonly string[];
  readonly storageDriver?: StorageDriver;
}

type PolicyPeer = types.input.networking.v1.NetworkPolicyPeer;
type PolicyPort = types.input.networking.v1.NetworkPolicyPort;

/** Where pods may ask for names: the cluster's DNS, and the cache that some clusters run on each node. */
const nameServers: PolicyPeer[] = [
  { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
  { ipBlock: { cidr: "169.254.20.10/32" } },
];

export class Network extends ComponentResource {
  /** Made where the file names a storage driver. */
  readonly storageClass: string | undefined;

  constructor(name: string, args: NetworkArgs, options: ComponentResourceOptions) {
    super("rollout:components:Network", name, {}, options);
    const { namespace } = args;
    const enforced = "restricted";
    const home = new Namespace(
      namespace,
      {
        metadata: {
          name: namespace,
          labels: {
            ...labels(),
            "pod-security.kubernetes.io/enforce": enforced,
            "pod-security.kubernetes.io/audit": enforced,
            "pod-security.kubernetes.io/warn": enforced,
          },
        },
      },
      { parent: this },
    );
    const inside = { parent: this, dependsOn: [home] };
    new ServiceAccount(
      serviceAccountName,
      { metadata: metadata(namespace, serviceAccountName), automountServiceAccountToken: false },
      inside,
    );
    this.#limits(args, inside);
    this.#policies(args, inside);
    this.storageClass = this.#storageClass(args);
    this.registerOutputs({ namespace });
  }

  #limits({ namespace, quota }: NetworkArgs, inside: ComponentResourceOptions): void {
    new ResourceQuota(
      "stack",
      {
        metadata: metadata(namespace, "stack"),
        spec: {
          hard: {
            pods: String(quota.pods),
            "requests.cpu": formatProcessors(quota.cpu),
            "requests.memory": formatMebibytes(quota.memory),
            "limits.memory": formatMebibytes(quota.memory),
            "requests.storage": formatGibibytes(quota.storage),
            persistentvolumeclaims: String(quota.volumes),
            "services.loadbalancers": String(quota.loadBalancers),
            "services.nodeports": String(quota.nodePorts),
          },
        },
      },
      inside,
    );
    // The quota asks every container for its amounts, and operators' helpers name none.
    new LimitRange(
      "defaults",
      {
        metadata: metadata(namespace, "defaults"),
        spec: {
          limits: [
            {
              type: "Container",
              defaultRequest: { cpu: "100m", memory: "128Mi" },
              default: { memory: "256Mi" },
            },
          ],
        },
      },
      inside,
    );
  }

  #policies({ namespace, flows }: NetworkArgs, inside: ComponentResourceOptions): void {
    new NetworkPolicy(
      "closed",
      {
        metadata: metadata(namespace, "closed"),
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      inside,
    );
    new NetworkPolicy(
      "names",
      {
        metadata: metadata(namespace, "names"),
        spec: {
          podSelector: {},
          policyTypes: ["Egress"],
          egress: [
            {
              to: nameServers,
              ports: (["UDP", "TCP"] as const).map((protocol) => ({ protocol, port: 53 })),
            },
          ],
        },
      },
      inside,
    );
    for (const [name, selector, own] of byPods(flows)) {
      const ingress = own.filter(({ to }) => selectorKey(to) === name);
      const egress = own.filter(({ from }) => selectorKey(from) === name);
      new NetworkPolicy(
        name,
        {
          metadata: metadata(namespace, name),
          spec: {
            podSelector: { matchLabels: selector },
            policyTypes: [
              ...(ingress.length > 0 ? ["Ingress"] : []),
              ...(egress.length > 0 ? ["Egress"] : []),
            ],
            ...(ingress.length > 0 && {
              ingress: ingress.map((flow) => ({ from: policyPeers(flow.from), ports: policyPorts(flow) })),
            }),
            ...(egress.length > 0 && {
              egress: egress.map((flow) => ({ to: policyPeers(flow.to), ports: policyPorts(flow) })),
            }),
          },
        },
        inside,
      );
    }
  }

  #storageClass({ namespace, zones, storageDriver }: NetworkArgs): string | undefined {
    if (storageDriver === undefined) return undefined;
    const name = `${namespace}-in-country`;
    new StorageClass(
      name,
      {
        metadata: { name, labels: labels() },
        provisioner: storageDriver.name,
        parameters: { ...storageDriver.parameters },
        reclaimPolicy: "Retain",
        allowVolumeExpansion: true,
        volumeBindingMode: "WaitForFirstConsumer",
        ...(zones.length > 0 && {
          allowedTopologies: [
            { matchLabelExpressions: [{ key: storageDriver.zoneLabel, values: [...zones].sort() }] },
          ],
        }),
      },
      { parent: this },
    );
    return name;
  }
}

/** The pods of the namespace that a flow starts or ends at, as the name of their policy. */
function selectorKey(peer: Peer): string | undefined {
  if (peer.kind === "part") return peer.part;
  return peer.kind === "pods" ? "acme-proofs" : undefined;
}

function podSelector(peer: Peer): Record<string, string> | undefined {
  if (peer.kind === "part") return selectorLabels(peer.part as PartName);
  return peer.kind === "pods" ? { ...peer.labels } : undefined;
}

function byPods(flows: readonly NetworkFlow[]): [string, Record<string, string>, NetworkFlow[]][] {
  const found = new Map<string, [string, Record<string, string>, NetworkFlow[]]>();
  for (const flow of flows) {
    // A rule without a peer would let in everybody.
    if ([flow.from, flow.to].some((peer) => policyPeers(peer).length === 0)) continue;
    for (const peer of new Set([flow.from, flow.to])) {
      const name = selectorKey(peer);
      const selector = podSelector(peer);
      if (name === undefined || selector === undefined) continue;
      const entry = found.get(name) ?? [name, selector, []];
      if (!entry[2].includes(flow)) entry[2].push(flow);
      found.set(name, entry);
    }
  }
  return [...found.values()].sort(([a], [b]) => (a < b ? -1 : 1));
}

function policyPeers(peer: Peer): PolicyPeer[] {
  switch (peer.kind) {
    case "part":
    case "pods":
      return [{ podSelector: { matchLabels: podSelector(peer) ?? {} } }];
    case "namespace":
      return [
        {
          namespaceSelector:
            peer.namespace === undefined
              ? {}
              : { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } },
        },
      ];
    case "addresses":
      return peer.ranges.map((cidr) => ({ ipBlock: { cidr } }));
    case "anywhere":
      return ["0.0.0.0/0", "::/0"].map((cidr) => ({ ipBlock: { cidr } }));
  }
}

function policyPorts({ ports }: NetworkFlow): PolicyPort[] {
  return ports.map((port) => ({ protocol: "TCP", port }));
}
