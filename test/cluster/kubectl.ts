/** The cluster that KUBECONFIG names, through kubectl. */
import { execFile, execFileSync, spawn } from "node:child_process";

/** Why no test can run on a cluster here; undefined where one can. */
export const noCluster = whyNoCluster();

function whyNoCluster(): string | undefined {
  if (!process.env.KUBECONFIG) return "KUBECONFIG names no cluster";
  try {
    execFileSync("kubectl", ["version", "--request-timeout=20s"], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `kubectl does not reach the cluster: ${(error as Error).message.split("\n").at(-2) ?? ""}`;
  }
}

/** For the title of tests: says why they are skipped. */
export const onCluster = noCluster === undefined ? "on a cluster" : `on a cluster (skipped: ${noCluster})`;

export class KubectlError extends Error {
  override readonly name = "KubectlError";
}

/**
 * @param input what kubectl reads by `-f -`.
 * @returns its output.
 * @throws KubectlError with all that it said.
 */
export function kubectl(args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "kubectl",
      [...args],
      { maxBuffer: 64 * 2 ** 20, timeout: 600_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new KubectlError(`kubectl ${args.join(" ")}\n${stderr || stdout || error.message}`));
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? "");
  });
}

export async function kubectlJson<T>(args: readonly string[], input?: string): Promise<T> {
  return JSON.parse(await kubectl([...args, "-o", "json"], input)) as T;
}

export interface Forward {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): void;
}

/** Reaches a port of a pod behind a Service from here, until it is closed or the pod ends. */
export function forward(namespace: string, target: string, port: number): Promise<Forward> {
  const child = spawn(
    "kubectl",
    ["port-forward", "-n", namespace, "--address", "127.0.0.1", target, `:${port}`],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  return new Promise((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      said = `${said}${chunk.toString("utf8")}`.slice(-2000);
    });
    child.stdout.on("data", (chunk: Buffer) => {
      const found = /127\.0\.0\.1:(\d+) ->/.exec(chunk.toString("utf8"));
      if (found !== null) resolve({ port: Number(found[1]), close: () => void child.kill() });
    });
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new KubectlError(`kubectl port-forward ${target} ended with ${code}: ${said}`)),
    );
  });
}
