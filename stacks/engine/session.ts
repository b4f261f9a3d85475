/** Opens a country's stack for one run: its state, the passphrase, the cluster, and what an interrupted run left behind. */
import { pathToFileURL } from "node:url";
import { ClusterClient } from "../../cluster/cluster-client.ts";
import { kubeconfigFiles } from "../../cluster/kubeconfig.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { type PlannedTarget, stackName } from "../country-plan.ts";
import { kubernetesStack } from "../kubernetes/program.ts";
import type { Conversation } from "./conversation.ts";
import { CountryStack, type ProgramOptions, type RecordedResource } from "./country-stack.ts";
import { findEngine } from "./engine-cli.ts";
import { findPassphrase } from "./passphrase.ts";
import { type StatePlace, statePlace } from "./state-place.ts";

export interface RolloutRequest {
  readonly loaded: LoadedCountry;
  readonly target: PlannedTarget;
  /** Of the kit. */
  readonly version: string;
  /** Variables of the process: where tools, the kubeconfig and the passphrase are found. */
  readonly environment: NodeJS.ProcessEnv;
  /** A folder instead of the file's own place for its state. */
  readonly state?: string;
  /** Questions count as answered with yes. */
  readonly yes: boolean;
  /** What holds data may go: by changes, or, when the stack is taken down, also what is protected or would stay. */
  readonly deleteData: boolean;
  /** Takes away the lock of an interrupted run. */
  readonly unlock: boolean;
}

export interface Session {
  readonly stack: CountryStack;
  /** The state knew the stack before. */
  readonly existed: boolean;
  readonly resources: readonly RecordedResource[];
  /** Of the cluster that the file or the state names; absent where there is none yet. */
  readonly cluster?: ClusterClient;
  readonly namespace: string;
}

/**
 * @param temporary folder for the state of a stack that is not there yet, which is to leave no trace.
 * @throws EnvironmentError
 */
export async function openSession(
  request: RolloutRequest,
  conversation: Conversation,
  temporary?: string,
): Promise<Session> {
  const { loaded, target, environment } = request;
  const engine = await conversation.step("Engine", async (tell) => {
    const found = await findEngine(environment);
    tell(`Pulumi ${found.version}`);
    return found;
  });
  const { stack: known, existed } = await lookUp();
  const traceless = !existed && temporary !== undefined;
  const place = traceless ? temporaryPlace(temporary) : known.options.place;
  const stack = traceless ? new CountryStack({ ...known.options, place }) : known;
  const passphrase =
    place.secretsProvider !== "passphrase"
      ? undefined
      : traceless
        ? { value: "of a preview", source: "this preview" }
        : await findPassphrase({
            place,
            stack: stack.name,
            exists: existed,
            environment,
            ...(conversation.ask && { ask: conversation.ask.secret }),
          });
  if (passphrase?.madeIn !== undefined)
    conversation.tell({
      event: "warning",
      text: `A passphrase for the secrets in the state was made: ${passphrase.madeIn}. Keep a copy in a safe: without it the stack can't be changed any more.`,
    });
  const stateText = traceless
    ? "a folder of this preview alone"
    : place.kind === "file"
      ? place.folder
      : place.url;
  const { resources } = await conversation.step("State", async (tell) => {
    await stack.open(existed, passphrase?.value);
    if (request.unlock) await stack.unlock();
    const recorded = await stack.recorded();
    tell(existed ? `${stack.name}: ${recorded.resources.length} resources` : `${stack.name}: new`);
    return recorded;
  });
  const cluster = await reachCluster(request, resources, conversation);
  const namespace = loaded.country.hosting.kubernetes?.namespace ?? "rollout";
  conversation.tell({
    event: "stack",
    stack: stack.name,
    target,
    state: stateText,
    secrets:
      passphrase === undefined
        ? `encrypted by ${place.secretsProvider}`
        : `encrypted by the passphrase of ${passphrase.source}`,
    ...(cluster && { cluster: `${cluster.access.context} (${cluster.access.server})` }),
    namespace,
  });
  return { stack, existed, resources, ...(cluster && { cluster }), namespace };

  async function lookUp() {
    const place = statePlace(loaded.country, loaded.file, request.state);
    const found = new CountryStack({
      name: stackName(loaded.country.country, loaded.environment),
      program: programOf(request),
      engine,
      place,
    });
    return { stack: found, existed: await found.exists() };
  }
}

/** The same that a plan runs. */
function programOf({ loaded, target, version }: RolloutRequest) {
  const { country, environment, catalogues } = loaded;
  return async ({ releaseData }: ProgramOptions) => {
    const program = target === "aws" ? (await import("../aws/program.ts")).awsStack : kubernetesStack;
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

async function reachCluster(
  { loaded, target, environment }: RolloutRequest,
  resources: readonly RecordedResource[],
  conversation: Conversation,
): Promise<ClusterClient | undefined> {
  if (target === "aws") {
    const provider = resources.find(({ type }) => type === "pulumi:providers:kubernetes");
    const text = provider?.inputs?.kubeconfig;
    return typeof text === "string" ? ClusterClient.ofKubeconfig(text) : undefined;
  }
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
 * What an interrupted run had begun is looked at before anything else is done. Objects that it made without noting them are taken
 * over, as is, by a new stack, the namespace that a team made for its Secrets.
 */
export async function repair({ stack, resources }: Session, conversation: Conversation): Promise<void> {
  if (resources.length === 0) stack.takeOver();
  const { pending } = await stack.recorded();
  if (pending.length === 0) return;
  conversation.tell({
    event: "note",
    text: `An earlier run broke off while it made ${pending.join(", ")}. What is there is read first.`,
  });
  await conversation.step("Reading what is there", async () => {
    await stack.refresh({ signal: conversation.signal });
    stack.takeOver();
  });
}
