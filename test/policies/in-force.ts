/** Puts admission policies on the cluster and waits until its API server goes by them. */
import type { ApiServer, ClusterObject } from "./api-server.ts";

/** Of all that a test makes; its value is the test's own part of the cluster. */
export const label = "rollout-test";

/** Policies take effect some time after they are there, in the order in which they came. */
async function untilInForce(server: ApiServer, object: ClusterObject, policy: string): Promise<void> {
  for (let round = 0; ; round++) {
    const { refusedBy } = await server.tryOut(object);
    if (refusedBy.includes(policy)) break;
    if (round > 600) throw new Error(`${policy} does not come into force.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export const namespaceObject = (name: string, part: string): ClusterObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { [label]: part } },
});

/** Its own policy, which refuses everything, comes last. */
export async function putInForce(
  server: ApiServer,
  manifests: readonly ClusterObject[],
  namespace: string,
  part: string,
): Promise<void> {
  await server.create(namespaceObject(`${namespace}-last`, part));
  const last = `${namespace}-last-refuses-all`;
  const labelled = [...manifests, ...refusingAll(last, `${namespace}-last`)].map((manifest) => ({
    ...manifest,
    metadata: { ...manifest.metadata, labels: { [label]: part } },
  }));
  for (const kind of ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"])
    for (const manifest of labelled) if (manifest.kind === kind) await server.create(manifest);
  const canary = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "any", namespace: `${namespace}-last` },
  };
  await untilInForce(server, canary, last);
}

function refusingAll(name: string, namespace: string): ClusterObject[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
          ],
        },
        validations: [{ expression: "false" }],
      },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
      },
    },
  ];
}
