/** Asks the cluster's API server whether it would take an object, and which admission policies would not. */
import { request } from "node:https";
import { ClusterClient, pathOf } from "../../cluster/cluster-client.ts";
import { kubeconfigFiles, readKubeconfigs } from "../../cluster/kubeconfig.ts";

export type ClusterObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of any kind
  readonly [field: string]: any;
};

export interface Answer {
  /** Names of the ValidatingAdmissionPolicies that denied it or warned of it. */
  readonly refusedBy: readonly string[];
  /** Of the API server, where it did not take the object. */
  readonly error?: string;
  /** As it would be stored, with all defaults. */
  readonly stored?: ClusterObject;
}

export class ApiServer {
  readonly client: ClusterClient;
  readonly #access = readKubeconfigs(kubeconfigFiles(process.env));

  constructor() {
    this.client = new ClusterClient(this.#access);
  }

  /** Creates it for good. */
  async create(object: ClusterObject): Promise<void> {
    const { status, body } = await this.#post(object, "");
    if (status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${body}`);
  }

  /** Everything but storing it. */
  async tryOut(object: ClusterObject): Promise<Answer> {
    const { status, body, warnings, stored } = await this.#post(object, "?dryRun=All");
    const named = [...`${warnings.join("\n")}\n${body}`.matchAll(/ValidatingAdmissionPolicy '([^']+)'/g)];
    const refusedBy = [...new Set(named.map(([, name]) => name ?? ""))].sort();
    // That it is there already is found out last.
    const taken = status < 300 || status === 409 || refusedBy.length > 0;
    return { refusedBy, ...(!taken && { error: body }), ...(stored !== undefined && { stored }) };
  }

  async #post(object: ClusterObject, query: string) {
    const { apiVersion, kind } = object;
    const resource = await this.client.resourceOf(apiVersion, kind);
    if (resource === undefined) throw new Error(`The cluster has no ${kind} of ${apiVersion}.`);
    const path = pathOf(apiVersion, resource, object.metadata.namespace);
    const { server, authority: ca, clientCertificate: cert, clientKey: key } = this.#access;
    const body = JSON.stringify(object);
    return new Promise<{ status: number; body: string; warnings: string[]; stored?: ClusterObject }>(
      (resolve, reject) => {
        const sent = request(
          `${server}${path}${query}`,
          {
            method: "POST",
            ca,
            cert,
            key,
            headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () => {
              const text = Buffer.concat(chunks).toString("utf8");
              const status = response.statusCode ?? 0;
              const message =
                status < 300 ? "" : String((JSON.parse(text) as { message?: string }).message ?? text);
              const warning = response.headers.warning as string | string[] | undefined;
              resolve({
                status,
                body: message,
                warnings: warning === undefined ? [] : [warning].flat(),
                ...(status < 300 && { stored: JSON.parse(text) as ClusterObject }),
              });
            });
          },
        );
        sent.on("error", reject);
        sent.end(body);
      },
    );
  }
}
