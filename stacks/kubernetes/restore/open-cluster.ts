/** The cluster in which a country's stack stands, and its namespace there. */

import { ClusterClient } from "../../../cluster/cluster-client.ts";
import { kubeconfigFiles } from "../../../cluster/kubeconfig.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import { namespace as awsNamespace } from "../../aws/cluster-settings.ts";

/** @throws ClusterError */
export function openCluster({ hosting }: Country): { client: ClusterClient; namespace: string } {
  const context = hosting.target === "kubernetes" ? hosting.kubernetes?.context : undefined;
  return {
    client: ClusterClient.ofFiles(kubeconfigFiles(process.env), context),
    namespace: namespaceOf(hosting),
  };
}

export function namespaceOf({ target, kubernetes }: Country["hosting"]): string {
  return target === "kubernetes" ? (kubernetes?.namespace ?? awsNamespace) : awsNamespace;
}
