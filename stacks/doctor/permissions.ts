/** Asks the cluster for each kind of the plan whether the login has the rights that a rollout needs. */
import type { ClusterClient } from "../../cluster/cluster-client.ts";
import { type Examined, findingsIn } from "./finding.ts";
import type { PlannedKind } from "./operators.ts";

const { ok, failed } = findingsIn("permissions");

/** What the engine does with an object; by `list` and `watch` it sees that one is ready. */
const verbs = ["get", "list", "watch", "create", "patch", "delete"] as const;

export interface Refused {
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** @param kinds those that the cluster does not know are left out. */
export async function examinePermissions(
  client: ClusterClient,
  namespace: string,
  kinds: readonly PlannedKind[],
): Promise<Examined> {
  const pods: PlannedKind[] = [
    { apiVersion: "v1", kind: "Pod" },
    { apiVersion: "v1", kind: "Event" },
  ];
  const refused: Refused[] = [];
  for (const { apiVersion, kind } of [...kinds, ...pods]) {
    const resource = await client.resourceOf(apiVersion, kind);
    if (resource === undefined) continue;
    const wanted = pods.some((pod) => pod.kind === kind) ? verbs.slice(0, 2) : verbs;
    const allowed = await Promise.all(
      wanted.map(async (verb) => {
        const { status } = await client.post<{ status: { allowed: boolean } }>(
          "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
          {
            apiVersion: "authorization.k8s.io/v1",
            kind: "SelfSubjectAccessReview",
            spec: {
              resourceAttributes: {
                verb,
                group: apiVersion.includes("/") ? apiVersion.split("/")[0] : "",
                resource: resource.name,
                ...(resource.namespaced && { namespace }),
              },
            },
          },
        );
        return status.allowed;
      }),
    );
    const missing = wanted.filter((_, index) => !allowed[index]);
    if (missing.length > 0) refused.push({ kind, verbs: missing });
  }
  return verdictOnPermissions(refused, kinds.length);
}

export function verdictOnPermissions(refused: readonly Refused[], kinds: number): Examined {
  if (refused.length === 0)
    return ok("login", `may create, change and delete all ${kinds} kinds of the plan`);
  return failed(
    "login",
    `It may not ${refused.map(({ kind, verbs: missing }) => `${missing.join("/")} ${kind}`).join(", ")}.`,
    "Ask the cluster's administrators for these rights.",
  );
}
