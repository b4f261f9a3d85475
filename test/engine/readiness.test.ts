/** "Up" is said once every pod is of this version and ready, whatever an object's own numbers say meanwhile. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CheckError, StoppedError } from "../../base/kit-error.ts";
import type { Conversation } from "../../stacks/engine/conversation.ts";
import { partsNotReady, waitUntilReady } from "../../stacks/engine/readiness.ts";
import { type AnsweringCluster, answeringCluster, type ObjectLists } from "./cluster-answers.ts";

let folder: string;
let cluster: AnsweringCluster;
let lists: ObjectLists;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "rollout-readiness-"));
  lists = {};
  cluster = await answeringCluster(folder, lists);
});
afterEach(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

const namespace = "rollout";
const sets = `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const databases = `/apis/postgresql.cnpg.io/v1/namespaces/${namespace}/clusters`;
const workload = (name: string, spec: object, status: object) => ({
  metadata: { name, generation: 2 },
  spec,
  status: { observedGeneration: 2, ...status },
});
const broker = (status: object) => workload("broker", { replicas: 3 }, { replicas: 3, ...status });
const ready = () => partsNotReady(cluster.client, namespace);

test.each([
  ["all are updated and ready", { readyReplicas: 3, currentRevision: "a", updateRevision: "a" }, undefined],
  [
    "all are ready, and one is of the former version",
    { readyReplicas: 3, updatedReplicas: 2, currentRevision: "a", updateRevision: "b" },
    2,
  ],
  [
    "all are updated, and one is not ready",
    { readyReplicas: 2, updatedReplicas: 3, currentRevision: "a", updateRevision: "b" },
    2,
  ],
  ["none is ready", { currentRevision: "a", updateRevision: "a" }, 0],
  [
    "the change has not been looked at",
    { observedGeneration: 1, readyReplicas: 3, currentRevision: "a", updateRevision: "a" },
    0,
  ],
])("a StatefulSet of which %s", async (_, status, count) => {
  lists[sets] = [broker(status)];
  expect(await ready()).toEqual(count === undefined ? [] : [`StatefulSet broker: ${count} of 3`]);
});

test("a Deployment whose former pods still run is not ready, and neither is a database that replaces an instance", async () => {
  const ingest = (status: object) => workload("ingest", { replicas: 2 }, status);
  lists[deployments] = [ingest({ replicas: 3, updatedReplicas: 2, readyReplicas: 2 })];
  expect(await ready()).toEqual(["Deployment ingest: 1 of 2"]);
  lists[deployments] = [ingest({ replicas: 2, updatedReplicas: 2, readyReplicas: 2 })];
  const database = (status: object) => workload("relational-store", { instances: 3 }, status);
  lists[databases] = [database({ readyInstances: 3, phase: "Upgrading cluster" })];
  expect(await ready()).toEqual(["Cluster relational-store: 2 of 3"]);
  lists[databases] = [database({})];
  expect(await ready()).toEqual(["Cluster relational-store: 0 of 3"]);
  lists[databases] = [database({ readyInstances: 3, phase: "Cluster in healthy state" })];
  expect(await ready()).toEqual([]);
});

function conversation(stop = new AbortController()): Conversation & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    step: async (_, action) =>
      action((detail) => {
        told.push(detail);
        if (told.length === 1)
          lists[sets] = [broker({ readyReplicas: 2, currentRevision: "a", updateRevision: "a" })];
        if (told.length === 2)
          lists[sets] = [broker({ readyReplicas: 3, currentRevision: "a", updateRevision: "a" })];
      }),
    tell: () => {},
    signal: stop.signal,
  };
}

test("the wait ends when the last pod is ready", async () => {
  lists[sets] = [broker({ readyReplicas: 1, currentRevision: "a", updateRevision: "a" })];
  const talk = conversation();
  await waitUntilReady(cluster.client, namespace, talk, { interval: 1, longest: 60_000 });
  expect(talk.told).toEqual(["StatefulSet broker: 1 of 3", "StatefulSet broker: 2 of 3", "all are ready"]);
});

test("where nothing changes any more it fails with exit code 1 and names the part; a stop ends it too", async () => {
  const never = { metadata: { name: "keeper", generation: 2 }, spec: { replicas: 3 } };
  lists[deployments] = [never];
  const error = await waitUntilReady(cluster.client, namespace, conversation(), {
    interval: 1,
    longest: 0,
  }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CheckError);
  expect((error as CheckError).message).toContain("Deployment keeper: 0 of 3");
  const stop = new AbortController();
  stop.abort();
  await expect(
    waitUntilReady(cluster.client, namespace, conversation(stop), { interval: 1, longest: 60_000 }),
  ).rejects.toBeInstanceOf(StoppedError);
});
