/** Looks at a namespace's pods while a run waits for them, and tells early why one does not start. */
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

  /** @returns what is wrong at the end; what has been told already is not told again. */
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
    // Much is wrong for a moment while parts wait for each other.
    this.#tell(troubles.filter((trouble) => this.#before.has(keyOf(trouble))));
    this.#before = new Set(troubles.map(keyOf));
    this.start();
  }

  #tell(troubles: readonly PodTrouble[]): void {
    const fresh = troubles.filter((trouble) => !this.#told.has(keyOf(trouble)));
    for (const trouble of fresh) this.#told.add(keyOf(trouble));
    // Often all pods of a part wait for the same.
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

  /** The run itself says so where the cluster can't be asked. */
  #troubles(): Promise<readonly PodTrouble[]> {
    return podTroubles(this.#client, this.#namespace).catch(() => []);
  }
}

/** A pod that waits longer after each failure is in the same trouble. */
const keyOf = ({ subject, reason }: PodTrouble): string =>
  `${subject} ${reason.replace("ErrImagePull", "ImagePullBackOff").replace("Error", "CrashLoopBackOff")}`;
