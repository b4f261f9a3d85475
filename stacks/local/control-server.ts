/**
 * How the command line reaches a running stack on loopback: its status for `rollout status`, and a backup for `rollout backup`,
 * because only the running process can open the stores' folders.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { MadeBackup } from "./backup/make-backup.ts";
import type { BackupRequest } from "./backup/running-backup.ts";
import type { StackStatus } from "./status.ts";

export interface ControlServer {
  /** Both addresses have a random part, which only readers of the data folder know. */
  readonly statusAddress: string;
  readonly backupAddress: string;
  close(): Promise<void>;
}

/** The answer to a request for a backup is lines of JSON, each one of these. */
export type BackupAnswer =
  | { readonly event: "progress"; readonly what: string }
  | { readonly event: "made"; readonly backup: MadeBackup }
  | { readonly event: "failed"; readonly error: string; readonly remediation: string };

export interface Control {
  readonly status: () => Promise<StackStatus>;
  readonly backup: (
    request: BackupRequest,
    tell: (what: string) => void,
    signal: AbortSignal,
  ) => Promise<MadeBackup>;
}

/** Keeps the connection of a long backup open. */
const heartbeatMilliseconds = 15_000;

export async function serveControl(control: Control): Promise<ControlServer> {
  const secret = `/${randomBytes(16).toString("hex")}`;
  const server = createServer((request, response) => {
    if (request.url === `${secret}/status` && request.method === "GET") answerStatus(control, response);
    else if (request.url === `${secret}/backup` && request.method === "POST")
      void answerBackup(control, request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}${secret}`;
  return {
    statusAddress: `${address}/status`,
    backupAddress: `${address}/backup`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerStatus({ status }: Control, response: ServerResponse): void {
  status().then(
    (body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
    (error: unknown) => response.writeHead(500, { "content-type": "text/plain" }).end(String(error)),
  );
}

async function answerBackup(
  { backup }: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const say = (answer: BackupAnswer) => response.write(`${JSON.stringify(answer)}\n`);
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  let what = "";
  const tell = (told: string) => {
    what = told;
    say({ event: "progress", what });
  };
  const heartbeat = setInterval(() => say({ event: "progress", what }), heartbeatMilliseconds);
  try {
    const wanted = (await json(request)) as BackupRequest;
    say({ event: "made", backup: await backup(wanted, tell, gone.signal) });
  } catch (error) {
    const { message, remediation = "" } = error as Error & { remediation?: string };
    say({ event: "failed", error: message, remediation });
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}
