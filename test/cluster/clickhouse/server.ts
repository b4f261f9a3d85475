/**
 * ClickHouse's HTTPS interface over the engine in the process (chDB), for tests where no ClickHouse server is to be had:
 * one process, one folder, users by the common name of their client's certificate, rights by the stack's own grants.
 *
 * What it is not: a cluster. Of `ON CLUSTER`, replicated engines and `SYSTEM SYNC REPLICA` it takes the meaning on one
 * server: the engine in the process refuses queries on a cluster, and its replicated tables can't be written. Distributed
 * tables are the engine's own, over the one shard that there is.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { Session } from "chdb";
import { parse } from "yaml";
import { timeSeriesUsers } from "../../../components/time-series-settings.ts";
import { Rights } from "./rights.ts";

export interface ServerOptions {
  /** Where the data rests; a temporary one where absent. A process can have one folder open. */
  readonly folder?: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  /** Shards of the cluster that Distributed tables see, all of them this one server: above 1 each row is read as often. */
  readonly shards?: number;
  /** Told of each query that is about to run; may refuse it by throwing. */
  readonly onQuery?: (user: string, query: string) => void | Promise<void>;
  /** Users beside the stack's own, with their grants. */
  readonly users?: Readonly<Record<string, readonly string[]>>;
}

export interface TestServer {
  readonly port: number;
  /** Closes and ends connections, leaving the data. */
  close(): Promise<void>;
}

const cluster = "rollout";
/** Nothing listens there: the engine knows a shard as its own by the port alone. */
const nativePort = 9000;

/** What the HTTP interface takes for itself and no query sees. */
const ownParameters = new Set(["query", "query_id", "database", "session_id", "role", "default_format"]);
const httpSettings =
  /^(wait_end_of_query|send_progress_in_http_headers|http_.*|enable_http_compression|output_format_.*_http.*)$/;

