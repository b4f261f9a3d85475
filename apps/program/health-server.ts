/**
 * What Kubernetes and Prometheus ask a program, over plain HTTP in the pod: `/healthy` (200 while the process works),
 * `/ready` (200, or 503 with the reason) and `/metrics`. No answer holds data of a company or a person.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Metric, metricsContentType, metricsText, processMetrics } from "./metrics.ts";

export interface HealthSource {
  /** Why the program is not ready; undefined when it is. */
  readonly notReady: () => Promise<string | undefined>;
  readonly metrics: () => Promise<readonly Metric[]>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Below the probe's timeout, so that Kubernetes sees the reason. */
const longestCheckMilliseconds = 4000;

/**
 * @param port 0 takes a free one.
 * @param host address to listen on; all of IPv4 and IPv6 where absent.
 */
export async function serveHealth(port: number, source: HealthSource, host?: string): Promise<HealthServer> {
  const answers: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    "/healthy": async (response) => answer(response, 200, "healthy"),
    "/ready": async (response) => {
      const reason = await bounded(source.notReady());
      answer(response, reason === undefined ? 200 : 503, reason ?? "ready");
    },
    "/metrics": async (response) => {
      response.setHeader("content-type", metricsContentType);
      response.end(metricsText([...processMetrics(), ...(await source.metrics())]));
    },
  };
  const server = createServer((request, response) => {
    const respond = answers[request.url?.split("?")[0] ?? ""];
    if (respond === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      answer(response, 404, "not found");
      return;
    }
    respond(response).catch((error: unknown) =>
      answer(response, 503, error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, ...(host !== undefined && { host }) }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

async function bounded(check: Promise<string | undefined>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, longestCheckMilliseconds, "the check took too long");
  });
  try {
    return await Promise.race([check, late]);
  } finally {
    clearTimeout(timer);
  }
}
