/** Which StatefulSets of a killed run are removed without their pods; cluster-interrupted.ci.test.ts does it with the engine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeUnrecordedSets } from "../../stacks/engine/unrecorded-sets.ts";
import { answeringCluster } from "./cluster-answers.ts";

const namespace = "rollout";
const resource = (type: string, name: string) => ({
  urn: `urn:pulumi:za-production::rollout::${type}::${name}`,
  type,
  inputs: { metadata: { name, namespace } },
});
const set = (name: string) => resource("kubernetes:apps/v1:StatefulSet", name);

test("those that the state does not have, or has as deleted, are; recorded and absent ones are not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rollout-sets-"));
  const sets = `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
  const lists = { [sets]: ["broker", "keeper", "store"].map((name) => ({ metadata: { name } })) };
  const cluster = await answeringCluster(folder, lists);
  try {
    await removeUnrecordedSets(
      cluster.client,
      [
        set("broker"),
        set("keeper"),
        set("store"),
        set("absent"),
        resource("kubernetes:apps/v1:Deployment", "ingest"),
      ],
      [{ ...set("keeper"), pendingReplacement: true }, set("store")],
      new AbortController().signal,
    );
    expect(cluster.changes().map(({ what }) => what)).toEqual([
      `DELETE ${sets}/broker?propagationPolicy=Orphan`,
      `DELETE ${sets}/keeper?propagationPolicy=Orphan`,
    ]);
  } finally {
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
