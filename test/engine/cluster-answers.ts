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
  if (method !== "GET") return { body: {} };
  const [plain = ""] = path.split("?");
  const known = kinds[plain];
  if (known !== undefined)
    return {
      body: {
        resources: known.map(([name, kind, namespaced]) => ({ name, kind, namespaced, verbs: ["list"] })),
      },
    };
  return { body: { items: lists[plain] ?? [], metadata: {} } };
}
