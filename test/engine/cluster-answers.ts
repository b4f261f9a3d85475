/** A cluster's API that has the given objects, for tests of what the kit reads of it and asks it to change. */
import { ClusterClient } from "../../cluster/cluster-client.ts";
import { type Answer, ApiServer, type Asked } from "./api-server.ts";

/** Objects by path of their list: `/apis/apps/v1/namespaces/rollout/statefulsets`. */
export type ObjectLists = Record<string, readonly object[]>;

const kinds: Readonly<
  Record<string, readonly (readonly [name: string, kind: string, namespaced: boolean])[]>
> = {
  "/api/v1": [
    ["configmaps", "ConfigMap", true],
    ["namespaces", "Namespace", false],
    ["secrets", "Secret", true],
    ["persistentvolumeclaims", "PersistentVolumeClaim", true],
    ["persistentvolumes", "PersistentVolume", false],
  ],
  "/apis/apps/v1": [
    ["statefulsets", "StatefulSet", true],
    ["deployments", "Deployment", true],
  ],
  "/apis/postgresql.cnpg.io/v1": [["clusters", "Cluster", true]],
};

export interface AnsweringCluster {
  readonly client: ClusterClient;
  /** What changes something: `DELETE /api/v1/persistentvolumes/pv-1`, with the body. */
  readonly changes: () => { readonly what: string; readonly body: string }[];
  close(): Promise<void>;
}

/** @param lists may be changed between questions. */
export async function answeringCluster(folder: string, lists: ObjectLists): Promise<AnsweringCluster> {
  const api = await ApiServer.start(folder, (asked) => answer(asked, lists));
  const client = ClusterClient.ofFiles([api.kubeconfig(folder, {})]);
  return {
    client,
    changes: () =>
      api.asked
        .filter(({ method }) => method !== "GET")
        .map(({ method, path, body }) => ({ what: `${method} ${path}`, body })),
    async close() {
      client.close();
      await api.close();
    },
  };
}

function answer({ method, path }: Asked, lists: ObjectLists): Answer {
  const [plain = ""] = path.split("?");
  const slash = plain.lastIndexOf("/");
  const [folder, name] = [plain.slice(0, slash), plain.slice(slash + 1)];
  const isNamed = (item: object) => (item as { metadata?: { name?: string } }).metadata?.name === name;
  if (method === "DELETE") lists[folder] = (lists[folder] ?? []).filter((item) => !isNamed(item));
  if (method !== "GET") return { body: {} };
  if (plain === "/version") return { body: { major: "1", minor: "34", gitVersion: "v1.34.4" } };
  if (plain === "/api") return { body: { kind: "APIVersions", versions: ["v1"] } };
  if (plain === "/apis") return { body: { kind: "APIGroupList", apiVersion: "v1", groups: [] } };
  const [, apiVersion = ""] = /^\/apis?\/(.*)$/.exec(plain) ?? [];
  const known = kinds[plain];
  if (known !== undefined) {
    const resources = known.map(([name, kind, namespaced]) => ({ name, kind, namespaced, verbs: ["list"] }));
    return {
      body: { kind: "APIResourceList", apiVersion: "v1", groupVersion: apiVersion, resources },
    };
  }
  const [root, kind] = kindAt(plain);
  const items = (lists[plain] ?? []).map((item) => ({ apiVersion: root, kind, ...item }));
  if (kind !== "") return { body: { apiVersion: root, kind: `${kind}List`, items, metadata: {} } };
  const one = lists[folder]?.find(isNamed);
  return one === undefined
    ? { status: 404, body: { kind: "Status", apiVersion: "v1", reason: "NotFound", code: 404 } }
    : { body: { apiVersion: root, kind: kindAt(folder)[1], ...one } };
}

/** API version and kind of the list at a path. */
function kindAt(path: string): [string, string] {
  for (const [root, known] of Object.entries(kinds))
    for (const [name, kind] of known)
      if (path.startsWith(`${root}/`) && path.endsWith(`/${name}`))
        return [root.replace(/^\/apis?\//, ""), kind];
  return ["v1", ""];
}
