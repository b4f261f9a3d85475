/** The health of a running stack's parts and the flow of its messages; served to `rollout status` on loopback. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Flow } from "../../apps/ingest/ingest.ts";

export interface PartStatus {
  readonly name: string;
  readonly health: "healthy" | "degraded" | "failed";
  readonly detail: string;
}

export interface StackStatus {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly environment?: string;
  readonly pid: number;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly webAddress: string;
  readonly parts: readonly PartStatus[];
  readonly flow: Flow;
}

/** Runs a part's check: what it throws is its failure. */
export async function partStatus(
  name: string,
  check: () => Promise<Omit<PartStatus, "name">> | Omit<PartStatus, "name">,
): Promise<PartStatus> {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    return { name, health: "failed", detail: error instanceof Error ? error.message : String(error) };
  }
}

export interface StatusServer {
  /** Holds a random part: only who may read the data folder knows it. */
  readonly address: string;
  close(): Promise<void>;
}

export async function serveStatus(status: () => Promise<StackStatus>): Promise<StatusServer> {
  const path = `/${randomBytes(16).toString("hex")}/status`;
  const server = createServer((request, response) => {
    if (request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    status().then(
      (body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500, { "content-type": "text/plain" }).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
