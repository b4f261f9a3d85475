/** The engine on a real cluster: it needs the Pulumi CLI and its Kubernetes plugin on PATH, and a cluster by KUBECONFIG. */

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { parseDocument } from "yaml";
import { packageRoot } from "../../base/package-root.ts";
import { ClusterClient } from "../../cluster/cluster-client.ts";
import { ClusterError } from "../../cluster/cluster-error.ts";
import { kubeconfigFiles } from "../../cluster/kubeconfig.ts";
import { type PodTrouble, podTroubles } from "../../cluster/pod-troubles.ts";
import { ChangeList } from "../../stacks/engine/changes.ts";
import type { RolloutEvent } from "../../stacks/engine/conversation.ts";
import type { CountryStack } from "../../stacks/engine/country-stack.ts";
import { EngineFailure } from "../../stacks/engine/engine-failure.ts";
import { repair } from "../../stacks/engine/session.ts";
import { countryFile } from "../plan/planned.ts";
import { clusterProgram, gate, idleImage, lackingForCluster, nowhere, type Part } from "./cluster-stack.ts";
import { smallStack } from "./small-stack.ts";

const lacking = lackingForCluster();
const title = `the engine on a cluster${lacking.length === 0 ? "" : ` (skipped: there is no ${lacking.join(", no ")})`}`;

