/** An upgrade by Helm that would leave stored data behind is refused by the chart itself, as `rollout up` refuses it. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findProgram } from "../../base/find-program.ts";
import { kindOf } from "../../plan/plan.ts";
import { type AnsweringCluster, answeringCluster } from "../engine/cluster-answers.ts";
import { type ChangeableCountry, changedCountry, planChanged } from "../plan/planned.ts";
import { chart, cluster as kubeVersion, valuesOf } from "./helm.ts";

const withHelm = test.skipIf(findProgram("helm") === undefined);

let folder: string;
let cluster: AnsweringCluster | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-helm-topology-"));
});
afterEach(async () => {
  await cluster?.close();
  rmSync(folder, { recursive: true, force: true });
});

type Change = (country: ChangeableCountry) => void;
const sized =
  (broker: object, timeSeries: object = {}): Change =>
  ({ hosting }) => {
    hosting.sizes.broker = { ...hosting.sizes.broker, storage: "100Gi", ...broker };
    hosting.sizes.timeSeries = { ...hosting.sizes.timeSeries, storage: "500Gi", ...timeSeries };
  };

/** The chart's answer where `running` runs. @returns what Helm complains of; empty where it renders. */
async function upgradeFrom(running: Change, wanted: Change, values: object = {}): Promise<string> {
  const { resources } = await planChanged((_, country) => running(country));
  const of = (kind: string) =>
    resources.filter((resource) => kindOf(resource) === kind).map(({ properties }) => properties);
  cluster = await answeringCluster(folder, {
    "/apis/apps/v1/namespaces/rollout/statefulsets": of("StatefulSet"),
    "/api/v1/namespaces/rollout/configmaps": of("ConfigMap"),
  });
  const path = await chart(changedCountry((_, country) => wanted(country)));
  try {
    // The cluster answers from this process.
    await promisify(execFile)(
      "helm",
      [
        "template",
        "stack",
        path,
        "--dry-run=server",
        ...kubeVersion,
        "--namespace",
        "rollout",
        ...valuesOf(path, values),
      ],
      {
        env: { ...process.env, KUBECONFIG: join(folder, "kubeconfig") },
        maxBuffer: 64 * 2 ** 20,
      },
    );
    return "";
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  } finally {
    await cluster.close();
    cluster = undefined;
  }
}

withHelm(
  "what only grows is let through, and what shrinks is refused with what to do",
  { timeout: 300_000 },
  async () => {
    const base = sized({ queues: 12, replicas: 5 }, { shards: 3 });
    expect(await upgradeFrom(base, base)).toBe("");
    expect(await upgradeFrom(base, sized({ queues: 16, replicas: 7 }, { shards: 4 }))).toBe("");
    for (const [wanted, complaint] of [
      [sized({ queues: 4, replicas: 5 }, { shards: 3 }), "The broker has 12 queues and would get 4"],
      [sized({ queues: 12, replicas: 3 }, { shards: 3 }), "broker has 5 pods and would get 3"],
      [
        sized({ queues: 12, replicas: 5 }, { shards: 2 }),
        "time-series-store-shard-3 runs and is not in this chart",
      ],
      [
        sized({ queues: 12, replicas: 5, storage: "230Gi" }, { shards: 3 }),
        "The disks of broker have 100Gi and would get 230Gi",
      ],
      [sized({ queues: 12, replicas: 5 }, { shards: 1, replicas: 1 }), "keeper has 3 pods and would get 1"],
    ] as const) {
      const told = await upgradeFrom(base, wanted);
      expect(told).toContain(complaint);
      expect(told).toContain("Keep what is there by hosting.sizes");
    }
    expect(await upgradeFrom(base, sized({ queues: 4 }, { shards: 3 }), { refuseDataLoss: false })).toBe("");
  },
);
