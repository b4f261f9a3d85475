/** Which way the script `cluster` takes to a cluster and what it calls, with programs that only write down their calls. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const script = join(import.meta.dirname, "cluster");
const systemPrograms = "bash cat dirname env grep mkdir nohup rm sed seq setsid sh sleep tail timeout".split(
  " ",
);

let folder: string;
let programs: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cluster-"));
  programs = join(folder, "programs");
  mkdirSync(programs);
  for (const name of systemPrograms) {
    const found = (process.env.PATH ?? "")
      .split(delimiter)
      .map((one) => join(one, name))
      .find((path) => existsSync(path));
    if (found === undefined) throw new Error(`${name} is not on PATH.`);
    symlinkSync(found, join(programs, name));
  }
  provide("id", "echo 1000");
  provide("pgrep", "exit 1");
  provide("kubectl", 'case "$*" in *"get nodes"*) echo node ;; *"apply -f -"*) cat >/dev/null ;; esac');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that notes its call, with what else it does. */
function provide(name: string, action = ""): void {
  const path = join(programs, name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>"${folder}/calls"\n${action}\n`);
  chmodSync(path, 0o755);
}

function cluster(parameters: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(join(programs, "bash"), [script, ...parameters], {
    encoding: "utf8",
    env: {
      PATH: programs,
      HOME: folder,
      CLUSTER_HOME: folder,
      CLUSTER_SHARED: join(folder, "shared"),
      ...variables,
    },
  });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

/** Calls of these programs since the last time. */
function calls(...names: string[]): string[] {
  const path = join(folder, "calls");
  const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  rmSync(path, { force: true });
  return lines
    .filter((line) => names.some((name) => line.startsWith(`${name} `)))
    .map((line) => line.replaceAll(folder, ""));
}

describe("the way", () => {
  test("is the first that works here: kind, k3d, minikube, k3s, the shared script", () => {
    provide("docker");
    provide("go");
    provide("id", "echo 0");
    writeFileSync(join(folder, "shared"), "");
    for (const name of ["kind", "k3d", "minikube", "k3s"]) provide(name);
    const found = ["kind", "k3d", "minikube", "k3s", "go"].map((name) => {
      const { stdout } = cluster(["way"]);
      rmSync(join(programs, name));
      return stdout;
    });
    expect(found).toEqual(["kind", "k3d", "minikube", "k3s", "shared"]);
    expect(cluster(["way"])).toEqual({
      status: 3,
      stdout: "",
      stderr: "cluster: no kind or k3d with Docker, no minikube, and no k3s for root is here",
    });
  });

  test("is not kind where Docker does not run, nor k3s where another runs or for a user", () => {
    provide("kind");
    provide("docker", "exit 1");
    provide("k3s");
    expect(cluster(["way"]).status).toBe(3);
    provide("id", "echo 0");
    expect(cluster(["way"]).stdout).toBe("k3s");
    provide("pgrep");
    expect(cluster(["way"]).status).toBe(3);
  });

  test("is what CLUSTER names, or the reason why it can't be", () => {
    provide("minikube");
    provide("kind");
    provide("docker");
    expect(cluster(["way"], { CLUSTER: "minikube" }).stdout).toBe("minikube");
    rmSync(join(programs, "docker"));
    expect(cluster(["way"], { CLUSTER: "kind" })).toEqual({
      status: 3,
      stdout: "",
      stderr: "cluster: CLUSTER=kind does not work here: it needs kind, kubectl and a running Docker",
    });
    expect(cluster(["up"], { CLUSTER: "moon" }).stderr).toContain("there is no way moon");
  });

  test("is a cluster that is there already only where the user says so", () => {
    const mine = { KUBECONFIG: "/home/me/.kube/config" };
    expect(cluster(["way"], mine).status).toBe(3);
    const existing = { ...mine, CLUSTER: "existing" };
    expect(cluster(["kubeconfig"], existing).stdout).toBe(mine.KUBECONFIG);
    for (const command of ["up", "down"]) expect(cluster([command], existing).status).toBe(0);
    expect(calls("kubectl")).toEqual([]);
    expect(cluster(["load", "a.tar"], existing).stderr).toContain("CLUSTER_LOAD names no command");
    provide("bring");
    cluster(["load", "a.tar", "b.tar"], { ...existing, CLUSTER_LOAD: "bring --to nodes" });
    expect(calls("bring")).toEqual(["bring --to nodes a.tar", "bring --to nodes b.tar"]);
    expect(cluster(["way"], { CLUSTER: "existing" }).stderr).toContain("KUBECONFIG names no cluster");
  });
});

const ready = [
  "kubectl wait --for=condition=Ready nodes --all --timeout=300s",
  "kubectl label nodes --all --overwrite topology.kubernetes.io/region=za topology.kubernetes.io/zone=za-1",
];

test("kind", () => {
  provide("docker");
  provide("kind");
  expect(cluster(["up"]).status).toBe(0);
  expect(calls("kind", "kubectl")).toEqual([
    "kind create cluster --name rollout-tests --kubeconfig /kubeconfig --wait 180s",
    ...ready,
  ]);
  cluster(["load", "a.tar", "b.tar"]);
  cluster(["down"]);
  expect(calls("kind")).toEqual([
    "kind load image-archive a.tar --name rollout-tests",
    "kind load image-archive b.tar --name rollout-tests",
    "kind delete cluster --name rollout-tests --kubeconfig /kubeconfig",
  ]);
});

test("k3d", () => {
  provide("docker");
  provide("k3d", 'case "$*" in "kubeconfig get"*) echo its-config ;; esac');
  expect(cluster(["up"]).status).toBe(0);
  expect(readFileSync(cluster(["kubeconfig"]).stdout, "utf8")).toBe("its-config\n");
  expect(calls("k3d", "kubectl")).toEqual([
    "k3d cluster create rollout-tests --kubeconfig-update-default=false --kubeconfig-switch-context=false --wait --timeout 300s",
    "k3d kubeconfig get rollout-tests",
    ...ready,
    "kubectl apply -f -",
  ]);
  cluster(["load", "a.tar"]);
  cluster(["down"]);
  expect(calls("k3d")).toEqual([
    "k3d image import a.tar --cluster rollout-tests",
    "k3d cluster delete rollout-tests",
  ]);
});

test("minikube", () => {
  provide("minikube", `echo "config $KUBECONFIG" >>"$HOME/calls"`);
  expect(cluster(["up"]).status).toBe(0);
  expect(calls("minikube", "config", "kubectl")).toEqual([
    "minikube start --profile rollout-tests --memory 8g --interactive=false --embed-certs",
    "config /kubeconfig",
    ...ready,
  ]);
  cluster(["load", "a.tar"]);
  cluster(["down"]);
  expect(calls("minikube")).toEqual([
    "minikube image load a.tar --profile rollout-tests",
    "minikube delete --profile rollout-tests",
  ]);
});

test("k3s", () => {
  provide("id", "echo 0");
  provide("k3s");
  // As the real one: nodes are there once the server runs, which is started in the background.
  provide(
    "kubectl",
    `case "$*" in *"get nodes"*) grep -q "^k3s server" "${folder}/calls" && echo node ;; *"apply -f -"*) cat >/dev/null ;; esac`,
  );
  expect(cluster(["up"]).status).toBe(0);
  expect(calls("k3s", "kubectl")).toEqual(
    expect.arrayContaining([
      "k3s server --data-dir /k3s --write-kubeconfig /kubeconfig --disable traefik --disable servicelb --disable metrics-server",
      ...ready,
      "kubectl apply -f -",
    ]),
  );
  provide("pgrep");
  cluster(["load", "a.tar"]);
  provide("k3s-killall.sh", `echo "data $K3S_DATA_DIR" >>"$HOME/calls"`);
  expect(cluster(["down"]).status).toBe(0);
  expect(calls("k3s", "k3s-killall.sh", "data")).toEqual([
    "k3s ctr images import a.tar",
    "k3s-killall.sh ",
    "data /k3s",
  ]);
});

test("the shared script", () => {
  provide("id", "echo 0");
  provide("go");
  writeFileSync(join(folder, "shared"), `echo "shared $*" >>"$HOME/calls"`);
  cluster(["prepare"]);
  cluster(["load", "a.tar"]);
  expect(cluster(["kubeconfig"]).stdout).toBe(join(folder, "admin.conf"));
  expect(calls("shared")).toEqual(["shared install", "shared base", "shared load a.tar"]);
});
