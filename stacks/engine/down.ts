/** Removes a country's stack; says first which data is lost, and afterwards what is left. */
import { EnvironmentError, exitCode, StoppedError } from "../../base/kit-error.ts";
import { holdsData } from "./changes.ts";
import { confirm } from "./confirmation.ts";
import type { Conversation } from "./conversation.ts";
import type { CountryStack, RecordedResource } from "./country-stack.ts";
import { EngineFailure } from "./engine-failure.ts";
import { unknownStack } from "./refusals.ts";
import { type ResourceTitle, titleOf } from "./resource-steps.ts";
import { RunReport } from "./run-report.ts";
import { openSession, type RolloutRequest, repair, type Session } from "./session.ts";
import {
  deleteVolumes,
  listed,
  lossesOfVolumes,
  noVolumes,
  releaseVolumes,
  type StackVolumes,
  volumesOf,
  volumesWouldGo,
} from "./volumes.ts";

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
    const volumes = await volumesIn(session, request);
    const refusal = request.deleteData ? undefined : volumesWouldGo(volumes);
    if (refusal !== undefined) throw refusal;
    for (const text of [
      ...losses(session, request, volumes),
      ...lossesOfVolumes(volumes, request.deleteData),
    ])
      conversation.tell({ event: "warning", text });
    await confirm(
      request,
      conversation,
      `Type ${stack.name} to remove it: `,
      (answer) => answer === stack.name,
    );
    await repair(session, conversation);
    if (request.deleteData && cluster !== undefined) await releaseVolumes(cluster, volumes.own);
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
    if (request.deleteData && cluster !== undefined) await deleteVolumes(cluster, volumes.own);
    for (const text of remainders(volumes, session, request)) conversation.tell({ event: "note", text });
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

function losses(
  { resources, namespace, stack }: Session,
  { loaded, deleteData }: RolloutRequest,
  { own }: StackVolumes,
): string[] {
  const holders = resources.filter(({ urn }) => holdsData(urn)).map(titleOf);
  if (holders.length === 0) return [];
  const { destination } = loaded.country.hosting.backup;
  const backupKeys = resources.filter(
    ({ type, urn }) => type === "pulumi:index:Stash" && urn.endsWith("-backup-key"),
  );
  return [
    own.length > 0 && !deleteData
      ? `${stack.name} is removed: ${listOf(holders)}. Its volumes stay, with their data: ${listed(own)}.`
      : `All answers of companies and all data of machines in ${stack.name} are deleted: ${listOf(holders)}.`,
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

const listOf = (holders: readonly ResourceTitle[]): string =>
  holders.map(({ kind, name }) => `${kind} ${name}`).join(", ");

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

/** None on a cloud, whose cluster goes with the stack. */
const volumesIn = async (
  { cluster, namespace }: Session,
  { target }: RolloutRequest,
): Promise<StackVolumes> =>
  cluster !== undefined && target === "kubernetes" ? await volumesOf(cluster, namespace) : noVolumes;

/** What is kept, and what other namespaces may use. */
function remainders(
  { own, others, left }: StackVolumes,
  { resources }: Session,
  { deleteData }: RolloutRequest,
): string[] {
  const kept = [...(deleteData ? [] : own), ...others.filter(({ goesWithClaim }) => !goesWithClaim), ...left];
  return [
    ...(deleteData && own.length > 0
      ? [
          `Deleted from the cluster: the volumes ${own.map(({ name }) => name).join(", ")}. Whether the disks behind them are erased depends on the storage.`,
        ]
      : []),
    ...(kept.length > 0
      ? [
          `These volumes are kept, with their data: ${listed(kept)}. \`kubectl delete pv ${kept.map(({ name }) => name).join(" ")}\` deletes them.`,
        ]
      : []),
    ...(resources.some(({ type }) => type === "kubernetes:helm.sh/v3:Release")
      ? [
          "The operators are removed. Their custom resource definitions and namespaces are kept, because other teams may use them.",
        ]
      : []),
  ];
}
