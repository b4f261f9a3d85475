/** Opens the cluster on which a country's stack runs. */

import { ClusterClient } from "../../../cluster/cluster-client.ts";
import { kubeconfigFiles } from "../../../cluster/kubeconfig.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import { stackNamespace } from "../stack.ts";

/** @throws ClusterError */
export function openCluster({ hosting }: Country): { client: ClusterClient; namespace: string } {
  const context = hosting.target === "kubernetes" ? hosting.kubernetes?.context : undefined;
  return {
    client: ClusterClient.ofFiles(kubeconfigFiles(process.env), context),
    namespace: stackNamespace(hosting),
  };
}
