/** `down` takes the volumes of its own stack and no others, and asks before the cluster deletes any. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  deleteVolumes,
  lossesOfVolumes,
  releaseVolumes,
  volumesOf,
  volumesWouldGo,
} from "../../stacks/engine/volumes.ts";
import { type AnsweringCluster, answeringCluster, type ObjectLists } from "./cluster-answers.ts";

let folder: string;
let cluster: AnsweringCluster;
let lists: ObjectLists;

const claim = (name: string, uid: string, labels: object) => ({ metadata: { name, uid, labels } });
const volume = (name: string, claimed: string, uid: string, policy: string, namespace = "rollout") => ({
  metadata: { name },
  spec: { claimRef: { namespace, name: claimed, uid }, persistentVolumeReclaimPolicy: policy },
});
const ofStack = { "app.kubernetes.io/managed-by": "rollout" };
const claims = "/api/v1/namespaces/rollout/persistentvolumeclaims";
const volumes = "/api/v1/persistentvolumes";

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "rollout-volumes-"));
  lists = {
    [claims]: [
      claim("data-broker-0", "new-1", ofStack),
      claim("relational-store-1", "new-2", { "cnpg.io/cluster": "relational-store" }),
      claim("notes", "foreign", { app: "wiki" }),
    ],
    [volumes]: [
      volume("pv-new-1", "data-broker-0", "new-1", "Retain"),
      volume("pv-new-2", "relational-store-1", "new-2", "Retain"),
      volume("pv-foreign", "notes", "foreign", "Retain"),
      // The same claim's name, of a stack that an earlier `down` removed.
      volume("pv-old-1", "data-broker-0", "old-1", "Retain"),
      volume("pv-elsewhere", "data-broker-0", "x", "Retain", "other"),
    ],
  };
  cluster = await answeringCluster(folder, lists);
});
afterEach(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

test("volumes are told apart: of this stack, of others, left by an earlier stack", async () => {
  const found = await volumesOf(cluster.client, "rollout");
  expect(found.own.map(({ name }) => name)).toEqual(["pv-new-1", "pv-new-2"]);
  expect(found.others.map(({ name }) => name)).toEqual(["pv-foreign"]);
  expect(found.left.map(({ name }) => name)).toEqual(["pv-old-1"]);
  expect(lossesOfVolumes(found, true)).toEqual([
    "These volumes are deleted, with their data: data-broker-0 (pv-new-1), relational-store-1 (pv-new-2).",
    "These volumes are not of this stack and stay: an earlier one left them. data-broker-0 (pv-old-1).",
  ]);
});

test("only this stack's volumes are released and deleted, those alone that are still there", async () => {
  const { own } = await volumesOf(cluster.client, "rollout");
  await releaseVolumes(cluster.client, own);
  // The cluster has deleted the first with its claim.
  lists[volumes] = (lists[volumes] ?? []).slice(1);
  lists[claims] = [];
  await deleteVolumes(cluster.client, own);
  const released = '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}';
  expect(cluster.changes()).toEqual([
    { what: "PATCH /api/v1/persistentvolumes/pv-new-1", body: released },
    { what: "PATCH /api/v1/persistentvolumes/pv-new-2", body: released },
    { what: "DELETE /api/v1/persistentvolumes/pv-new-2", body: "" },
  ]);
});

test("volumes that go with their claims are refused without --delete-data; kept ones are not", async () => {
  expect(volumesWouldGo(await volumesOf(cluster.client, "rollout"))).toBeUndefined();
  lists[volumes] = [
    volume("pv-1", "data-broker-0", "new-1", "Retain"),
    volume("pv-2", "relational-store-1", "new-2", "Delete"),
    volume("pv-3", "notes", "foreign", "Delete"),
    volume("pv-4", "data-broker-0", "gone", "Delete"),
  ];
  const refusal = volumesWouldGo(await volumesOf(cluster.client, "rollout"));
  expect(refusal?.message).toContain("relational-store-1 (pv-2), notes (pv-3). Nothing was removed.");
  expect(refusal?.remediation).toContain("--delete-data");
});
