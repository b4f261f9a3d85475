/** Checks everything that the rollout of a file needs, before it begins. It changes nothing. */

import { ClusterClient } from "../../cluster/cluster-client.ts";
import { ClusterError } from "../../cluster/cluster-error.ts";
import { kubeconfigFiles } from "../../cluster/kubeconfig.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { type PlannedTarget, planCountry } from "../country-plan.ts";
import type { KubernetesSettings } from "../kubernetes/stack.ts";
import { examineAws } from "./aws.ts";
import { readFacts } from "./cluster-facts.ts";
import { clock, clusterVersion, ingress, quota, room, secrets, zones } from "./cluster-verdicts.ts";
import { type Examined, findingsIn } from "./finding.ts";
import { examineOperators, plannedKinds } from "./operators.ts";
import { examinePermissions } from "./permissions.ts";
import { endpoints, ownNames, registry } from "./reachability.ts";
import { storage } from "./storage-verdicts.ts";
import { tools } from "./tools.ts";

const { ok, failed, skipped } = findingsIn("cluster");

export interface DoctorRequest {
  readonly loaded: LoadedCountry;
  readonly target: PlannedTarget;
  /** Of the kit. */
  readonly version: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * @param tell gets each result as soon as it is known.
 * @throws InputError
 */
export async function examine(
  request: DoctorRequest,
  tell: (examined: Examined) => void,
): Promise<Examined[]> {
  const { loaded, target, version, environment } = request;
  const { kubernetes, aws } = loaded.country.hosting;
  const all: Examined[] = [];
  const note = (examined: readonly Examined[]) => {
    for (const each of examined) {
      all.push(each);
      tell(each);
    }
  };
  const plan = await planCountry(loaded, target, version);
  note(await tools(target, environment));
  if (target === "aws" && aws !== undefined) {
    note(await examineAws(aws, environment));
    note([skipped("EKS", "the stack creates it")]);
    note(await ownNames(aws.domain));
  } else if (kubernetes !== undefined) {
    note(await examineCluster(request, kubernetes, plan));
    note(await ownNames(kubernetes.domain));
    note(await registry(kubernetes.registry));
  }
  note(await endpoints(loaded.country));
  return all;
}

async function examineCluster(
  { loaded, environment }: DoctorRequest,
  settings: KubernetesSettings,
  plan: Awaited<ReturnType<typeof planCountry>>,
): Promise<Examined[]> {
  let client: ClusterClient | undefined;
  try {
    client = ClusterClient.ofFiles(kubeconfigFiles(environment), settings.context);
    const facts = await readFacts(client, settings.namespace);
    return [
      ok("API server", `${client.access.context}, ${client.access.server}`),
      clusterVersion(facts),
      clock(facts),
      ...zones(facts, settings),
      room(facts, settings, plan),
      ...storage(facts, settings),
      ...(await examineOperators(client, facts, settings, plan)),
      ...ingress(facts, settings),
      ...secrets(facts, settings, loaded.country),
      quota(facts, plan),
      await examinePermissions(client, settings.namespace, plannedKinds(plan)),
    ];
  } catch (error) {
    if (error instanceof ClusterError) return [failed("API server", error.message, error.remediation)];
    throw error;
  } finally {
    client?.close();
  }
}
