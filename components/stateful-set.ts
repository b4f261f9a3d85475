/** Pods that keep their name and a disk each: all start together, and their disks outlive them. */
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { storeMetadata } from "./data-classes.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import type { ImageName } from "./images.ts";
import { type PartName, selectorLabels } from "./part.ts";
import { type PodOptions, podTemplate, type StackContext, volumeClaim } from "./pod.ts";
import type { StatefulSize } from "./sizing.ts";

export interface StatefulPodsArgs {
  readonly context: StackContext;
  readonly part: PartName & ImageName;
  /** In the cluster; the part's name where absent. */
  readonly objectName?: string;
  /** Headless Service that gives the pods their names. */
  readonly serviceName: string;
  readonly size: StatefulSize;
  /** Number of the first pod; 0 where absent. */
  readonly firstOrdinal?: number;
  /** Labels that select the pods, in addition to the part's. */
  readonly ownLabels?: Record<string, string>;
  /** How long a pod must be ready before the next one is updated. */
  readonly minReadySeconds: number;
  readonly pod: Omit<
    PodOptions,
    "part" | "image" | "replicas" | "labels" | "spreadOver" | "terminationGracePeriodSeconds"
  > & { readonly terminationGracePeriodSeconds: number };
}

/** Declares them, and that maintenance stops one at a time. Each mounts its disk as the volume `data`. */
export function statefulPods(name: string, args: StatefulPodsArgs, options: CustomResourceOptions): void {
  const { context, part, objectName = part, size, firstOrdinal, ownLabels } = args;
  const { namespace } = context;
  const selector = { ...selectorLabels(part), ...ownLabels };
  const time = rollSeconds(args);
  disruptionBudget(name, { namespace, part, objectName, selector }, options);
  new StatefulSet(
    name,
    {
      metadata: storeMetadata(namespace, objectName, part),
      spec: {
        serviceName: args.serviceName,
        replicas: size.replicas,
        ...(firstOrdinal !== undefined && { ordinals: { start: firstOrdinal } }),
        podManagementPolicy: "Parallel",
        minReadySeconds: args.minReadySeconds,
        selector: { matchLabels: selector },
        updateStrategy: { type: "RollingUpdate" },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        volumeClaimTemplates: [volumeClaim(context, part, "data", size.storage)],
        template: podTemplate(context, {
          ...args.pod,
          part,
          image: part,
          replicas: size.replicas,
          ...(ownLabels && { labels: ownLabels, spreadOver: selector }),
        }),
      },
    },
    { ...options, customTimeouts: { create: `${time}s`, update: `${time}s` } },
  );
}

/** A pod's image may have to be pulled, and a store reads its data, before it is ready. */
const startSeconds = 600;

/** How long the engine waits: pods are replaced one after the other, and each may use all the time that it has to stop. */
const rollSeconds = ({ size, minReadySeconds, pod }: StatefulPodsArgs): number =>
  size.replicas * (pod.terminationGracePeriodSeconds + startSeconds + minReadySeconds);
