/** Creates a country's stack, or changes it to what its file says now: policies, preview, confirmation, changes. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import { CheckError, EnvironmentError, exitCode, StoppedError } from "../../base/kit-error.ts";
import type { Plan } from "../../plan/plan.ts";
import { plannedTopology, type TopologyLoss, topologyLosses } from "../../plan/topology.ts";
import { totals } from "../../plan/tree.ts";
import { checkCountry } from "../../policies/check-country.ts";
import { blocks } from "../../policies/engine/findings.ts";
import { planCountry } from "../country-plan.ts";
import { ChangeList } from "./changes.ts";
import { confirm } from "./confirmation.ts";
import type { Conversation } from "./conversation.ts";
import { EngineFailure } from "./engine-failure.ts";
import { PodWatch } from "./pod-watch.ts";
import { topologyInCluster } from "./present-topology.ts";
import { waitUntilReady } from "./readiness.ts";
import { dataWouldGo, PoliciesRefuseError, TopologyRefusedError } from "./refusals.ts";
import { RunReport } from "./run-report.ts";
import { clusterOfState, openSession, type RolloutRequest, repair, type Session } from "./session.ts";

/**
 * @throws InputError, PoliciesRefuseError, CheckError, StoppedError, EnvironmentError
 */
export async function up(request: RolloutRequest, conversation: Conversation): Promise<void> {
  const began = performance.now();
  const plan = await checkPlan(request, conversation);
  const session = await openSession(request, conversation);
  try {
    await refuseForeignStack(session);
    const losses = request.deleteData ? [] : await lossesOf(session, plan);
    if (losses.length > 0) throw new TopologyRefusedError(losses);
    await repair(session, conversation);
    const changes = await previewed(session, conversation);
    const isChanged = changes.length > 0;
    if (isChanged) {
      const refusal = request.deleteData ? undefined : dataWouldGo(changes);
      if (refusal !== undefined) throw refusal;
      await confirm(request, conversation, `Make these changes to ${session.stack.name}? [y/N] `);
    }
    const report = new RunReport(conversation);
    const outputs = await watched(session, conversation, report, async () => {
      const made = isChanged
        ? await session.stack.up({ onEvent: report.read, signal: conversation.signal })
        : await session.stack.outputs();
      await everyPodReady(session, conversation);
      return made;
    });
    conversation.tell({
      event: "done",
      stack: session.stack.name,
      did: isChanged ? "updated" : "nothing",
      counts: report.counts,
      milliseconds: performance.now() - began,
      outputs: withoutSecrets(outputs),
    });
  } finally {
    session.cluster?.close();
  }
}

