/** The whole stack of the test's country on the cluster: its plan applied by kubectl, reached from outside, taken away. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../base/package-root.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { environment, type TestCluster, writeTestCountry } from "./country.ts";
import { type Forward, forward, kubectl, kubectlJson } from "./kubectl.ts";
import { waitFor } from "./wait.ts";

interface ClusterObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly replicas?: number; readonly instances?: number };
  readonly status?: {
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly readyInstances?: number;
    readonly succeeded?: number;
    readonly phase?: string;
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

const run = promisify(execFile);

export class ClusterStack {
  readonly country: Country;
  readonly cluster: TestCluster;
  readonly #manifests: string;
  readonly #file: string;
  #web: Forward | undefined;
  #webAuthority: string | undefined;

  /** @param folder empty; for the country's file and its manifests. */
  constructor(folder: string) {
    this.#manifests = join(folder, "manifests");
    this.#file = join(folder, "country.yaml");
    this.country = writeTestCountry(this.#file);
    this.cluster = this.country.hosting.kubernetes as TestCluster;
  }

  get webAddress(): string {
    return `https://${this.cluster.domain}`;
  }

  get namespace(): string {
    return this.cluster.namespace;
  }

  /** As the guide says: the plan's manifests, and its script for secrets. */
  async apply(): Promise<void> {
    const manifests = this.#manifests;
    await run(
      process.execPath,
      [join(packageRoot, "cli/bin.mjs"), "plan", this.#file, "--env", environment, "--manifests", manifests],
      { maxBuffer: 2 ** 26 },
    );
    const files = readdirSync(manifests).filter((name) => name.endsWith(".yaml"));
    const apply = (names: readonly string[]) =>
      kubectl([
        "apply",
        "--server-side",
        "--force-conflicts",
        "--validate=strict",
        ...names.flatMap((name) => ["-f", join(manifests, name)]),
      ]);
    await apply(files.filter((name) => name.startsWith("00-namespace")));
    await run("sh", [join(manifests, "secrets.sh")]);
    await apply(files);
  }

  /** Settles when every part runs as often as it should and is ready. */
  async ready(seconds = 900): Promise<void> {
    await waitFor("a stack that is ready in all its parts", () => this.#expectReady(), {
      seconds,
      every: 2000,
    });
  }

  async #expectReady(): Promise<void> {
    const { items } = await kubectlJson<{ items: ClusterObject[] }>([
      "get",
      "statefulsets,deployments,jobs,clusters.postgresql.cnpg.io",
      "-n",
      this.namespace,
    ]);
    if (items.length < 8) throw new Error(`only ${items.length} workloads are there`);
    const waiting = items.flatMap(({ kind, metadata, spec, status }) => {
      const [is, wanted] =
        kind === "Job"
          ? [status?.succeeded ?? 0, 1]
          : kind === "Cluster"
            ? [status?.readyInstances ?? 0, spec?.instances ?? 1]
            : [Math.min(status?.readyReplicas ?? 0, status?.updatedReplicas ?? 0), spec?.replicas ?? 1];
      return is === wanted ? [] : [`${kind} ${metadata.name} ${is}/${wanted}`];
    });
    if (waiting.length > 0) throw new Error(waiting.join(", "));
  }

  async secret(name: string, key: string): Promise<string> {
    const { data } = await kubectlJson<{ data: Record<string, string> }>([
      "get",
      "secret",
      name,
      "-n",
      this.namespace,
    ]);
    const value = data[key];
    if (value === undefined) throw new Error(`The secret ${name} has no ${key}.`);
    return Buffer.from(value, "base64").toString("utf8");
  }

  /** Where machines reach the broker: a node's address and the node port. */
  async brokerAddress(): Promise<{ readonly host: string; readonly port: number }> {
    const { items } = await kubectlJson<{ items: ClusterObject[] }>(["get", "nodes"]);
    const host = items[0]?.status?.addresses?.find(({ type }) => type === "InternalIP")?.address;
    if (host === undefined || this.cluster.mqtt.nodePort === undefined)
      throw new Error("No node has an address.");
    return { host, port: this.cluster.mqtt.nodePort };
  }

  forward(service: string, port: number): Promise<Forward> {
    return forward(this.namespace, `service/${service}`, port);
  }

  /**
   * A page, asked for as a gateway does: by TLS up to the pod, whose certificate the stack's own authority has given.
   * @param address with the pages' origin.
   */
  async page(address: string, init: RequestInit = {}): Promise<Response> {
    const { pathname, search, host } = new URL(address);
    return waitFor(
      `${init.method ?? "GET"} ${pathname}`,
      async () => {
        this.#web ??= await this.forward("diagnostic", 443);
        this.#webAuthority ??= await this.secret("diagnostic-certificate", "ca.crt");
        try {
          return await httpsRequest(
            {
              port: this.#web.port,
              ca: this.#webAuthority,
              servername: `diagnostic.${this.namespace}.svc.cluster.local`,
              path: `${pathname}${search}`,
              method: init.method ?? "GET",
              headers: {
                ...(init.headers as Record<string, string>),
                host,
                "x-forwarded-for": "203.0.113.7",
              },
            },
            init.body as string | undefined,
          );
        } catch (error) {
          // Its pod is gone.
          this.#web.close();
          this.#web = undefined;
          throw error;
        }
      },
      { seconds: 60 },
    );
  }

  async relationalPrimary(): Promise<string | undefined> {
    const { status } = await kubectlJson<{ status?: { currentPrimary?: string } }>([
      "get",
      "clusters.postgresql.cnpg.io",
      "relational-store",
      "-n",
      this.namespace,
    ]);
    return status?.currentPrimary;
  }

  /** Names of the part's pods. */
  async pods(part: string): Promise<string[]> {
    const { items } = await kubectlJson<{ items: ClusterObject[] }>([
      "get",
      "pods",
      "-n",
      this.namespace,
      "-l",
      `app.kubernetes.io/name=${part}`,
      "--field-selector=status.phase=Running",
    ]);
    return items.map(({ metadata }) => metadata.name);
  }

  /** Ends a pod as a lost node would: nothing is told, nothing is finished. */
  async kill(pod: string): Promise<void> {
    await kubectl(["delete", "pod", pod, "-n", this.namespace, "--grace-period=0", "--force"]);
  }

  /** What the tests' reader needs when something went wrong. */
  async describe(): Promise<string> {
    const say = (args: readonly string[]) => kubectl(args).catch((error: Error) => error.message);
    const inside = ["-n", this.namespace];
    const pods = await kubectlJson<{ items: ClusterObject[] }>(["get", "pods", ...inside]).catch(() => ({
      items: [],
    }));
    const logs = await Promise.all(
      pods.items.map(
        async ({ metadata: { name } }) =>
          `== ${name}\n${await say(["logs", ...inside, name, "--all-containers", "--tail=15"])}`,
      ),
    );
    const all = [
      await say(["get", "pods,pvc,certificates,jobs", ...inside, "-o", "wide"]),
      (await say(["get", "events", ...inside, "--sort-by=.lastTimestamp"])).split("\n").slice(-40).join("\n"),
      ...logs,
    ].join("\n");
    return all.replace(/^(.{400}).+$/gm, "$1…");
  }

  async delete(): Promise<void> {
    this.#web?.close();
    this.#web = undefined;
    // First what has pods: a namespace looks again for pods that stop only after half of their longest grace.
    for (const kinds of ["statefulsets,deployments,jobs,clusters.postgresql.cnpg.io", "pods"])
      await kubectl(["delete", kinds, "--all", "-n", this.namespace, "--ignore-not-found", "--timeout=600s"]);
    // Admission policies lie in no namespace.
    if (existsSync(this.#manifests))
      await kubectl(["delete", "-f", this.#manifests, "--ignore-not-found", "--timeout=600s"]);
    await kubectl(["delete", "namespace", this.namespace, "--ignore-not-found", "--timeout=600s"]);
  }
}

/** An HTTPS request to a forwarded port, whose other end has a certificate for another name. */
export function httpsRequest(
  options: RequestOptions & { readonly port: number; readonly ca: string; readonly servername: string },
  body?: string | Uint8Array,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, host: "127.0.0.1", agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const headers = new Headers();
        for (const [name, values] of Object.entries(incoming.headersDistinct))
          for (const value of values ?? []) headers.append(name, value);
        const status = incoming.statusCode ?? 0;
        const isEmpty = status === 204 || status === 304;
        resolve(new Response(isEmpty ? null : Buffer.concat(chunks), { status, headers }));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
