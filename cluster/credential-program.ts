/**
 * Gets credentials for a cluster from a program, as client-go does.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import { execFile } from "node:child_process";
import { ClusterError } from "./cluster-error.ts";
import type { CredentialProgram } from "./kubeconfig.ts";

export interface Credentials {
  readonly token?: string;
  /** PEM. */
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  /** When they expire, in milliseconds since 1970; absent where they don't. */
  readonly expires?: number;
}

const timeLimit = 60_000;

/** @throws ClusterError */
export function askForCredentials(program: CredentialProgram): Promise<Credentials> {
  const { command, args, env, apiVersion, installHint } = program;
  const request = JSON.stringify({ apiVersion, kind: "ExecCredential", spec: { interactive: false } });
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      { env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: request }, timeout: timeLimit },
      (error, stdout, stderr) => {
        const missing = error?.code === "ENOENT";
        if (error !== null) {
          const said = stderr.trim().split("\n").at(-1) ?? "";
          reject(
            new ClusterError(
              "unauthenticated",
              missing
                ? `The kubeconfig takes its login from the program ${command}, which is not installed.`
                : `The program ${command}, which the kubeconfig takes its login from, failed${said === "" ? "" : `: ${said}`}.`,
              missing ? (installHint?.trim().split("\n")[0] ?? "Install it.") : "Log in with it again.",
            ),
          );
          return;
        }
        try {
          resolve(read(stdout));
        } catch {
          reject(
            new ClusterError(
              "unauthenticated",
              `The program ${command}, which the kubeconfig takes its login from, gave no credentials.`,
              "Log in with it again.",
            ),
          );
        }
      },
    );
  });
}

function read(stdout: string): Credentials {
  const { status } = JSON.parse(stdout) as { status: Record<string, string | undefined> };
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status;
  if (token === undefined && clientCertificateData === undefined)
    throw new Error("neither token nor certificate");
  return {
    ...(token !== undefined && { token }),
    ...(clientCertificateData !== undefined && { clientCertificate: clientCertificateData }),
    ...(clientKeyData !== undefined && { clientKey: clientKeyData }),
    ...(expirationTimestamp !== undefined && { expires: Date.parse(expirationTimestamp) }),
  };
}
