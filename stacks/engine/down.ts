/** Removes a country's stack with its data; says first what is lost, and afterwards what is left. */
import { EnvironmentError, exitCode, StoppedError } from "../../base/kit-error.ts";
import type { ClusterClient, KubernetesObject } from "../../cluster/cluster-client.ts";
import { holdsData } from "./changes.ts";
import { confirm } from "./confirmation.ts";
import type { Conversation } from "./conversation.ts";
import type { CountryStack, RecordedResource } from "./country-stack.ts";
import { EngineFailure } from "./engine-failure.ts";
import { unknownStack } from "./refusals.ts";
import { titleOf } from "./resource-steps.ts";
import { RunReport } from "./run-report.ts";
import { openSession, type RolloutRequest, repair, type Session } from "./session.ts";

/** @throws StoppedError, EnvironmentError */
export async function down(request: RolloutRequest, conversation: Conversation): Promise<void> {
  const began = performance.now();
  const session = await openSession(request, conversation);
  const { stack, existed, resources, cluster, namespace } = session;
  try {
    if (!existed) throw unknownStack(stack.name);
    const guarded = resources.filter(isProtected);
    if (guarded.length > 0 && !request.deleteData)
      throw new EnvironmentError(
        `${guarded.map((resource) => Object.values(titleOf(resource)).join(" ")).join(", ")} hold data and are protected: nothing was removed.`,
        "Add --delete-data if the data may be deleted. A last snapshot of the database is kept; keys are deleted after 30 days.",
      );
    for (const text of losses(session, request)) conversation.tell({ event: "warning", text });
    await confirm(
      request,
      conversation,
      `Type ${stack.name} to remove it: `,
      (answer) => answer === stack.name,
    );
    await repair(session, conversation);
    const report = new RunReport(conversation);
    const run = { onEvent: report.read, signal: conversation.signal };
    await stoppable(
      conversation,
      stack,
      async () => {
        if (guarded.length > 0) {
          stack.releaseData();
          await stack.up({ ...run, only: guarded.map(({ urn }) => urn) });
        }
        await stack.destroy(run);
      },
      report,
    );
    await stack.forget();
    if (cluster !== undefined && request.target === "kubernetes")
      await remainders(cluster, session, request.deleteData, conversation);
    conversation.tell({
      event: "done",
      stack: stack.name,
      did: "removed",
      counts: report.counts,
      milliseconds: performance.now() - began,
      outputs: { namespace },
    });
  } finally {
    cluster?.close();
  }
}

/** The cloud refuses to delete these while they are protected or not empty. */
const isProtected = ({ type }: RecordedResource): boolean =>
  type === "aws:rds/instance:Instance" || type === "aws:s3/bucket:Bucket";

function losses({ resources, namespace, stack }: Session, { loaded }: RolloutRequest): string[] {
  const holders = resources.filter(({ urn }) => holdsData(urn)).map(titleOf);
  if (holders.length === 0) return [];
  const { destination } = loaded.country.hosting.backup;
  const backupKeys = resources.filter(
    ({ type, urn }) => type === "pulumi:index:Stash" && urn.endsWith("-backup-key"),
  );
  return [
    `All answers of companies and all data of machines in ${stack.name} are deleted: ${holders.map(({ kind, name }) => `${kind} ${name}`).join(", ")}.`,
    ...(destination === undefined
      ? ["There is no backup of them."]
      : [`Backups are kept in ${destination.bucket} at ${destination.endpoint}.`]),
    ...(destination !== undefined && backupKeys.length > 0
      ? [
          `The key of these backups is deleted too. Save it first: kubectl -n ${namespace} get secret time-series-secrets -o jsonpath='{.data.backup-key}'`,
        ]
      : []),
  ];
}

async function stoppable(
  { signal }: Conversation,
  stack: CountryStack,
  action: () => Promise<void>,
  report: RunReport,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (signal.aborted)
      throw new StoppedError(
        `Stopped. \`rollout down\` continues with what is left of ${stack.name}.`,
        exitCode.interrupted,
      );
    if (!(error instanceof EngineFailure) || error.reason !== "resources" || report.failed.length === 0)
      throw error;
    throw new EngineFailure(
      "resources",
      `Not removed: ${report.failed.map(({ kind, name }) => `${kind} ${name}`).join(", ")}.`,
      "`rollout down` continues where it stopped.",
      { cause: error },
    );
  }
}

interface Volume extends KubernetesObject {
  readonly spec: { readonly claimRef?: { readonly namespace?: string; readonly name?: string } };
}

/** Tells of volumes that their class keeps, and of what other namespaces may use. */
async function remainders(
  cluster: ClusterClient,
  { namespace, resources }: Session,
  deleteData: boolean,
  conversation: Conversation,
): Promise<void> {
  const volumes = (await cluster.list("v1", "PersistentVolume")) as Volume[];
  const kept = volumes
    .filter(({ spec }) => spec.claimRef?.namespace === namespace)
    .map(({ metadata }) => metadata.name);
  if (kept.length > 0 && deleteData) {
    for (const name of kept) await cluster.delete(`/api/v1/persistentvolumes/${name}`);
    conversation.tell({
      event: "note",
      text: `Deleted from the cluster: the volumes ${kept.join(", ")}. Whether the disks behind them are erased depends on the storage.`,
    });
  } else if (kept.length > 0)
    conversation.tell({
      event: "note",
      text: `These volumes are kept by their storage class, with their data: ${kept.join(", ")}. \`kubectl delete pv ${kept.join(" ")}\` deletes them.`,
    });
  if (resources.some(({ type }) => type === "kubernetes:helm.sh/v3:Release"))
    conversation.tell({
      event: "note",
      text: "The operators are removed. Their custom resource definitions and namespaces are kept, because other teams may use them.",
    });
}