describe.skipIf(lacking.length > 0)(title, { timeout: 600_000 }, () => {
  let cluster: ClusterClient;
  /** One that nodes have already, which does nothing. */
  let image: string;
  let folder: string;
  let namespace: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    cluster = ClusterClient.ofFiles(kubeconfigFiles(process.env));
    image = await idleImage(cluster);
  });
  afterAll(() => cluster?.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rollout-engine-"));
    namespace = `rollout-engine-${randomBytes(4).toString("hex")}`;
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await cluster.delete(`/api/v1/namespaces/${namespace}`).catch(() => {});
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  async function opened(setting: string, parts: Readonly<Record<string, Part>>): Promise<CountryStack> {
    const stack = await smallStack(folder, clusterProgram(namespace, setting, parts));
    await stack.open(await stack.exists(), "right");
    return stack;
  }

  async function changesOf(stack: CountryStack) {
    const list = new ChangeList();
    await stack.preview({ onEvent: list.read });
    return list.changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`).sort();
  }

  async function isThere(path: string): Promise<boolean> {
    return cluster.get(path).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ClusterError && error.reason === "not-found") return false;
        throw error;
      },
    );
  }

  test("waits until pods are ready, changes what the file changes alone, and leaves nothing", async () => {
    const stack = await opened("one", { part: { image } });
    await stack.up();
    const ready = await cluster.get<{ status: { readyReplicas?: number } }>(
      `/apis/apps/v1/namespaces/${namespace}/deployments/part`,
    );
    expect(ready.status.readyReplicas).toBe(1);
    expect(await podTroubles(cluster, namespace)).toEqual([]);
    expect(await changesOf(stack)).toEqual([]);
    const changed = await opened("two", { part: { image } });
    expect(await changesOf(changed)).toEqual(["update ConfigMap settings"]);
    await changed.up();
    expect(await changesOf(changed)).toEqual([]);
    await changed.destroy();
    expect((await changed.recorded()).resources).toEqual([]);
    expect(await isThere(`/api/v1/namespaces/${namespace}`)).toBe(false);
  });

  test("notices what was changed or deleted behind its back", async () => {
    const stack = await opened("one", { part: { image } });
    await stack.up();
    await cluster.delete(`/apis/apps/v1/namespaces/${namespace}/deployments/part`);
    await vi.waitFor(
      async () => expect(await isThere(`/apis/apps/v1/namespaces/${namespace}/deployments/part`)).toBe(false),
      { timeout: 120_000, interval: 250 },
    );
    expect(await changesOf(stack)).toEqual([]);
    await stack.refresh();
    expect(await changesOf(stack)).toEqual(["create Deployment part"]);
    await stack.up();
    await stack.destroy();
  });

  test("says in words why a pod does not start", async () => {
    const stop = new AbortController();
    const stack = await opened("one", {
      absent: { image: "registry.invalid/none:1" },
      secretive: { image, secret: "not-made" },
      nowhere: { image, nodeSelector: nowhere },
      huge: { image, cpu: "9999" },
    });
    const run = stack.up({ signal: stop.signal }).then(
      () => undefined,
      (error: unknown) => error,
    );
    const found = await vi.waitFor(
      async () => {
        const troubles = new Map(
          (await podTroubles(cluster, namespace)).map((trouble) => [
            trouble.subject.split(/[ -]/)[1],
            trouble,
          ]),
        );
        expect([...troubles.keys()].sort()).toEqual(["absent", "huge", "nowhere", "secretive"]);
        expect(troubles.get("absent")?.events.length).toBeGreaterThan(0);
        return troubles as ReadonlyMap<string, PodTrouble>;
      },
      { timeout: 300_000, interval: 1000 },
    );
    expect(found.get("absent")).toMatchObject({
      reason: expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/),
      what: "Its image registry.invalid/none:1 can't be pulled.",
    });
    expect(found.get("secretive")?.what).toBe(`part can't be started: secret "not-made" not found`);
    expect(found.get("nowhere")?.what).toMatch(/^No node accepts it: /);
    expect(found.get("huge")?.what).toContain("Insufficient cpu");
    stop.abort();
    const error = await run;
    expect(error).toBeInstanceOf(EngineFailure);
    expect((error as EngineFailure).reason).toBe("cancelled");
    await stack.destroy();
  });

  test("goes on after kill -9 of everything while a pod was awaited, and still leaves nothing", async () => {
    const script = fileURLToPath(new URL("cluster-stack.ts", import.meta.url));
    const child = spawn(process.execPath, [script, folder, namespace, image], { stdio: "ignore" });
    children.push(child);
    await vi.waitFor(
      async () => expect(await isThere(`/apis/apps/v1/namespaces/${namespace}/deployments/slow`)).toBe(true),
      { timeout: 180_000, interval: 250 },
    );
    const stack = await opened("one", { slow: { image, secret: gate } });
    await vi.waitFor(async () => expect((await stack.recorded()).pending).toEqual(["Deployment slow"]), {
      timeout: 60_000,
      interval: 250,
    });
    // The engine runs in a group of its own, below the program.
    for (const pid of readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" "))
      process.kill(-Number(pid), "SIGKILL");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect((await stack.up().catch((error: unknown) => error)) as EngineFailure).toMatchObject({
      reason: "locked",
    });
    await stack.unlock();
    expect((await stack.recorded()).pending).toEqual(["Deployment slow"]);
    const told: RolloutEvent[] = [];
    await repair(
      { stack, existed: true, resources: (await stack.recorded()).resources, namespace },
      {
        step: async (_, action) => action(() => {}),
        tell: (event) => told.push(event),
        signal: new AbortController().signal,
      },
    );
    expect(told).toMatchObject([{ event: "note", text: expect.stringContaining("Deployment slow") }]);
    expect((await stack.recorded()).pending).toEqual([]);
    await cluster.post(`/api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name: gate },
      stringData: { key: "open" },
    });
    await stack.up();
    expect(await changesOf(stack)).toEqual([]);
    await stack.destroy();
    expect(await isThere(`/api/v1/namespaces/${namespace}`)).toBe(false);
  });

  describe("from the command line", () => {
    let file: string;
    let storageClass: string;

    beforeAll(async () => {
      const [found] = await cluster.list("storage.k8s.io/v1", "StorageClass");
      storageClass = found?.metadata.name ?? "standard";
    });

    /** The reference country on a pool that no node is in, so that it takes nothing of the cluster. */
    beforeEach(() => {
      const document = parseDocument(readFileSync(countryFile("za"), "utf8"));
      const set = (path: string[], value: unknown) =>
        document.setIn(["hosting", "kubernetes", ...path], document.createNode(value));
      set(["namespace"], namespace);
      set(["nodeSelector"], nowhere);
      set(["storageClass"], storageClass);
      set(["tls"], { issuer: "own-ca" });
      set(["mqtt"], { expose: "node-port" });
      set(["operators"], { certManager: "preinstalled", cloudNativePg: "preinstalled" });
      file = join(folder, "za.yaml");
      writeFileSync(file, document.toString());
    });

    function rollout(command: string, ...more: string[]) {
      const parameters = [command, file, "--target", "kubernetes", ...more];
      const child = spawn(process.execPath, [join(packageRoot, "cli", "bin.mjs"), ...parameters], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      children.push(child);
      return child;
    }

    async function ended(child: ChildProcess, onLine: (event: Record<string, unknown>) => void = () => {}) {
      let errors = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        errors += text;
      });
      const events: Record<string, unknown>[] = [];
      for await (const line of createInterface({ input: child.stdout! })) {
        const event = JSON.parse(line) as Record<string, unknown>;
        events.push(event);
        onLine(event);
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      return { code: child.exitCode, events, errors };
    }

    const of = (events: readonly Record<string, unknown>[], event: string) =>
      events.filter((each) => each.event === event);

    test("a country's stack is shown, begun, stopped by Ctrl-C, gone on with, and taken down", async () => {
      const operators = await cluster.resourceOf("cert-manager.io/v1", "Certificate");
      if (operators === undefined) {
        console.warn("Skipped: a country's stack, because the cluster has no cert-manager.");
        return;
      }
      const shown = await ended(rollout("preview", "--json"));
      expect(shown.code, shown.errors).toBe(0);
      const [changes] = of(shown.events, "changes") as { changes: { action: string }[] }[];
      expect(changes?.changes.length).toBeGreaterThan(50);
      expect(new Set(changes?.changes.map(({ action }) => action))).toEqual(new Set(["create"]));
      expect(await isThere(`/api/v1/namespaces/${namespace}`)).toBe(false);

      // Nobody is there to answer.
      const unasked = await ended(rollout("up", "--json"));
      expect(unasked.code).toBe(3);
      expect(unasked.events.at(-1)?.remediation).toContain("--yes");
      expect(await isThere(`/api/v1/namespaces/${namespace}`)).toBe(false);

      // The team made the namespace beforehand, for a Secret that it brings.
      await cluster.post("/api/v1/namespaces", { metadata: { name: namespace } });
      await cluster.post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: "brought" } });

      const child = rollout("up", "--yes", "--json");
      const begun = await ended(child, ({ event }) => {
        if (event === "pod") child.kill("SIGINT");
      });
      expect(begun.code, JSON.stringify(begun.events.at(-1))).toBe(130);
      const pods = of(begun.events, "pod") as unknown as PodTrouble[];
      expect(pods[0]?.what).toMatch(/^No node accepts it: /);
      const home = await cluster.get<{ metadata: { labels: Record<string, string> } }>(
        `/api/v1/namespaces/${namespace}`,
      );
      expect(home.metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
      expect(await isThere(`/api/v1/namespaces/${namespace}/secrets/brought`)).toBe(true);

      const rest = await ended(rollout("preview", "--json"));
      expect(rest.code, rest.errors).toBe(0);
      const [left] = of(rest.events, "changes") as { changes: { kind: string; action: string }[] }[];
      expect(
        left?.changes.filter(({ kind }) => kind === "Namespace" || kind === "Secret" || kind === "Stash"),
      ).toEqual([]);

      // A state that does not know the stack would give it new secrets.
      const elsewhere = await ended(rollout("up", "--yes", "--json", "--state", join(folder, "elsewhere")));
      expect(elsewhere.code).toBe(3);
      expect(elsewhere.events.at(-1)?.error).toContain("does not know");

      // Other disks would replace all brokers at once.
      const text = readFileSync(file, "utf8");
      const larger = parseDocument(text);
      larger.setIn(["hosting", "sizes"], larger.createNode({ broker: { storage: "999Gi" } }));
      writeFileSync(file, larger.toString());
      const broker = `/apis/apps/v1/namespaces/${namespace}/statefulsets/broker`;
      const { metadata } = await cluster.get<{ metadata: { uid: string } }>(broker);
      const resized = await ended(rollout("up", "--yes", "--json"));
      expect(resized.code, JSON.stringify(resized.events.at(-1))).toBe(3);
      const { losses } = resized.events.at(-1) as { losses?: { what: string; remediation: string }[] };
      expect(losses).toMatchObject([
        {
          what: expect.stringContaining("The disks of broker become 999Gi instead of 30Gi"),
          remediation: expect.stringContaining("Set hosting.sizes.broker.storage to 30Gi."),
        },
      ]);
      expect((await cluster.get<{ metadata: { uid: string } }>(broker)).metadata.uid).toBe(metadata.uid);

      // Another namespace in the file would take this one away, with its stores.
      writeFileSync(file, text.replace(`namespace: ${namespace}`, `namespace: ${namespace}-other`));
      const moved = await ended(rollout("up", "--yes", "--json"));
      expect(moved.code, JSON.stringify(moved.events.at(-1))).toBe(3);
      expect(moved.events.at(-1)?.error).toMatch(
        /^These changes delete stored data, or leave it behind: .*Namespace /,
      );
      expect(await isThere(`/api/v1/namespaces/${namespace}`)).toBe(true);
      expect(await isThere(`/api/v1/namespaces/${namespace}-other`)).toBe(false);
      writeFileSync(file, text);

      const down = await ended(rollout("down", "--yes", "--json"));
      expect(down.code, JSON.stringify(down.events.slice(-3))).toBe(0);
      expect(
        of(down.events, "warning")
          .map(({ text }) => text)
          .join("\n"),
      ).toContain("Namespace");
      expect(await isThere(`/api/v1/namespaces/${namespace}`)).toBe(false);
      const again = await ended(rollout("down", "--yes", "--json"));
      expect(again.code).toBe(3);
      expect(again.events.at(-1)?.error).toContain("The state has no stack");
    });

    test("the doctor looks at the cluster and says what is in the way", async () => {
      const child = rollout("doctor", "--json");
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      await once(child, "close");
      const { ok, examined } = JSON.parse(text) as {
        ok: boolean;
        examined: { area: string; title: string; verdict: string; found: string; remediation: string }[];
      };
      expect(ok).toBe(false);
      expect(child.exitCode).toBe(1);
      const verdictOf = (area: string) =>
        examined.filter((each) => each.area === area).map(({ verdict }) => verdict);
      expect(verdictOf("cluster")).toEqual(["ok", "ok", "ok"]);
      expect(verdictOf("tools").includes("failed")).toBe(false);
      // No node is in the pool.
      expect(new Set(verdictOf("zones"))).toEqual(new Set(["failed"]));
      expect(verdictOf("permissions")).toEqual(["ok"]);
      for (const { verdict, remediation } of examined)
        if (verdict === "failed") expect(remediation).not.toBe("");
    });
  });
});
