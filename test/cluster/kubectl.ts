/** The cluster that KUBECONFIG names, through kubectl. */
import { execFile, execFileSync } from "node:child_process";

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
