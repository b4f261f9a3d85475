/**
 * What a killed run left of pods with disks is gone on with, on a real cluster: a first run, a replacement, and a file that was
 * changed meanwhile. It needs the Pulumi CLI and the plugin `kubernetes` on PATH, and the cluster that KUBECONFIG names.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ClusterClient } from "../../cluster/cluster-client.ts";
import { kubeconfigFiles } from "../../cluster/kubeconfig.ts";
import { ChangeList } from "../../stacks/engine/changes.ts";
import type { CountryStack } from "../../stacks/engine/country-stack.ts";
import { repair } from "../../stacks/engine/session.ts";
import { clusterProgram, gate, idleImage, lackingForCluster, type Part } from "./cluster-stack.ts";
import { smallStack } from "./small-stack.ts";

const lacking = lackingForCluster();
const title = `a killed run${lacking.length === 0 ? "" : ` (skipped: there is no ${lacking.join(", no ")})`}`;

interface StatefulSet {
  readonly metadata: { readonly uid: string };
  readonly spec: {
    readonly volumeClaimTemplates: readonly [{ spec: { resources: { requests: { storage: string } } } }];
  };
  readonly status: { readonly readyReplicas?: number };
}

describe.skipIf(lacking.length > 0)(title, { timeout: 600_000 }, () => {
  let cluster: ClusterClient;
  let image: string;
  let folder: string;
  let namespace: string;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    cluster = ClusterClient.ofFiles(kubeconfigFiles(process.env));
    image = await idleImage(cluster);
  });
  afterAll(() => cluster?.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rollout-interrupted-"));
    namespace = `rollout-engine-${randomBytes(4).toString("hex")}`;
  });
  afterEach(async () => {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await cluster.delete(`/api/v1/namespaces/${namespace}`).catch(() => {});
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  async function opened(part: Partial<Part>): Promise<CountryStack> {
    const stack = await smallStack(folder, clusterProgram(namespace, "one", { slow: { image, ...part } }));
    await stack.open(await stack.exists(), "right");
    return stack;
  }

  const setOf = () =>
    cluster
      .get<StatefulSet>(`/apis/apps/v1/namespaces/${namespace}/statefulsets/slow`)
      .catch(() => undefined);
  const diskOf = async () => (await setOf())?.spec.volumeClaimTemplates[0].spec.resources.requests.storage;
  const podOf = async () => (await cluster.list("v1", "Pod", { namespace }))[0]?.metadata.uid;

  /** A run that makes a StatefulSet with this disk, killed with its engine while it waits for the pod. */
  async function killedRun(disk: string): Promise<void> {
    const script = fileURLToPath(new URL("cluster-stack.ts", import.meta.url));
    const run = spawn(process.execPath, [script, folder, namespace, image, disk], { stdio: "ignore" });
    child = run;
    const stack = await opened({ disk });
    await vi.waitFor(
      async () => {
        expect(await diskOf()).toBe(disk);
        expect((await stack.recorded()).pending).toContain("StatefulSet slow");
        expect(await podOf()).toBeDefined();
      },
      { timeout: 180_000, interval: 250 },
    );
    // The engine runs in a group of its own, below the program.
    for (const pid of readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, "utf8").trim().split(" "))
      process.kill(-Number(pid), "SIGKILL");
    run.kill("SIGKILL");
    await once(run, "exit");
  }

  /** As `rollout up --unlock` goes on. */
  async function goOn(disk: string): Promise<void> {
    const stack = await opened({ disk, secret: gate });
    await stack.unlock();
    const { resources } = await stack.recorded();
    await repair(
      { stack, existed: true, resources, namespace, cluster },
      {
        step: async (_, action) => action(() => {}),
        tell: () => {},
        signal: new AbortController().signal,
      },
    );
    await cluster
      .post(`/api/v1/namespaces/${namespace}/secrets`, {
        metadata: { name: gate },
        stringData: { key: "open" },
      })
      .catch(() => {});
    await stack.up();
    const list = new ChangeList();
    await stack.preview({ onEvent: list.read });
    expect(list.changes).toEqual([]);
    expect((await setOf())?.status.readyReplicas).toBe(1);
    expect(await diskOf()).toBe(disk);
  }

  test("a first run: the next one makes the StatefulSet again, and its pod stays", async () => {
    await killedRun("1Gi");
    const [set, pod] = [await setOf(), await podOf()];
    await goOn("1Gi");
    expect((await setOf())?.metadata.uid).not.toBe(set?.metadata.uid);
    expect(await podOf()).toBe(pod);
    // Later changes meet no other manager's fields.
    const changed = await smallStack(
      folder,
      clusterProgram(namespace, "two", { slow: { image, disk: "1Gi", cpu: "2m", secret: gate } }),
    );
    await changed.open(true, "right");
    await changed.up();
    await changed.destroy();
  });

  test("a first run whose file wants other disks by now", async () => {
    await killedRun("1Gi");
    await goOn("2Gi");
  });

  test("a replacement, with the same file and with the former one", async () => {
    const first = await opened({ disk: "1Gi" });
    await first.up();
    await killedRun("2Gi");
    await goOn("2Gi");
    await cluster.delete(`/api/v1/namespaces/${namespace}/secrets/${gate}`);
    await killedRun("3Gi");
    await goOn("2Gi");
  });

  test("larger disks, as docs/rolling-out.md says: the StatefulSet is made again, and its pod stays", async () => {
    await (await opened({ disk: "1Gi" })).up();
    const pod = await podOf();
    const larger = await opened({ disk: "2Gi" });
    const changes = async () => {
      const list = new ChangeList();
      await larger.preview({ onEvent: list.read });
      return list.changes.map(({ action, kind }) => `${action} ${kind}`);
    };
    expect(await changes()).toEqual(["replace StatefulSet"]);
    await cluster.delete(`/apis/apps/v1/namespaces/${namespace}/statefulsets/slow?propagationPolicy=Orphan`);
    await vi.waitFor(async () => expect(await setOf()).toBeUndefined(), { timeout: 60_000, interval: 250 });
    await larger.refresh();
    expect(await changes()).toEqual(["create StatefulSet"]);
    await larger.up();
    expect([await diskOf(), await podOf()]).toEqual(["2Gi", pod]);
  });
});
