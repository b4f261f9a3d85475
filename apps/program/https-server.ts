/** An HTTPS server with the program's own certificate, reloaded when it is renewed; open connections stay. */
import { createServer, type Server, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { createAdaptorServer } from "@hono/node-server";
import { onRenewedCertificate, readCertificate } from "./certificate.ts";
import type { CertificateFiles } from "./connections.ts";

export interface HttpsServerOptions {
  readonly fetch: (request: Request, environment: never) => Response | Promise<Response>;
  /** 0 takes a free one. */
  readonly port: number;
  readonly host?: string;
  readonly certificate: CertificateFiles;
  /** Accept only clients with a certificate of the stack's authority and this common name. */
  readonly onlyFor?: string;
  /** Ends the watch for a renewed certificate. */
  readonly signal: AbortSignal;
  /** How often to look for a renewed certificate. */
  readonly renewalMilliseconds?: number;
  readonly log: { info(fields: object, message: string): void };
}

export interface HttpsServer {
  readonly port: number;
  /** Waits for requests in progress, but not for streams: abort those before. */
  close(): Promise<void>;
}

const handshakeMilliseconds = 10_000;
/** For requests in progress when the program is told to stop. */
const closeMilliseconds = 10_000;

/** @throws InputError when the certificate's files are missing. */
export async function serveHttps(options: HttpsServerOptions): Promise<HttpsServer> {
  const { certificate, onlyFor, log } = options;
  const context = () => {
    const { cert, key, ca } = readCertificate(certificate);
    return { cert, key, ...(onlyFor === undefined ? {} : { ca }), minVersion: "TLSv1.2" as const };
  };
  const serverOptions: ServerOptions = {
    ...context(),
    handshakeTimeout: handshakeMilliseconds,
    ...(onlyFor === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
  };
  const server = createAdaptorServer({
    fetch: options.fetch as never,
    createServer,
    serverOptions,
  }) as unknown as Server;
  if (onlyFor !== undefined)
    server.on("secureConnection", (socket: TLSSocket) => {
      const name = socket.getPeerCertificate().subject?.CN;
      if (name === onlyFor) return;
      log.info({ name }, "a client with another's certificate was refused");
      socket.destroy();
    });
  server.on("tlsClientError", (error: Error) => log.info({ error: error.message }, "a TLS handshake failed"));
  onRenewedCertificate(
    certificate,
    options.signal,
    () => {
      server.setSecureContext(context());
      log.info({}, "the renewed certificate is in use");
    },
    options.renewalMilliseconds,
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: options.port, host: options.host ?? "::", backlog: 4096 }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        const late = setTimeout(() => server.closeAllConnections(), closeMilliseconds);
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
