/**
 * Asks RabbitMQ's management HTTP API about a login's connections, and ends them. Whichever node answers, it answers for the
 * whole cluster. The web app is the user: the broker asks the web app itself whether this password is right.
 */
import { Agent, request } from "node:https";
import type { CertificateTexts } from "../program/certificate.ts";

/** No machine's or company's login has two levels. */
export const managementUsername = "part/diagnostic";

export interface BrokerManagementOptions {
  /** `https://host:port`. */
  readonly url: string;
  /** Both are read for each new connection, or request. */
  readonly readCertificate: () => CertificateTexts;
  readonly readPassword: () => string;
}

/** Of a request. More connections than this takes are not ended in one; the next request ends the others. */
const timeoutMilliseconds = 30_000;
const longestAnswerBytes = 64 * 1024;

export class BrokerManagement {
  readonly #options: BrokerManagementOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor(options: BrokerManagementOptions) {
    this.#options = options;
  }

  /** Ends all open connections of a login, on every node. @param reason for the broker's log. @throws Error */
  async endConnections(username: string, reason: string): Promise<void> {
    await this.#ask("DELETE", connectionsOf(username), { "x-reason": reason });
  }

  /** @returns the open connections of a login, on all nodes together. @throws Error */
  async countConnections(username: string): Promise<number> {
    const answer = await this.#ask("GET", `${connectionsOf(username)}?page=1&page_size=1`);
    const { total_count: count } = JSON.parse(answer) as { total_count?: unknown };
    if (typeof count !== "number") throw new Error("The broker did not say how many connections there are.");
    return count;
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(method: "GET" | "DELETE", path: string, headers: Record<string, string> = {}): Promise<string> {
    const { url, readCertificate, readPassword } = this.#options;
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, url), {
        method,
        headers,
        agent: this.#agent,
        auth: `${managementUsername}:${readPassword()}`,
        signal: AbortSignal.timeout(timeoutMilliseconds),
        ...readCertificate(),
      });
      asked.once("error", reject);
      asked.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
          if (text.length > longestAnswerBytes)
            response.destroy(new Error("The broker's answer is too long."));
        });
        response.once("error", reject);
        response.once("end", () => {
          const { statusCode = 0 } = response;
          if (statusCode >= 200 && statusCode < 300) resolve(text);
          else reject(new Error(`The broker answered with status ${statusCode}: ${text.slice(0, 200)}`));
        });
      });
      asked.end();
    });
  }
}

const connectionsOf = (username: string) => `/api/connections/username/${encodeURIComponent(username)}`;
