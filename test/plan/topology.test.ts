/** A change that would leave stored data behind is found, whether it is compared with a plan, a state or a cluster. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { diffPlans, renderDiff } from "../../plan/diff.ts";
import { at, kindOf, type Plan } from "../../plan/plan.ts";
import { plannedTopology, topologyLosses } from "../../plan/topology.ts";
import { recordedLosses, topologyInCluster } from "../../stacks/engine/present-topology.ts";
import { TopologyRefusedError } from "../../stacks/engine/refusals.ts";
import { answeringCluster } from "../engine/cluster-answers.ts";
import { type ChangeableCountry, changedCountry, planChanged } from "./planned.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-topology-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Change = (country: ChangeableCountry) => void;

const planOf = (change: Change) => planChanged((_, country) => change(country));
const scaled =
  (companies: number, machines: number): Change =>
  ({ programme }) => {
    programme.scale.inThreeYears = { companies, machines };
  };
const sized =
  (part: "broker" | "timeSeries", size: object): Change =>
  ({ hosting }) => {
    Object.assign(hosting.sizes[part], size);
  };
/** Disks of their own: computed ones follow the number of pods. */
const pinned =
  (part: "broker" | "timeSeries", size: object): Change =>
  (country) =>
    sized(part, { storage: "100Gi", ...size })(country);
const oneServer: Change = (country) => {
  pinned("timeSeries", { shards: 1, replicas: 1 })(country);
};

async function lossesOf(before: Change, after: Change): Promise<string[]> {
  const losses = topologyLosses(plannedTopology(await planOf(before)), plannedTopology(await planOf(after)));
  return losses.map(({ what, remediation }) => `${what.split(":")[0]}. ${remediation}`);
}

const guide = '"Larger disks" in docs/rolling-out.md says how to enlarge them while the pods run.';

test("fewer queues, brokers, shards, replicas or keepers are found, with what keeps them", async () => {
  expect(await lossesOf(sized("broker", { queues: 12 }), sized("broker", { queues: 4 }))).toEqual([
    "12 queues of readings become 4. Set hosting.sizes.broker.queues to 12.",
  ]);
  expect(await lossesOf(pinned("broker", { replicas: 5 }), pinned("broker", { replicas: 3 }))).toEqual([
    "5 brokers become 3. Set hosting.sizes.broker.replicas to 5.",
  ]);
  expect(await lossesOf(pinned("timeSeries", { shards: 4 }), pinned("timeSeries", { shards: 2 }))).toEqual([
    "4 shards of the time-series store become 2. Set hosting.sizes.timeSeries.shards to 4.",
  ]);
  expect(
    await lossesOf(pinned("timeSeries", { replicas: 3 }), pinned("timeSeries", { replicas: 2 })),
  ).toEqual(["3 replicas of each shard become 2. Set hosting.sizes.timeSeries.replicas to 3."]);
  expect(await lossesOf(pinned("timeSeries", { replicas: 3 }), oneServer)).toEqual([
    "3 keepers become 1. Keep more than one server of the time-series store under hosting.sizes.timeSeries.",
    "3 replicas of each shard become 1. Set hosting.sizes.timeSeries.replicas to 3.",
  ]);
  expect((await lossesOf(oneServer, pinned("timeSeries", { shards: 1, replicas: 3 })))[0]).toMatch(
    /^1 keeper becomes 3\. .*docs\/backup\.md/,
  );
});

test("other disks are found: once a part, and larger ones with the way to them", async () => {
  const broker = (storage: string) => sized("broker", { storage });
  expect(await lossesOf(broker("30Gi"), broker("230Gi"))).toEqual([
    `The disks of broker become 230Gi instead of 30Gi. Set hosting.sizes.broker.storage to 30Gi. ${guide}`,
  ]);
  expect(await lossesOf(broker("230Gi"), broker("30Gi"))).toEqual([
    "The disks of broker become 30Gi instead of 230Gi. Set hosting.sizes.broker.storage to 230Gi.",
  ]);
  expect(await lossesOf(broker("1Ti"), broker("1024Gi"))).toEqual([]);
  const store = (storage: string) => sized("timeSeries", { storage, shards: 3 });
  expect(await lossesOf(store("610Gi"), store("6030Gi"))).toEqual([
    `The disks of time-series-store become 6030Gi instead of 610Gi. Set hosting.sizes.timeSeries.storage to 610Gi. ${guide}`,
  ]);
});

test("what follows from the expected machines is found as well: a programme that shrinks or grows", async () => {
  const small = scaled(2000, 5000);
  const large = scaled(6000, 30_000);
  const growing = await lossesOf(small, large);
  expect(growing.map((loss) => loss.split(" ").slice(0, 4).join(" "))).toEqual([
    "The disks of broker",
    "The disks of time-series-store",
  ]);
  const shrinking = await lossesOf(large, small);
  expect(shrinking[0]).toBe("12 queues of readings become 4. Set hosting.sizes.broker.queues to 12.");
  expect(shrinking).toHaveLength(3);
});

