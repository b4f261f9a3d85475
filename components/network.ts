/**
 * The namespace and what protects it: the Pod Security Standard "restricted", network policies that close every flow but
 * those of the list, and a quota. Where the file names a storage driver, also a storage class whose volumes stay in the
 * country's zones.
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
import { labels, metadata, selectorLabels } from "./part.ts";
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

/** Where pods may resolve names: the cluster's DNS, and the cache that some clusters run on each node. */
const nameServers: PolicyPeer[] = [
  { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
  { ipBlock: { cidr: "169.254.20.10/32" } },
];

export class Network extends ComponentResource {
  /** Made where the file names a storage driver. */
  readonly storageClass: string | undefined;

  constructor(name: string, args: NetworkArgs, options: ComponentResourceOptions) {
    super("rollout:components:Network", name, {}, options);
    const { namespace, quota, flows, zones, storageDriver } = args;
    const alone = { parent: this };
    const inside = { ...alone, dependsOn: [createNamespace()] };
    createServiceAccount();
    createQuota();
    createLimits();
    new NetworkPolicy(
      `${name}-closed`,
      {
        metadata: metadata(args.namespace, "closed"),
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      inside,
    );
    createNameResolution();
    createFlows();
    this.storageClass = createStorageClass();
    this.registerOutputs({ namespace: args.namespace });

    function createNamespace(): Namespace {
      const enforced = "restricted";
      return new Namespace(
        `${name}-namespace`,
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
        alone,
      );
    }

    function createServiceAccount(): void {
      new ServiceAccount(
        `${name}-${serviceAccountName}`,
        { metadata: metadata(args.namespace, serviceAccountName), automountServiceAccountToken: false },
        inside,
      );
    }

    function createQuota(): void {
      new ResourceQuota(
        `${name}-stack`,
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
    }

    /** With a quota every container must name its amounts, and the operators' helper containers name none. */
    function createLimits(): void {
      new LimitRange(
        `${name}-defaults`,
        {
          metadata: metadata(args.namespace, "defaults"),
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

    function createNameResolution(): void {
      new NetworkPolicy(
        `${name}-names`,
        {
          metadata: metadata(args.namespace, "names"),
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
    }

    function createFlows(): void {
      for (const [pods, selector, own] of byPods(flows)) {
        const ingress = own.filter(({ to }) => selectorKey(to) === pods);
        const egress = own.filter(({ from }) => selectorKey(from) === pods);
        new NetworkPolicy(
          `${name}-${pods}`,
          {
            metadata: metadata(namespace, pods),
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

    function createStorageClass(): string | undefined {
      if (storageDriver === undefined) return undefined;
      const className = `${namespace}-in-country`;
      new StorageClass(
        `${name}-in-country`,
        {
          metadata: { name: className, labels: labels() },
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
        alone,
      );
      return className;
    }
  }
}

/** Name of the policy for the pods of the namespace at one end of a flow; undefined where that end lies outside. */
function selectorKey(peer: Peer): string | undefined {
  if (peer.kind === "part") return peer.part;
  return peer.kind === "pods" ? "acme-proofs" : undefined;
}

function podSelector(peer: Peer): Record<string, string> | undefined {
  if (peer.kind === "part") return selectorLabels(peer.part);
  return peer.kind === "pods" ? { ...peer.labels } : undefined;
}

function byPods(flows: readonly NetworkFlow[]): [string, Record<string, string>, NetworkFlow[]][] {
  const found = new Map<string, [string, Record<string, string>, NetworkFlow[]]>();
  for (const flow of flows) {
    // A rule without a peer would allow every address.
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
