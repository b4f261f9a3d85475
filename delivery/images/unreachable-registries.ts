/** Registries that did not answer: one of them is asked once, and told once with all that is in it. */
import type { EnvironmentError } from "../../base/kit-error.ts";
import type { ImageLocation } from "./copy.ts";

/** As skopeo and podman say it, with the cause as the operating system and Go's network library word it. */
const unanswered =
  /pinging container registry ([^\s:]+(?::\d+)?): .*?(no such host|connection refused|(?:network|host) is unreachable|no route to host|server misbehaving|i\/o timeout|deadline exceeded|TLS handshake timeout)/;

export class UnreachableRegistries {
  /** What is in them. */
  readonly lost: string[] = [];
  readonly #why = new Map<string, string>();

  /** @returns whether the error says that a registry did not answer. */
  add(error: EnvironmentError): boolean {
    const [, registry, why] = unanswered.exec(error.message) ?? [];
    if (registry === undefined || why === undefined) return false;
    this.#why.set(registry, why);
    return true;
  }

  hold(place: ImageLocation): boolean {
    return place.kind === "registry" && this.#why.has(place.address.split("/")[0]!);
  }

  get reason(): string {
    const registries = [...this.#why].map(([registry, why]) => `${registry} (${why})`);
    return `This machine does not reach ${registries.join(", ")}. Run the command where the network reaches them.`;
  }
}
