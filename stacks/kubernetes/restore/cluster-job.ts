/** Creates objects in a cluster and waits until they have done their work. */

import { setTimeout } from "node:timers/promises";
import { EnvironmentError } from "../../../base/kit-error.ts";
import { type ClusterClient, pathOf } from "../../../cluster/cluster-client.ts";
import { ClusterError } from "../../../cluster/cluster-error.ts";
import { podTroubles } from "../../../cluster/pod-troubles.ts";
import type { ClusterObject } from "./cluster-object.ts";

export const pollMilliseconds = 2000;

async function pathTo(client: ClusterClient, { apiVersion, kind, metadata }: ClusterObject, name?: string) {
  const resource = await client.resourceOf(apiVersion, kind);
  if (resource === undefined)
    throw new EnvironmentError(
      `The cluster knows no ${kind} of ${apiVersion}.`,
      "`rollout doctor` says what is missing.",
    );
  return pathOf(apiVersion, resource, metadata.namespace, name);
}

/** Keeps an object that already exists, from an interrupted run. */
export async function make(client: ClusterClient, object: ClusterObject): Promise<void> {
  const { name } = object.metadata;
  try {
    await client.get(await pathTo(client, object, name));
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== "not-found") throw error;
    await client.post(await pathTo(client, object), object);
  }
}

export async function remove(client: ClusterClient, object: ClusterObject): Promise<void> {
  try {
    await client.delete(await pathTo(client, object, object.metadata.name));
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== "not-found") throw error;
  }
}

/**
 * Creates a Job and waits for its end. Meanwhile it reports why the Job's pod does not start, and at the end the log's last line.
 * @throws EnvironmentError with the log's last line where the Job fails.
 */
export async function runJob(
  client: ClusterClient,
  job: ClusterObject,
  tell: (detail: string) => void,
): Promise<void> {
  const { name, namespace } = job.metadata;
  await make(client, job);
  await wait<JobStatus>(client, job, async ({ status }) => {
    const is = (type: string) =>
      status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ===
      true;
    if (is("Failed"))
      throw new EnvironmentError(
        `The job ${name} failed: ${lastLine(await logOf(client, namespace, name)) || "it left no log"}.`,
        `\`kubectl -n ${namespace} logs job/${name}\` says more. Fix the cause and run the command again.`,
      );
    if (is("Complete")) return true;
    // A running pod has no trouble.
    const trouble = (status?.ready ?? 0) > 0 ? undefined : await troubleOf(client, namespace, name);
    if (trouble !== undefined) tell(`${trouble.subject}: ${trouble.what} ${trouble.remediation}`.trim());
    return false;
  });
  tell(lastLine(await logOf(client, namespace, name)));
}

interface JobStatus {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    /** Pods that run. */
    readonly ready?: number;
  };
}

/** Returns once the object is as wanted. */
export async function wait<T>(
  client: ClusterClient,
  object: ClusterObject,
  isDone: (live: T) => boolean | Promise<boolean>,
): Promise<void> {
  const path = await pathTo(client, object, object.metadata.name);
  while (!(await isDone(await client.get<T>(path)))) await setTimeout(pollMilliseconds);
}

async function troubleOf(client: ClusterClient, namespace: string, job: string) {
  const troubles = await podTroubles(client, namespace).catch(() => []);
  return troubles.find(({ subject }) => subject === `Job ${job}` || subject.startsWith(`Pod ${job}-`));
}

async function logOf(client: ClusterClient, namespace: string, job: string): Promise<string> {
  const [pod] = await client.list("v1", "Pod", { namespace, labels: `batch.kubernetes.io/job-name=${job}` });
  if (pod === undefined) return "";
  const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/log?tailLines=20`;
  return client.text(path).catch(() => "");
}

const lastLine = (log: string): string => log.trim().split("\n").at(-1) ?? "";
