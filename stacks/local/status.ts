/**
 * How the command line reaches a running stack on loopback: the health of its parts and the flow of its messages for
 * `rollout status`, and a backup for `rollout backup`, since the stores' folders are the running process's alone.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { MessageFlow } from "../../stores/relational/message-flow.ts";
import type { MadeBackup } from "./backup/make-backup.ts";
import type { BackupRequest } from "./backup/running-backup.ts";

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
  readonly flow: MessageFlow;
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

export interface ControlServer {
  /** Both hold a random part: only who may read the data folder knows them. */
  readonly statusAddress: string;
  readonly backupAddress: string;
  close(): Promise<void>;
}

/** What a backup is asked for with, and the lines of JSON by which it answers: each is one of these. */
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

/** So that a long backup's connection is not taken for a dead one. */
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
