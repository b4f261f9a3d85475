/** Watches a namespace's pods while a run waits for them, and reports early why one does not start. */
import type { ClusterClient } from "../../cluster/cluster-client.ts";
import { type PodTrouble, podTroubles } from "../../cluster/pod-troubles.ts";
import type { Conversation } from "./conversation.ts";

const interval = 10_000;

export class PodWatch {
  readonly #client: ClusterClient;
  readonly #namespace: string;
  readonly #conversation: Conversation;
  readonly #told = new Set<string>();
  #before = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(client: ClusterClient, namespace: string, conversation: Conversation) {
    this.#client = client;
    this.#namespace = namespace;
    this.#conversation = conversation;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#look(), interval);
  }

  /** @returns the troubles at the end, whether reported or not. */
  async stop(): Promise<readonly PodTrouble[]> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const troubles = await this.#troubles();
    this.#tell(troubles);
    return troubles;
  }

  async #look(): Promise<void> {
    const troubles = await this.#troubles();
    if (this.#timer === undefined) return;
    // Much fails for a short time while parts wait for each other: it is reported if it is still there at the next look.
    this.#tell(troubles.filter((trouble) => this.#before.has(keyOf(trouble))));
    this.#before = new Set(troubles.map(keyOf));
    this.start();
  }

  #tell(troubles: readonly PodTrouble[]): void {
    const fresh = troubles.filter((trouble) => !this.#told.has(keyOf(trouble)));
    for (const trouble of fresh) this.#told.add(keyOf(trouble));
    // Often all pods of a part wait for the same thing.
    for (const [first, ...others] of Object.values(
      Object.groupBy(fresh, ({ what }) => what),
    ) as PodTrouble[][])
      if (first !== undefined)
        this.#conversation.tell({
          event: "pod",
          ...first,
          subject: [first, ...others].map(({ subject }) => subject).join(", "),
        });
  }

  /** Where the cluster can't be asked, the run itself fails and says so. */
  #troubles(): Promise<readonly PodTrouble[]> {
    return podTroubles(this.#client, this.#namespace).catch(() => []);
  }
}

/** Kubernetes changes the reason while it waits longer after each failure: it is the same trouble. */
const keyOf = ({ subject, reason }: PodTrouble): string =>
  `${subject} ${reason.replace("ErrImagePull", "ImagePullBackOff").replace("Error", "CrashLoopBackOff")}`;
