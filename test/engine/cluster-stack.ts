/**
 * A small stack on a cluster: a namespace, a ConfigMap, and Deployments of one pod, or StatefulSets where the pod has a disk. Run by
 * itself it stands one up whose pod waits for a Secret: `node cluster-stack.ts <folder of the state> <namespace> <image> [<disk>]`.
 */
import { pathToFileURL } from "node:url";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { findProgram } from "../../base/find-program.ts";
import type { ClusterClient } from "../../cluster/cluster-client.ts";
import type { CountryStackOptions } from "../../stacks/engine/country-stack.ts";
import { providerSettings } from "../../stacks/kubernetes/provider-settings.ts";
import { smallStack } from "./small-stack.ts";

export interface Part {
  readonly image: string;
  readonly command?: readonly string[];
  /** Of which a variable is read. */
  readonly secret?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly cpu?: string;
  /** Quantity. */
  readonly disk?: string;
}

/** What tests of the engine on a cluster need and don't find here. */
export const lackingForCluster = (): string[] => [
  ...["pulumi", "pulumi-resource-kubernetes"].filter((program) => findProgram(program) === undefined),
  ...(process.env.KUBECONFIG ? [] : ["a cluster by KUBECONFIG"]),
];

/** An image that does nothing, and that the nodes have already where possible. */
export async function idleImage(cluster: ClusterClient): Promise<string> {
  const nodes = await cluster.list("v1", "Node");
  const known = nodes.flatMap(
    ({ status }) => (status as { images?: readonly { names?: readonly string[] }[] }).images ?? [],
  );
  const onNode = known.flatMap(({ names = [] }) => names).find((name) => /pause[:@]/.test(name));
  return onNode ?? "registry.k8s.io/pause:3.10";
}

/** A Secret that its pod waits for, and nobody has made yet. */
export const gate = "gate";

/** A pool that no node is in. */
export const nowhere = { "example.org/pool": "none" };

export function clusterProgram(
  namespace: string,
  setting: string,
  parts: Readonly<Record<string, Part>>,
): CountryStackOptions["program"] {
  return () => {
    const provider = new Provider("cluster", providerSettings);
    const home = new Namespace(namespace, { metadata: { name: namespace } }, { provider });
    const inside = { provider, dependsOn: [home] };
    new ConfigMap("settings", { metadata: { name: "settings", namespace }, data: { setting } }, inside);
    for (const [name, part] of Object.entries(parts)) {
      const labels = { app: name };
      const metadata = { name, namespace };
      const spec = { replicas: 1, selector: { matchLabels: labels }, template: podOf(part, labels) };
      if (part.disk === undefined) new Deployment(name, { metadata, spec }, inside);
      else {
        const requests = { storage: part.disk };
        const claim = {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests } },
        };
        new StatefulSet(
          name,
          { metadata, spec: { ...spec, serviceName: name, volumeClaimTemplates: [claim] } },
          inside,
        );
      }
    }
    return { namespace };
  };
}

function podOf(part: Part, labels: Record<string, string>) {
  return {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 1,
      ...(part.nodeSelector && { nodeSelector: part.nodeSelector }),
      containers: [
        {
          name: "part",
          image: part.image,
          ...(part.command && { command: [...part.command] }),
          ...(part.disk !== undefined && { volumeMounts: [{ name: "data", mountPath: "/data" }] }),
          resources: { requests: { cpu: part.cpu ?? "1m", memory: "1Mi" } },
          ...(part.secret && {
            env: [{ name: "SECRET", valueFrom: { secretKeyRef: { name: part.secret, key: "key" } } }],
          }),
        },
      ],
    },
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , folder = "", namespace = "", image = "", disk] = process.argv;
  const slow = { image, secret: gate, ...(disk !== undefined && { disk }) };
  const stack = await smallStack(folder, clusterProgram(namespace, "one", { slow }));
  await stack.open(await stack.exists(), "right");
  await stack.up();
}