/** Shows what `up` would change. A new stack gets no state by it. */
export async function previewStack(request: RolloutRequest, conversation: Conversation): Promise<void> {
  const began = performance.now();
  const plan = await checkPlan(request, conversation);
  const temporary = mkdtempSync(join(tmpdir(), "rollout-preview-"));
  try {
    const session = await openSession(request, conversation, temporary);
    try {
      const changes = await previewed(session, conversation);
      for (const { what, remediation } of await lossesOf(session, plan))
        conversation.tell({ event: "warning", text: `\`rollout up\` refuses this: ${what} ${remediation}` });
      const refusal = dataWouldGo(changes);
      if (refusal !== undefined)
        conversation.tell({ event: "warning", text: `\`rollout up\` refuses this: ${refusal.message}` });
      conversation.tell({
        event: "done",
        stack: session.stack.name,
        did: "previewed",
        counts: Object.fromEntries(
          Object.entries(Object.groupBy(changes, ({ action }) => action)).map(([action, all]) => [
            action,
            all.length,
          ]),
        ),
        milliseconds: performance.now() - began,
        outputs: {},
      });
    } finally {
      session.cluster?.close();
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Plans the stack, and refuses a plan that the policies refuse. */
async function checkPlan(
  { loaded, target, version }: RolloutRequest,
  conversation: Conversation,
): Promise<Plan> {
  const plan = await conversation.step("Plan", async (tell) => {
    const made = await planCountry(loaded, target, version);
    const { resources, pods } = totals(made);
    tell(`${resources} resources, ${pods} pods`);
    return made;
  });
  await conversation.step("Policies", (tell) => {
    const result = checkCountry(loaded, {
      subject: { kind: "plan", plan, description: `the plan of ${loaded.file} for ${target}` },
    });
    // As `rollout check` does.
    if (result.findings.some((finding) => blocks(finding, "low"))) throw new PoliciesRefuseError(result);
    tell(`${result.policies.filter(({ verdict }) => verdict === "pass").length} passed`);
  });
  for (const note of (plan.outputs.notes as readonly string[] | undefined) ?? [])
    conversation.tell({ event: "note", text: note });
  return plan;
}

/** What the plan would strand of the data in the cluster; nothing where there is no cluster yet. */
async function lossesOf({ cluster, namespace }: Session, plan: Plan): Promise<TopologyLoss[]> {
  if (cluster === undefined) return [];
  return topologyLosses(await topologyInCluster(cluster, namespace), plannedTopology(plan));
}

/** What the engine would change. */
async function previewed({ stack }: Session, conversation: Conversation) {
  const list = new ChangeList();
  const messages: string[] = [];
  await conversation.step("Comparing with the present state", async (tell) => {
    const report = new RunReport({
      ...conversation,
      tell: (event) => {
        if (event.event === "message" && event.severity === "error") messages.push(event.text);
      },
    });
    try {
      await stack.preview({
        onEvent: (event) => {
          list.read(event);
          report.read(event);
        },
        signal: conversation.signal,
      });
    } catch (error) {
      throw withMessages(error, messages);
    }
    tell(list.changes.length === 0 ? "nothing to change" : `${list.changes.length} changes`);
  });
  conversation.tell({ event: "changes", changes: list.changes });
  return list.changes;
}

/** The engine's own message only says that it failed; the resources' messages say why. */
function withMessages(error: unknown, messages: readonly string[]): unknown {
  if (!(error instanceof EngineFailure) || messages.length === 0) return error;
  if (error.reason !== "resources" && error.reason !== "unknown") return error;
  return new EngineFailure(error.reason, [...new Set(messages)].join("\n"), error.remediation, {
    cause: error,
  });
}

/**
 * Refuses a cluster with a stack that the state does not know: its state is stored somewhere else, and a new one would give the
 * parts new secrets. A namespace that the team made beforehand, for its Secrets, has no part in it.
 */
async function refuseForeignStack({ cluster, resources, namespace, stack }: Session): Promise<void> {
  if (cluster === undefined || resources.some(({ type }) => type === "kubernetes:core/v1:Namespace")) return;
  const parts = await cluster.list("apps/v1", "StatefulSet", {
    namespace,
    labels: "app.kubernetes.io/managed-by=rollout",
  });
  if (parts.length === 0) return;
  throw new EnvironmentError(
    `There is already a stack in the namespace ${namespace}, which the state of ${stack.name} does not know.`,
    "If it was created from elsewhere, give its state with --state. If it holds nothing of value, delete the namespace. Otherwise choose another under hosting.kubernetes.namespace.",
  );
}

/** The engine waits for what it changed; a run that was interrupted before left other parts that nothing waited for. */
async function everyPodReady({ cluster, stack, namespace }: Session, conversation: Conversation) {
  // On a cloud the run may have made the cluster.
  const made = cluster ?? clusterOfState((await stack.recorded()).resources);
  if (made === undefined) return;
  try {
    await waitUntilReady(made, namespace, conversation);
  } finally {
    if (made !== cluster) made.close();
  }
}

/** Runs the engine, and watches the pods meanwhile. */
async function watched(
  { cluster, namespace, stack }: Session,
  conversation: Conversation,
  report: RunReport,
  run: () => Promise<OutputMap>,
): Promise<OutputMap> {
  const watch = cluster && new PodWatch(cluster, namespace, conversation);
  watch?.start();
  try {
    const outputs = await run();
    await watch?.stop();
    return outputs;
  } catch (error) {
    const troubles = (await watch?.stop()) ?? [];
    if (conversation.signal.aborted)
      throw new StoppedError(
        `Stopped. Run the same command again to finish the changes to ${stack.name}.`,
        exitCode.interrupted,
      );
    if (!(error instanceof EngineFailure) || error.reason !== "resources") throw error;
    const failed = report.failed.map(({ kind, name }) => `${kind} ${name}`).join(", ");
    const message = failed === "" ? error.message : `Failed: ${failed}.`;
    if (troubles.length > 0)
      throw new CheckError(
        message,
        "Fix what keeps the pods from starting, then run the same command again.",
      );
    throw new EngineFailure("resources", message, error.remediation, { cause: error });
  }
}

/** Outputs without the secret ones. */
function withoutSecrets(outputs: OutputMap): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { value, secret }]) => (secret ? [] : [[name, value]])),
  );
}
