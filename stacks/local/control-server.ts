/**
 * How the command line reaches a running stack on loopback: its status, backups and erasures, because only the running process
 * can open the stores' folders.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { MadeBackup } from "./backup/make-backup.ts";
import type { BackupRequest } from "./backup/running-backup.ts";
import type { ErasureAnswer, ErasureRequest } from "./erasure/erasure-request.ts";
import type { StackStatus } from "./status.ts";

export interface ControlServer {
  /** All addresses have a random part, which only readers of the data folder know. */
  readonly statusAddress: string;
  readonly backupAddress: string;
  readonly erasureAddress: string;
  close(): Promise<void>;
}

/** The answer to a request for a task is lines of JSON, each one of these. */
export type ControlAnswer<T> =
  | { readonly event: "progress"; readonly what: string }
  | { readonly event: "done"; readonly result: T }
  | {
      readonly event: "failed";
      readonly error: string;
      readonly remediation: string;
      readonly exitCode?: number;
    };

export interface Control {
  readonly status: () => Promise<StackStatus>;
  readonly backup: ControlTask<BackupRequest, MadeBackup>;
  readonly erasure: ControlTask<ErasureRequest, ErasureAnswer>;
}

/** @param signal aborted when whoever asked is gone. */
export type ControlTask<Request, Result> = (
  request: Request,
  tell: (what: string) => void,
  signal: AbortSignal,
) => Promise<Result>;

/** Keeps the connection of a long task open. */
const heartbeatMilliseconds = 15_000;

export async function serveControl(control: Control): Promise<ControlServer> {
  const secret = `/${randomBytes(16).toString("hex")}`;
  const server = createServer((request, response) => {
    const asked = `${request.method} ${request.url}`;
    if (asked === `GET ${secret}/status`) answerStatus(control, response);
    else if (asked === `POST ${secret}/backup`) void answerTask(control.backup, request, response);
    else if (asked === `POST ${secret}/erasure`) void answerTask(control.erasure, request, response);
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
    erasureAddress: `${address}/erasure`,
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

async function answerTask<Request, Result>(
  task: ControlTask<Request, Result>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const say = (answer: ControlAnswer<Result>) => response.write(`${JSON.stringify(answer)}\n`);
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  let what = "";
  const tell = (told: string) => {
    what = told;
    say({ event: "progress", what });
  };
  const heartbeat = setInterval(() => say({ event: "progress", what }), heartbeatMilliseconds);
  try {
    const wanted = (await json(request)) as Request;
    say({ event: "done", result: await task(wanted, tell, gone.signal) });
  } catch (error) {
    const { message, remediation = "", exitCode } = error as Error & Partial<KitFailure>;
    say({ event: "failed", error: message, remediation, ...(exitCode !== undefined && { exitCode }) });
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

interface KitFailure {
  readonly remediation: string;
  readonly exitCode: number;
}
