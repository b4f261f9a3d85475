/** Opens a country's stack for one run: its state, the passphrase and the cluster; repairs what an interrupted run left. */
import { pathToFileURL } from "node:url";
import { ClusterClient } from "../../cluster/cluster-client.ts";
import { kubeconfigFiles } from "../../cluster/kubeconfig.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { stackName } from "../../localisation/stack-name.ts";
import { type PlannedTarget, stackProgram } from "../country-plan.ts";
import type { Conversation } from "./conversation.ts";
import { CountryStack, type ProgramOptions, type RecordedResource } from "./country-stack.ts";
import { findEngine } from "./engine-cli.ts";
import { findPassphrase, type Passphrase } from "./passphrase.ts";
import { type StatePlace, statePlace } from "./state-place.ts";
import { removeUnrecordedSets } from "./unrecorded-sets.ts";

export interface RolloutRequest {
  readonly loaded: LoadedCountry;
  readonly target: PlannedTarget;
  /** Of the kit. */
  readonly version: string;
  /** Environment variables: they say where tools, the kubeconfig and the passphrase are. */
  readonly environment: NodeJS.ProcessEnv;
  /** A folder instead of the file's own place for its state. */
  readonly state?: string;
  /** Every question is answered with yes. */
  readonly yes: boolean;
  /** Data may be deleted: by changes, and by `down` also what is protected or would be kept. */
  readonly deleteData: boolean;
  /** Removes the lock of an interrupted run. */
  readonly unlock: boolean;
}

export interface Session {
  readonly stack: CountryStack;
  /** The state knew the stack before this run. */
  readonly existed: boolean;
  readonly resources: readonly RecordedResource[];
  /** Of the cluster that the file or the state names; absent where there is none yet. */
  readonly cluster?: ClusterClient;
  readonly namespace: string;
}

/**
 * @param temporary folder for the state of a stack that does not exist yet, so that a preview leaves nothing behind.
 * @throws EnvironmentError
 */
export async function openSession(
  request: RolloutRequest,
  conversation: Conversation,
  temporary?: string,
): Promise<Session> {
  const { stack, existed, isTemporary } = await findStack(request, conversation, temporary);
  const { place } = stack.options;
  const passphrase = isTemporary
    ? { value: "of a preview", source: "this preview" }
    : await passphraseOf(stack, existed, request, conversation);
  const { resources } = await conversation.step("State", async (tell) => {
    await stack.open(existed, passphrase?.value);
    if (request.unlock) await stack.unlock();
    const recorded = await stack.recorded();
    tell(existed ? `${stack.name}: ${recorded.resources.length} resources` : `${stack.name}: new`);
    return recorded;
  });
  const cluster = await reachCluster(request, resources, conversation);
  const namespace = request.loaded.country.hosting.kubernetes?.namespace ?? "rollout";
  const state = place.kind === "file" ? place.folder : place.url;
  conversation.tell({
    event: "stack",
    stack: stack.name,
    target: request.target,
    state: isTemporary ? "a temporary folder of this preview" : state,
    secrets:
      passphrase === undefined
        ? `encrypted by ${place.secretsProvider}`
        : `encrypted by the passphrase of ${passphrase.source}`,
    ...(cluster && { cluster: `${cluster.access.context} (${cluster.access.server})` }),
    namespace,
  });
  return { stack, existed, resources, ...(cluster && { cluster }), namespace };
}

/** The stack, with its state in `temporary` where it does not exist yet. */
async function findStack(request: RolloutRequest, conversation: Conversation, temporary?: string) {
  const { loaded, environment, state } = request;
  const engine = await conversation.step("Engine", async (tell) => {
    const found = await findEngine(environment);
    tell(`Pulumi ${found.version}`);
    return found;
  });
  const stack = new CountryStack({
    name: stackName(loaded.country.country, loaded.environment),
    program: programOf(request),
    engine,
    place: statePlace(loaded.country, loaded.file, state),
  });
  const existed = await stack.exists();
  if (existed || temporary === undefined) return { stack, existed, isTemporary: false };
  const place = temporaryPlace(temporary);
  return { stack: new CountryStack({ ...stack.options, place }), existed, isTemporary: true };
}

/** @returns undefined where a key encrypts the state's secrets. */
async function passphraseOf(
  { name, options: { place } }: CountryStack,
  exists: boolean,
  { environment }: RolloutRequest,
  { ask, tell }: Conversation,
): Promise<Passphrase | undefined> {
  if (place.secretsProvider !== "passphrase") return undefined;
  const passphrase = await findPassphrase({
    place,
    stack: name,
    exists,
    environment,
    ...(ask && { ask: ask.secret }),
  });
  if (passphrase.madeIn !== undefined)
    tell({
      event: "warning",
      text: `A passphrase for the secrets in the state was made: ${passphrase.madeIn}. Keep a copy in a safe: without it the stack can't be changed any more.`,
    });
  return passphrase;
}

/** The same program that a plan runs. */
function programOf({ loaded, target, version }: RolloutRequest) {
  const { country, environment, catalogues } = loaded;
  return async ({ releaseData }: ProgramOptions) => {
    const program = await stackProgram(target);
    return program({
      country,
      catalogues,
      version,
      asksProviders: true,
      ...(environment !== undefined && { environment }),
      ...(releaseData && { releaseData }),
    });
  };
}

const temporaryPlace = (folder: string): StatePlace => ({
  url: pathToFileURL(folder).href,
  folder,
  kind: "file",
  secretsProvider: "passphrase",
});

/** The cluster that the stack itself made in a cloud. */
export function clusterOfState(resources: readonly RecordedResource[]): ClusterClient | undefined {
  const provider = resources.find(({ type }) => type === "pulumi:providers:kubernetes");
  const text = provider?.inputs?.kubeconfig;
  return typeof text === "string" ? ClusterClient.ofKubeconfig(text) : undefined;
}

async function reachCluster(
  { loaded, target, environment }: RolloutRequest,
  resources: readonly RecordedResource[],
  conversation: Conversation,
): Promise<ClusterClient | undefined> {
  if (target === "aws") return clusterOfState(resources);
  return conversation.step("Cluster", async (tell) => {
    const client = ClusterClient.ofFiles(
      kubeconfigFiles(environment),
      loaded.country.hosting.kubernetes?.context,
    );
    const { gitVersion } = await client.get<{ gitVersion: string }>("/version");
    tell(`${client.access.context}, Kubernetes ${gitVersion}`);
    return client;
  });
}

/**
 * Reads what an interrupted run had begun before anything else is done. Objects that it made without recording them are taken
 * over; a new stack also takes over the namespace that a team made for its Secrets.
 */
export async function repair(
  { stack, resources, cluster }: Session,
  conversation: Conversation,
): Promise<void> {
  if (resources.length === 0) stack.takeOver();
  const { pending, begun } = await stack.recorded();
  if (pending.length === 0) return;
  conversation.tell({
    event: "note",
    text: `An earlier run was interrupted while it made ${pending.join(", ")}. The present state is read first.`,
  });
  await conversation.step("Reading the present state", async () => {
    const { signal } = conversation;
    await stack.refresh({ signal });
    stack.takeOver();
    if (cluster !== undefined)
      await removeUnrecordedSets(cluster, begun, (await stack.recorded()).resources, signal);
  });
}
