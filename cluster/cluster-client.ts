/**
 * A client of a cluster's API server, by a kubeconfig. It does only what the kit needs: the published client library takes 80 MB
 * and a third of a second to load (docs/decisions/cluster-client.md).
 */
import { readFileSync } from "node:fs";
import { Agent, type RequestOptions, request } from "node:https";
import { ClusterError, type ClusterErrorReason } from "./cluster-error.ts";
import { askForCredentials, type Credentials } from "./credential-program.ts";
import { type ClusterAccess, parseKubeconfig, readKubeconfigs } from "./kubeconfig.ts";

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly uid: string;
    }[];
  };
  readonly [field: string]: unknown;
}

export interface ListOptions {
  /** All namespaces where absent. */
  readonly namespace?: string;
  /** Such as `app.kubernetes.io/name=broker`. */
  readonly labels?: string;
  /** Such as `involvedObject.name=broker-0`. */
  readonly fields?: string;
}

/** A kind, as the API server describes it. */
export interface ApiResource {
  /** As in a path: `statefulsets`. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly date: string | undefined;
  readonly body: string;
}

const timeLimit = 30_000;
/** Objects a page. */
const pageSize = 500;

export class ClusterClient {
  readonly access: ClusterAccess;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #kinds = new Map<string, Promise<readonly ApiResource[]>>();
  #credentials: Promise<Credentials> | undefined;

  constructor(access: ClusterAccess) {
    if (!access.server.startsWith("https://"))
      throw new ClusterError(
        "unconfigured",
        `The API server ${access.server} of the context "${access.context}" is reached without TLS.`,
        "Use a kubeconfig whose server starts with https://.",
      );
    this.access = access;
  }

  /**
   * @param files of kubeconfig, as `kubeconfigFiles` finds them.
   * @param context the current one where absent.
   * @throws ClusterError
   */
  static ofFiles(files: readonly string[], context?: string): ClusterClient {
    return new ClusterClient(readKubeconfigs(files, context));
  }

  /** @throws ClusterError */
  static ofKubeconfig(text: string): ClusterClient {
    return new ClusterClient(parseKubeconfig(text));
  }

