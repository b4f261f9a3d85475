/** A server that answers as a cluster's API does, over TLS, and a kubeconfig that leads to it. */

import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { stringify } from "yaml";
import { openCertificates } from "../../apps/broker/certificates.ts";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  /** Common name of the client's certificate. */
  readonly client: string | undefined;
  readonly body: string;
}

export type Answer = { readonly status?: number; readonly body: unknown };

export class ApiServer {
  readonly asked: Asked[] = [];
  readonly address: string;
  /** PEM. */
  readonly authority: string;
  readonly #close: () => Promise<void>;

  private constructor(address: string, authority: string, close: () => Promise<void>) {
    this.address = address;
    this.authority = authority;
    this.#close = close;
  }

  /** @param folder for its certificates. */
  static async start(folder: string, answer: (asked: Asked) => Answer): Promise<ApiServer> {
    const { ca, key, certificate } = await openCertificates(join(folder, "certificates"));
    const server = createServer(
      { key, cert: certificate, requestCert: true, rejectUnauthorized: false },
      async (request, response) => {
        const asked = await read(request);
        api.asked.push(asked);
        const { status = 200, body } = answer(asked);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const api: ApiServer = new ApiServer(`https://127.0.0.1:${port}`, ca, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return api;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Writes a kubeconfig with one context, `here`. @returns its path. */
  kubeconfig(folder: string, user: object, cluster: object = {}): string {
    const file = join(folder, "kubeconfig");
    writeFileSync(
      file,
      stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "here",
        contexts: [{ name: "here", context: { cluster: "here", user: "me" } }],
        clusters: [
          {
            name: "here",
            cluster: {
              server: this.address,
              "certificate-authority-data": Buffer.from(this.authority).toString("base64"),
              ...cluster,
            },
          },
        ],
        users: [{ name: "me", user }],
      }),
    );
    return file;
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  const certificate = (request.socket as TLSSocket).getPeerCertificate();
  const { authorization } = request.headers;
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    token: authorization?.replace("Bearer ", ""),
    client: certificate.subject?.CN as string | undefined,
    body,
  };
}
