/**
 * Clients of a ClickHouse cluster: HTTPS with the program's certificate, whose common name is the user. Each new
 * connection reads the files, so a renewed certificate needs no restart.
 */
import { Agent } from "node:https";
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";

export interface ClusterAddress {
  /** `https://host:port` */
  readonly url: string;
  readonly database: string;
}

/** PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface ClusterClientOptions extends ClusterAddress {
  /** Shown in the server's log of queries. */
  readonly program: string;
  readonly readCertificate: () => ClientCertificate;
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Time for one request; the longest query must end within it. */
  readonly requestMilliseconds?: number;
  /** Once aborted nothing more is sent, and requests in progress are cut off. */
  readonly signal?: AbortSignal | undefined;
}

/** Below the 10 seconds after which a server closes a silent connection. */
const idleMilliseconds = 5000;
const defaultRequestMilliseconds = 120_000;

/** Opens no connection yet: the first query does. */
export function openClusterClient(options: ClusterClientOptions): ClickHouseClient {
  const { url, database, program, readCertificate, settings } = options;
  return createClient({
    url,
    database,
    application: `country-rollout-kit ${program}`,
    // The connection's certificate proves the user; the server takes no password.
    username: program,
    password: "",
    set_basic_auth_header: false,
    http_headers: { "X-ClickHouse-User": program, "X-ClickHouse-SSL-Certificate-Auth": "on" },
    http_agent: new CertificateAgent(readCertificate, options.signal),
    keep_alive: { enabled: true, idle_socket_ttl: idleMilliseconds },
    request_timeout: options.requestMilliseconds ?? defaultRequestMilliseconds,
    clickhouse_settings: {
      async_insert: 0,
      // An insert returns when each shard that it reaches has its rows, not when they wait to be sent there.
      insert_distributed_sync: 1,
      date_time_input_format: "best_effort",
      // So that no network device drops the connection of a long query as idle.
      send_progress_in_http_headers: 1,
      http_headers_progress_interval_ms: "20000",
      ...settings,
    },
    // The program logs failures itself.
    log: { level: ClickHouseLogLevel.OFF },
  });
}

class CertificateAgent extends Agent {
  readonly #readCertificate: () => ClientCertificate;
  readonly #signal: AbortSignal | undefined;

  constructor(readCertificate: () => ClientCertificate, signal: AbortSignal | undefined) {
    super({ keepAlive: true, maxSockets: 10 });
    this.#readCertificate = readCertificate;
    this.#signal = signal;
    signal?.addEventListener("abort", () => this.destroy(), { once: true });
  }

  override createConnection(...[options, callback]: Parameters<Agent["createConnection"]>) {
    this.#signal?.throwIfAborted();
    return super.createConnection(
      { ...options, ...this.#readCertificate(), minVersion: "TLSv1.2" } as typeof options,
      callback,
    );
  }
}