  /**
   * The JSON at a path, such as `/version`.
   * @throws ClusterError
   */
  async get<T = unknown>(path: string): Promise<T> {
    return JSON.parse((await this.#ask("GET", path)).body) as T;
  }

  /**
   * The text at a path, such as a pod's log.
   * @throws ClusterError
   */
  async text(path: string): Promise<string> {
    return (await this.#ask("GET", path)).body;
  }

  /** @throws ClusterError */
  async post<T = unknown>(path: string, body: object): Promise<T> {
    return JSON.parse((await this.#ask("POST", path, JSON.stringify(body))).body) as T;
  }

  /** Merges the given fields into what is there. @throws ClusterError */
  async patch<T = unknown>(path: string, fields: object): Promise<T> {
    const type = "application/merge-patch+json";
    return JSON.parse((await this.#ask("PATCH", path, JSON.stringify(fields), type)).body) as T;
  }

  /** @throws ClusterError */
  async delete(path: string): Promise<void> {
    await this.#ask("DELETE", path);
  }

  /** The API server's clock in milliseconds since 1970, to the second; undefined where the server does not say. */
  async clock(): Promise<number | undefined> {
    const { date } = await this.#ask("GET", "/version");
    return date === undefined ? undefined : Date.parse(date);
  }

  /**
   * Every object of a kind, page by page; none where the cluster does not know the kind.
   * @throws ClusterError
   */
  async list(apiVersion: string, kind: string, options: ListOptions = {}): Promise<KubernetesObject[]> {
    const resource = await this.resourceOf(apiVersion, kind);
    if (resource === undefined) return [];
    const query = new URLSearchParams({ limit: String(pageSize) });
    if (options.labels !== undefined) query.set("labelSelector", options.labels);
    if (options.fields !== undefined) query.set("fieldSelector", options.fields);
    const path = pathOf(apiVersion, resource, options.namespace);
    const found: KubernetesObject[] = [];
    for (;;) {
      const page = await this.get<{
        items: KubernetesObject[];
        metadata: { continue?: string };
      }>(`${path}?${query}`);
      // The items of a list have neither.
      for (const item of page.items) found.push({ ...item, apiVersion, kind });
      if (!page.metadata.continue) return found;
      query.set("continue", page.metadata.continue);
    }
  }

  /** @returns undefined where the cluster does not know the kind. */
  async resourceOf(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const resources = await this.resources(apiVersion);
    return resources.find((resource) => resource.kind === kind && !resource.name.includes("/"));
  }

  /** All kinds of `v1`, `apps/v1` and the like; none where the cluster does not have them. */
  resources(apiVersion: string): Promise<readonly ApiResource[]> {
    const known = this.#kinds.get(apiVersion) ?? this.#discover(apiVersion);
    this.#kinds.set(apiVersion, known);
    return known;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #discover(apiVersion: string): Promise<readonly ApiResource[]> {
    try {
      return (await this.get<{ resources: ApiResource[] }>(rootOf(apiVersion))).resources;
    } catch (error) {
      this.#kinds.delete(apiVersion);
      if (error instanceof ClusterError && error.reason === "not-found") return [];
      throw error;
    }
  }

  async #ask(method: string, path: string, body?: string, type?: string): Promise<Answer> {
    let answer = await this.#send(method, path, body, type);
    // A program's credentials may have been revoked before they expired.
    if (answer.status === 401 && this.#credentials !== undefined) {
      this.#credentials = undefined;
      answer = await this.#send(method, path, body, type);
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusal(this.access, method, path, answer);
  }

  async #send(
    method: string,
    path: string,
    body: string | undefined,
    type = "application/json",
  ): Promise<Answer> {
    const { access } = this;
    const given = await this.#given();
    const token = given.token ?? tokenOf(access);
    const certificate = given.clientCertificate ?? access.clientCertificate;
    const key = given.clientKey ?? access.clientKey;
    const url = new URL(access.server.replace(/\/$/, "") + path);
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      timeout: timeLimit,
      rejectUnauthorized: !access.skipVerification,
      ...(access.authority !== undefined && { ca: access.authority }),
      ...(access.serverName !== undefined && { servername: access.serverName }),
      ...(certificate !== undefined && { cert: certificate }),
      ...(key !== undefined && { key }),
      headers: {
        accept: "application/json, */*",
        "user-agent": "country-rollout-kit",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && {
          "content-type": type,
          "content-length": Buffer.byteLength(body),
        }),
      },
    };
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(unreachable(access, error));
      const sent = request(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", fail);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            date: response.headers.date,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      });
      sent.on("timeout", () => sent.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
      sent.on("error", fail);
      sent.end(body);
    });
  }

  /** Credentials from the program, asked for again a minute before they expire; none where there is no program. */
  async #given(): Promise<Credentials> {
    const { program } = this.access;
    if (program === undefined) return {};
    this.#credentials ??= askForCredentials(program);
    const credentials = await this.#credentials;
    if (credentials.expires === undefined || credentials.expires - 60_000 > Date.now()) return credentials;
    this.#credentials = askForCredentials(program);
    return this.#credentials;
  }
}

/** `/api/v1`, `/apis/apps/v1`. */
function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Path of a kind's objects; with a name, of one of them. */
export function pathOf(
  apiVersion: string,
  { name: plural, namespaced }: Pick<ApiResource, "name" | "namespaced">,
  namespace?: string,
  name?: string,
): string {
  const within = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  const object = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${rootOf(apiVersion)}${within}/${plural}${object}`;
}

function tokenOf({ token, tokenFile }: ClusterAccess): string | undefined {
  if (tokenFile === undefined) return token;
  try {
    return readFileSync(tokenFile, "utf8").trim();
  } catch (error) {
    throw new ClusterError(
      "unauthenticated",
      `The token of the kubeconfig can't be read from ${tokenFile}: ${(error as NodeJS.ErrnoException).code}.`,
      "Log in to the cluster again.",
    );
  }
}

/** Node.js's error codes of a failed connection, in words. */
const explanations: Readonly<Record<string, readonly [what: string, remediation: string]>> = {
  ECONNREFUSED: ["nothing listens there", "Start the cluster, or correct the address in the kubeconfig."],
  ECONNRESET: ["it closed the connection", "Try again; look for a proxy or firewall in between."],
  ENOTFOUND: [
    "its name is not known",
    "Correct the address in the kubeconfig, or connect to its network (VPN).",
  ],
  EAI_AGAIN: ["no name server answers", "Look at this machine's network."],
  ETIMEDOUT: [
    "it does not answer",
    "Connect to its network (VPN), or let this machine through its firewall.",
  ],
  EHOSTUNREACH: ["there is no route to it", "Connect to its network (VPN)."],
  ENETUNREACH: ["there is no route to it", "Connect to its network (VPN)."],
  CERT_HAS_EXPIRED: ["its certificate has expired", "Whoever runs the cluster must renew it."],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is for another name",
    "Reach it by a name of its certificate, or set tls-server-name in the kubeconfig.",
  ],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: [
    "it asks for a client certificate",
    "Get a new kubeconfig from whoever runs the cluster.",
  ],
};

const untrusted = [
  "its certificate comes from an authority that the kubeconfig does not name",
  "Put the cluster's authority into the kubeconfig (certificate-authority-data), or check which server answers there.",
] as const;

function unreachable({ server, context }: ClusterAccess, error: Error): ClusterError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const certificate = /^(DEPTH_ZERO_)?SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/.test(code);
  const [what, remediation] = explanations[code] ??
    (certificate ? untrusted : undefined) ?? [error.message, "Look at the kubeconfig and the network."];
  return new ClusterError(
    "unreachable",
    `The API server ${server} (context "${context}") can't be reached: ${what}.`,
    remediation,
    { cause: error },
  );
}

const reasons: Readonly<Record<number, ClusterErrorReason>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not-found",
};

function refusal(
  access: ClusterAccess,
  method: string,
  path: string,
  { status, body }: Answer,
): ClusterError {
  const reason = reasons[status] ?? "refused";
  if (reason === "unauthenticated")
    return new ClusterError(
      reason,
      `The API server ${access.server} does not know the login of the context "${access.context}".`,
      "Log in to the cluster again, or get a new kubeconfig.",
    );
  return new ClusterError(
    reason,
    `The API server refuses ${method} ${path.split("?")[0]}: ${messageOf(body) || `HTTP ${status}`}.`.replace(
      /\.\.$/,
      ".",
    ),
    reason === "forbidden" ? "Ask whoever runs the cluster for this right." : "",
  );
}

function messageOf(body: string): string {
  try {
    return String((JSON.parse(body) as { message?: unknown }).message ?? "");
  } catch {
    return body.trim().split("\n")[0]?.slice(0, 200) ?? "";
  }
}
