/** Changes that would take data away are told from those that would not. */
import { expect, test } from "vitest";
import { holdsData } from "../../stacks/engine/changes.ts";
import type { ResourceChange } from "../../stacks/engine/conversation.ts";
import { dataWouldGo } from "../../stacks/engine/refusals.ts";

function change(action: ResourceChange["action"], type: string, name: string): ResourceChange {
  const urn = `urn:pulumi:za-production::rollout::${type}::${name}`;
  return {
    action,
    kind: type.split(":").at(-1) ?? "",
    name,
    urn,
    changed: [],
    holdsData: holdsData(urn),
  };
}

const namespace = "rollout:kubernetes:Network$kubernetes:core/v1:Namespace";
const cluster = "rollout:kubernetes:RelationalStore$kubernetes:postgresql.cnpg.io/v1:Cluster";
const set = "rollout:kubernetes:Broker$kubernetes:apps/v1:StatefulSet";

test("a namespace, a database or pods with disks that are deleted or replaced are named, with what to do", () => {
  const refusal = dataWouldGo([
    change("replace", namespace, "stack"),
    change("replace", set, "broker"),
    change("delete", cluster, "relational-store"),
  ]);
  expect(refusal?.message).toBe(
    "These changes delete stored data, or leave it behind: Namespace stack, StatefulSet broker, Cluster relational-store. Nothing was changed.",
  );
  expect(refusal?.remediation).toContain("--delete-data");
});

test("what is made, changed in place, or holds no data goes on", () => {
  expect(
    dataWouldGo([
      change("create", namespace, "stack"),
      change("update", cluster, "relational-store"),
      change("update", set, "broker"),
      change("replace", "kubernetes:apps/v1:Deployment", "ingest"),
    ]),
  ).toBeUndefined();
});