export async function startServer(options: ServerOptions): Promise<TestServer> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "clickhouse-"));
  mkdirSync(folder, { recursive: true });
  const settings = join(folder, "cluster.xml");
  writeFileSync(settings, clusterSettings(options.shards ?? 1));
  const sessions = new Sessions(folder, settings);
  const grants = (parse(timeSeriesUsers(4096)) as { users: Record<string, { grants: { query: string[] } }> })
    .users;
  const own = Object.entries(grants).map(
    ([
      user,
      {
        grants: { query },
      },
    ]) => [user, query] as const,
  );
  const rights = new Rights({ ...Object.fromEntries(own), ...options.users });
  const server = createServer(
    {
      cert: readFileSync(options.certificate),
      key: readFileSync(options.key),
      ca: readFileSync(options.authority),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
    },
    (request, response) => {
      answer(request, response, {
        sessions,
        rights,
        ...(options.onQuery && { onQuery: options.onQuery }),
      }).catch((error: unknown) => fail(response, error instanceof Error ? error.message : String(error)));
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await sessions.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Surroundings {
  readonly sessions: Sessions;
  readonly rights: Rights;
  readonly onQuery?: ServerOptions["onQuery"];
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { sessions, rights, onQuery }: Surroundings,
): Promise<void> {
  const url = new URL(request.url ?? "/", "https://server");
  if (url.pathname === "/ping") {
    response.end("Ok.\n");
    return;
  }
  const commonName = (request.socket as TLSSocket).getPeerCertificate().subject?.CN;
  const user = request.headers["x-clickhouse-user"];
  if (
    request.headers["x-clickhouse-ssl-certificate-auth"] !== "on" ||
    typeof user !== "string" ||
    user !== commonName ||
    !rights.knows(user)
  ) {
    refuse(
      response,
      516,
      `${user}: Authentication failed: certificate of ${commonName}. (AUTHENTICATION_FAILED)`,
    );
    return;
  }
  if (request.headers.authorization !== undefined || request.headers["x-clickhouse-key"]) {
    refuse(response, 516, "A certificate and another way to log in at once. (AUTHENTICATION_FAILED)");
    return;
  }
  const body = await bodyOf(request);
  const inAddress = url.searchParams.get("query");
  const text = inAddress ?? body.toString("utf8");
  const values = inAddress === null ? "" : `\n${body.toString("utf8")}`;
  const database = url.searchParams.get("database") ?? "default";
  const refusal = rights.refusal(user, text, database);
  if (refusal !== undefined) {
    refuse(
      response,
      497,
      `${user}: Not enough privileges. It's necessary to have the grant ${refusal.needs}. (ACCESS_DENIED)`,
    );
    return;
  }
  await onQuery?.(user, text);
  const result = await sessions.run(user, database, [
    ...settingsOf(url.searchParams),
    `${onOneServer(text)}${values}`,
  ]);
  response.setHeader("X-ClickHouse-Query-Id", url.searchParams.get("query_id") ?? "");
  response.setHeader("X-ClickHouse-Summary", JSON.stringify({ read_rows: "0", written_rows: "0" }));
  if (
    /\bgzip\b/.test(`${request.headers["accept-encoding"]}`) &&
    url.searchParams.get("enable_http_compression") === "1"
  ) {
    response.setHeader("Content-Encoding", "gzip");
    response.end(gzipSync(result));
  } else response.end(result);
}

/** An engine's session for each user and database: the settings of one query stay for the next of the same session. */
class Sessions {
  readonly #folder: string;
  readonly #first: Session;
  readonly #open = new Map<string, { readonly session: Session; last: Promise<unknown> }>();

  constructor(folder: string, settings: string) {
    this.#folder = folder;
    this.#first = new Session(folder, { connectionArgs: [`--config-file=${settings}`] });
  }

  /** @param statements of which the last gives the result. */
  run(user: string, database: string, statements: readonly string[]): Promise<Uint8Array> {
    const key = `${user}/${database}`;
    let own = this.#open.get(key);
    if (own === undefined) {
      own = { session: new Session(this.#folder), last: Promise.resolve() };
      this.#open.set(key, own);
    }
    const { session } = own;
    const task = async () => {
      const text = [`USE ${database}`, ...statements].join("; ");
      return (await session.queryAsync(text, { format: "TabSeparated" })).bytes();
    };
    const done = own.last.then(task, task);
    own.last = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    for (const { session, last } of this.#open.values()) {
      await last;
      session.close();
    }
    this.#first.close();
  }
}

function clusterSettings(shards: number): string {
  const replica = `<replica><host>127.0.0.1</host><port>${nativePort}</port></replica>`;
  const shard = `<shard><internal_replication>true</internal_replication>${replica}</shard>`;
  return `<clickhouse>
  <tcp_port>${nativePort}</tcp_port>
  <remote_servers><${cluster}>${shard.repeat(shards)}</${cluster}></remote_servers>
</clickhouse>
`;
}

function onOneServer(query: string): string {
  if (/^\s*SYSTEM SYNC REPLICA\b/i.test(query)) return "SELECT 1 WHERE 0";
  return query
    .replace(/ ON CLUSTER '\w+'/g, "")
    .replace(/\bENGINE = Replicated(\w*MergeTree)/g, "ENGINE = $1");
}

function settingsOf(parameters: URLSearchParams): string[] {
  return [...parameters].flatMap(([name, value]) => {
    if (ownParameters.has(name) || httpSettings.test(name)) return [];
    if (!/^\w+$/.test(name))
      throw new Error(`Code: 115. DB::Exception: Unknown setting '${name}'. (UNKNOWN_SETTING)`);
    return [`SET ${name} = '${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`];
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}

function refuse(response: ServerResponse, code: number, text: string): void {
  response.setHeader("X-ClickHouse-Exception-Code", String(code));
  response.statusCode = 403;
  response.end(`Code: ${code}. DB::Exception: ${text}\n`);
}

function fail(response: ServerResponse, message: string): void {
  const code = /Code: (\d+)\./.exec(message)?.[1] ?? "1001";
  response.setHeader("X-ClickHouse-Exception-Code", code);
  response.statusCode = code === "60" || code === "81" ? 404 : code === "62" ? 400 : 500;
  response.end(`${message}\n`);
}

/** `node server.ts --folder /data --port 8443 --certificate … --key … --authority …`: until SIGTERM. */
if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      folder: { type: "string" },
      port: { type: "string", default: "8443" },
      host: { type: "string", default: "::" },
      certificate: { type: "string", default: "/run/certificates/tls.crt" },
      key: { type: "string", default: "/run/certificates/tls.key" },
      authority: { type: "string", default: "/run/certificates/ca.crt" },
    },
  });
  const { folder, port, ...rest } = values;
  const server = await startServer({ ...rest, port: Number(port), ...(folder !== undefined && { folder }) });
  process.stdout.write(`listens on ${server.port}\n`);
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => void server.close().then(() => process.exit(0)));
}