test("more queues, brokers, shards and replicas are no loss", async () => {
  expect(await lossesOf(sized("broker", { queues: 4 }), sized("broker", { queues: 12 }))).toEqual([]);
  expect(await lossesOf(pinned("broker", { replicas: 3 }), pinned("broker", { replicas: 5 }))).toEqual([]);
  expect(await lossesOf(pinned("timeSeries", { shards: 2 }), pinned("timeSeries", { shards: 4 }))).toEqual(
    [],
  );
  expect(
    await lossesOf(pinned("timeSeries", { replicas: 2 }), pinned("timeSeries", { replicas: 3 })),
  ).toEqual([]);
});

test("the difference of two plans of a stack tells it", async () => {
  const before = await planOf(sized("broker", { queues: 12 }));
  const after = await planOf(sized("broker", { queues: 4 }));
  expect(renderDiff(diffPlans(before, after))).toContain("! 12 queues of readings become 4: ");
  expect(diffPlans({ ...before, environment: "pilot" }, { ...after, environment: "staging" }).losses).toEqual(
    [],
  );
});

/** As the API server gives it: with fields of its own. */
function inCluster(plan: Plan, kind: string): object[] {
  return plan.resources
    .filter(
      (resource) => kindOf(resource) === kind && at(resource.properties, "metadata", "labels") !== undefined,
    )
    .map(({ properties }) => ({ ...properties, status: { observedGeneration: 1 } }));
}

test("a cluster is compared as it is, and the refusal has a line for each change", async () => {
  const running = await planOf((country) => {
    sized("broker", { queues: 12, replicas: 5, storage: "30Gi" })(country);
    pinned("timeSeries", { shards: 25 })(country);
  });
  const cluster = await answeringCluster(folder, {
    "/apis/apps/v1/namespaces/rollout/statefulsets": inCluster(running, "StatefulSet"),
    "/api/v1/namespaces/rollout/configmaps": inCluster(running, "ConfigMap"),
  });
  try {
    const wanted = await planOf((country) => {
      sized("broker", { queues: 4, replicas: 3, storage: "230Gi" })(country);
      pinned("timeSeries", { shards: 13 })(country);
    });
    const losses = topologyLosses(
      await topologyInCluster(cluster.client, "rollout"),
      plannedTopology(wanted),
    );
    const refusal = new TopologyRefusedError(losses);
    expect(refusal.lines.map((line) => line.split(":")[0])).toEqual([
      "✗ 12 queues of readings become 4",
      "✗ 5 brokers become 3",
      "✗ 25 shards of the time-series store become 13",
      "✗ The disks of broker become 230Gi instead of 30Gi",
    ]);
    expect(refusal.remediation).toContain("--delete-data");
    expect(
      topologyLosses(await topologyInCluster(cluster.client, "rollout"), plannedTopology(running)),
    ).toEqual([]);
    // Another namespace has nothing yet.
    expect(topologyLosses(await topologyInCluster(cluster.client, "other"), plannedTopology(wanted))).toEqual(
      [],
    );
  } finally {
    await cluster.close();
  }
});

test("`plan` compares with the state of a stack that runs, where it is in a folder", async () => {
  const loaded = changedCountry((_, country) => sized("broker", { queues: 4 })(country));
  const file = join(folder, "countries", "za.yaml");
  const stacks = join(folder, ".rollout", "state", ".pulumi", "stacks", "country-rollout-kit");
  mkdirSync(stacks, { recursive: true });
  const wanted = await planOf(sized("broker", { queues: 4 }));
  expect(recordedLosses({ ...loaded, file }, wanted)).toEqual([]);
  const recorded = await planOf(sized("broker", { queues: 12 }));
  const resources = recorded.resources.map(({ urn, type, properties }) => ({
    urn,
    type,
    inputs: properties,
  }));
  writeFileSync(
    join(stacks, "za-base.json"),
    JSON.stringify({ version: 3, checkpoint: { stack: "za-base", latest: { resources } } }),
  );
  expect(recordedLosses({ ...loaded, file }, wanted).map(({ remediation }) => remediation)).toEqual([
    "Set hosting.sizes.broker.queues to 12.",
  ]);
  expect(recordedLosses({ ...loaded, file }, recorded)).toEqual([]);
  // Cut while it was written: the engine has a backup of it, and says so.
  writeFileSync(join(stacks, "za-base.json"), '{"version": 3, "checkpoint": {');
  expect(recordedLosses({ ...loaded, file }, wanted)).toEqual([]);
});
