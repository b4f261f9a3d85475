/**
 * The pod that every workload of the stack starts from: scheduled to the country's zones, no root, no privilege, no writable
 * root file system, no token of the cluster's API. It meets the Pod Security Standard "restricted" and more.
 */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import { formatGibibytes, formatMebibytes, formatProcessors } from "../base/quantity.ts";
import { dataClassesOf } from "./data-classes.ts";
import { type ImageName, type ImageSource, imageAddress, imageUser } from "./images.ts";
import { labels, type PartName } from "./part.ts";
import { nodeAffinity, type Placement, topologySpread } from "./placement.ts";
import type { ResourceAmounts } from "./sizing.ts";

export type Container = types.input.core.v1.Container;
type PodSpec = types.input.core.v1.PodSpec;

/** What all parts of a stack have in common. */
export interface StackContext {
  readonly namespace: string;
  readonly images: ImageSource;
  readonly placement: Placement;
  /** Whether Prometheus finds pods by their annotations. */
  readonly scrapeAnnotations: boolean;
}

/** All workloads run under it; it has no rights. */
export const serviceAccountName = "workload";

const containerSecurity: types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  privileged: false,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

export interface ContainerOptions
  extends Omit<Container, "image" | "securityContext" | "resources" | "name"> {
  readonly name: string;
  readonly image: ImageName;
  readonly amounts: Pick<ResourceAmounts, "cpu" | "memory">;
}

/** A container with the common protections. Its memory is limited to what it requests, so that no part takes another's. */
export function container(context: StackContext, options: ContainerOptions): Container {
  const { name, image, amounts, ...rest } = options;
  return {
    name,
    image: imageAddress(image, context.images),
    imagePullPolicy: "IfNotPresent",
    securityContext: containerSecurity,
    resources: {
      requests: { cpu: formatProcessors(amounts.cpu), memory: formatMebibytes(amounts.memory) },
      limits: { memory: formatMebibytes(amounts.memory) },
    },
    ...rest,
  };
}

export interface PodOptions extends Omit<PodSpec, "securityContext" | "affinity"> {
  readonly part: PartName;
  /** Decides the user that the pod runs as. */
  readonly image: ImageName;
  /** How many of these pods run, to spread them. */
  readonly replicas: number;
  /** In addition to the part's labels. */
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, Input<string>>;
  readonly metricsPort?: number;
  /** Labels of the pods that are spread together; the part's where absent. */
  readonly spreadOver?: Record<string, string>;
}

export function podTemplate(
  { images, placement, scrapeAnnotations }: StackContext,
  options: PodOptions,
): types.input.core.v1.PodTemplateSpec {
  const { part, image, replicas, labels: more, annotations, metricsPort, spreadOver, ...spec } = options;
  const user = imageUser(image);
  const affinity = nodeAffinity(placement);
  const scrape =
    scrapeAnnotations && metricsPort !== undefined
      ? { "prometheus.io/scrape": "true", "prometheus.io/port": String(metricsPort) }
      : {};
  return {
    metadata: { labels: { ...labels(part), ...more }, annotations: { ...annotations, ...scrape } },
    spec: {
      serviceAccountName,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        // Otherwise every start would look through a large volume for files of another group.
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...(Object.keys(placement.nodeSelector).length > 0 && { nodeSelector: { ...placement.nodeSelector } }),
      ...(affinity && { affinity }),
      topologySpreadConstraints: topologySpread(placement, part, replicas, spreadOver),
      ...(images.pullSecret !== undefined && { imagePullSecrets: [{ name: images.pullSecret }] }),
      ...spec,
    },
  };
}

/** Writable scratch space on the node, deleted with the pod. */
export function scratch(name: string, mebibytesAtMost: number): types.input.core.v1.Volume {
  return { name, emptyDir: { sizeLimit: formatMebibytes(mebibytesAtMost) } };
}

/** @param keys of the Secret; all of them where absent. */
export function secretVolume(
  name: string,
  secretName: string,
  keys?: readonly string[],
): types.input.core.v1.Volume {
  const items = keys?.map((key) => ({ key, path: key }));
  return { name, secret: { secretName, defaultMode: 0o440, ...(items && { items }) } };
}

type Variable = types.input.core.v1.EnvVar;

/** @param fieldPath of the pod, such as `metadata.name`. */
export const fieldVariable = (name: string, fieldPath: string): Variable => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});

export const secretVariable = (name: string, secretName: string, key: string): Variable => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key } },
});

/** The volume that each replica of a stateful part has for itself. */
export function volumeClaim(
  { placement }: StackContext,
  part: PartName,
  name: string,
  gibibytesOfDisk: number,
): types.input.core.v1.PersistentVolumeClaim {
  return {
    metadata: { name, labels: labels(), annotations: dataClassesOf(part) },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(placement.storageClass !== undefined && { storageClassName: placement.storageClass }),
      resources: { requests: { storage: formatGibibytes(gibibytesOfDisk) } },
    },
  };
}
