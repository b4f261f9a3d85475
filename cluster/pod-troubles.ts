/** Why pods of a namespace do not start, in words: the cause that the cluster names, its last warnings and the last lines of the log. */
import type { ClusterClient, KubernetesObject } from "./cluster-client.ts";
import { ClusterError } from "./cluster-error.ts";

export interface PodTrouble {
  /** `Pod broker-0`; or what can't create its pods, such as `StatefulSet broker`. */
  readonly subject: string;
  /** The cluster's own word, such as `ImagePullBackOff`. */
  readonly reason: string;
  readonly what: string;
  readonly remediation: string;
  /** The cluster's last warnings about it, oldest first. */
  readonly events: readonly string[];
  /** Its last lines, oldest first. */
  readonly log: readonly string[];
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly message?: string; readonly exitCode?: number };
  readonly running?: object;
}

interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface PodStatus {
  readonly phase?: string;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
  }[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

interface Event extends KubernetesObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly uid?: string };
}

interface Found {
  readonly reason: string;
  readonly what: string;
  readonly remediation: string;
  /** Container whose log says why; `previous`: the log of its run before this one. */
  readonly log?: { readonly container: string; readonly previous: boolean };
}

const logLines = 10;
const eventCount = 3;

/**
 * Pods that are starting without a problem are left out.
 * @throws ClusterError
 */
export async function podTroubles(client: ClusterClient, namespace: string): Promise<PodTrouble[]> {
  const [pods, events] = await Promise.all([
    client.list("v1", "Pod", { namespace }),
    client.list("v1", "Event", { namespace, fields: "type=Warning" }) as Promise<Event[]>,
  ]);
  const sorted = events.toSorted((a, b) => timeOf(a) - timeOf(b));
  const troubles: PodTrouble[] = [];
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const own = sorted.filter(({ involvedObject }) => involvedObject.uid === pod.metadata.uid);
    const found = troubleOf(pod, own);
    if (found === undefined) continue;
    troubles.push({
      subject: `Pod ${pod.metadata.name}`,
      reason: found.reason,
      what: found.what,
      remediation: found.remediation,
      events: lastMessages(own),
      log: found.log === undefined ? [] : await lastWords(client, namespace, pod.metadata.name, found.log),
    });
  }
  return [...withoutPods(sorted), ...troubles];
}

function troubleOf(pod: KubernetesObject, events: readonly Event[]): Found | undefined {
  const status = pod.status as PodStatus;
  if (status.phase === "Succeeded") return undefined;
  for (const container of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
    const found = containerTrouble(container);
    if (found !== undefined) return found;
  }
  const scheduled = status.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False" && scheduled.reason === "Unschedulable")
    return {
      reason: "Unschedulable",
      what: `No node accepts it: ${scheduled.message ?? "no reason given"}`,
      remediation: "`rollout doctor` compares the file's zones, sizes and storage with the cluster.",
    };
  const last = events.at(-1);
  const ready = status.conditions?.find(({ type }) => type === "Ready")?.status === "True";
  if (ready || last === undefined) return undefined;
  if (last.reason === "Unhealthy") {
    const [container] = (status.containerStatuses ?? []).filter((each) => !each.ready);
    return {
      reason: "NotReady",
      what: `It runs but is not ready: ${oneLine(last.message)}.`,
      remediation: "Its log says what it waits for.",
      ...(container && { log: { container: container.name, previous: false } }),
    };
  }
  // The container's own state soon says more about its image and its start.
  if (status.phase === "Pending" && last.reason !== "Failed" && last.reason !== "BackOff")
    return { reason: last.reason ?? "Pending", what: oneLine(last.message), remediation: "" };
  return undefined;
}

function containerTrouble(container: ContainerStatus): Found | undefined {
  const { name, image, state = {}, lastState = {} } = container;
  const reason = state.waiting?.reason ?? "";
  if (/^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/.test(reason))
    return {
      reason,
      what: `Its image ${image} can't be pulled.`,
      remediation: "Check that the registry has it (`rollout images list`), and that nodes may pull from it.",
    };
  const ended = state.terminated ?? (reason === "CrashLoopBackOff" ? lastState.terminated : undefined);
  if (ended !== undefined && ended.exitCode !== 0)
    return {
      reason: ended.reason === "OOMKilled" ? "OOMKilled" : reason || (ended.reason ?? "Error"),
      what:
        ended.reason === "OOMKilled"
          ? `${name} uses more memory than it may.`
          : `${name} ends by itself with exit code ${ended.exitCode}; it was restarted ${container.restartCount} times.`,
      remediation:
        ended.reason === "OOMKilled" ? "Give it more under hosting.sizes." : "Its last lines say why.",
      log: { container: name, previous: state.terminated === undefined },
    };
  if (/^(CreateContainerConfigError|CreateContainerError|RunContainerError)$/.test(reason))
    return {
      reason,
      what: `${name} can't be started: ${oneLine(state.waiting?.message)}`,
      remediation: /not found/.test(state.waiting?.message ?? "")
        ? "Make what is missing in the namespace; the team makes the Secrets that the file names."
        : "",
    };
  return undefined;
}

/** What stops the creation of pods: a quota, Pod Security or a webhook; or a claim that gets no volume. */
function withoutPods(events: readonly Event[]): PodTrouble[] {
  const bySubject = new Map<string, Event>();
  for (const event of events)
    if (event.reason === "FailedCreate" || event.reason === "ProvisioningFailed")
      bySubject.set(`${event.involvedObject.kind} ${event.involvedObject.name}`, event);
  return [...bySubject].map(([subject, event]) => ({
    subject,
    reason: event.reason ?? "",
    what: oneLine(event.message),
    remediation: /exceeded quota/.test(event.message ?? "")
      ? "Give the namespace a larger quota, or the part a smaller size under hosting.sizes."
      : "",
    events: [],
    log: [],
  }));
}

async function lastWords(
  client: ClusterClient,
  namespace: string,
  pod: string,
  { container, previous }: NonNullable<Found["log"]>,
): Promise<string[]> {
  const query = new URLSearchParams({ container, tailLines: String(logLines), previous: String(previous) });
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
  try {
    const text = await client.text(`${path}?${query}`);
    return text.split("\n").filter((line) => line.trim() !== "");
  } catch (error) {
    // The log may be deleted by now, or this login may not read it.
    if (error instanceof ClusterError) return [];
    throw error;
  }
}

function lastMessages(events: readonly Event[]): string[] {
  const messages = events.map(({ reason, message }) => `${reason}: ${oneLine(message)}`);
  return [...new Set(messages.toReversed())].slice(0, eventCount).toReversed();
}

function timeOf(event: Event): number {
  const { lastTimestamp, eventTime, metadata } = event as Event & {
    lastTimestamp?: string | null;
    eventTime?: string | null;
  };
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "") || 0;
}

const oneLine = (text = ""): string => text.replaceAll(/\s+/g, " ").trim().slice(0, 400);
