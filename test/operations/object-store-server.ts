/** An S3-compatible server over HTTPS in a process of its own, with a certificate of an authority that no program knows. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { TestAuthority } from "../data-path/certificates.ts";

export const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
export const bucket = "rollout-backups";

export interface ObjectStoreServer {
  readonly endpoint: string;
  /** PEM. */
  readonly authority: string;
  /** File of the authority. */
  readonly authorityFile: string;
  /** Folder in which OpenSSL finds it, as /etc/ssl/certs has the public ones. */
  readonly authorityFolder: string;
  /** Writes an object. */
  put(key: string): Promise<void>;
  stop(): void;
}

/** @param folder of the caller's. */
export async function startObjectStore(folder: string): Promise<ObjectStoreServer> {
  const authority = await TestAuthority.make("CN=Ministry");
  const { certificate, key, authority: authorityFile } = await authority.issue(folder, "s3", ["localhost"]);
  const authorityFolder = join(folder, "authorities");
  mkdirSync(authorityFolder);
  const hash = execFileSync("openssl", ["x509", "-noout", "-hash", "-in", authorityFile], {
    encoding: "utf8",
  });
  writeFileSync(join(authorityFolder, `${hash.trim()}.0`), authority.pem);
  const port = await freePort();
  const endpoint = `https://localhost:${port}`;
  const server = spawn("moto_server", ["-H", "localhost", "-p", String(port), "-c", certificate, "-k", key], {
    stdio: "ignore",
  });
  while ((await put(endpoint, `/${bucket}`, authority.pem)) !== 200) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}.`);
    await setTimeout(200);
  }
  return {
    endpoint,
    authority: authority.pem,
    authorityFile,
    authorityFolder,
    put: async (key) => {
      const status = await put(endpoint, `/${bucket}/${key}`, authority.pem);
      if (status !== 200) throw new Error(`PUT ${key}: HTTP ${status}`);
    },
    stop: () => stop(server),
  };
}

const stop = (server: ChildProcess): void => {
  server.kill();
};

/** @returns the status of the answer; undefined where there is none. */
async function put(endpoint: string, path: string, ca: string): Promise<number | undefined> {
  const client = new AwsClient({ ...credentials, region: "us-east-1", service: "s3" });
  const signed = await client.sign(`${endpoint}${path}`, { method: "PUT" });
  return new Promise((resolve) => {
    const sent = request(
      signed.url,
      { method: "PUT", ca, agent: false, headers: Object.fromEntries(signed.headers) },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    sent.on("error", () => resolve(undefined));
    sent.end();
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "localhost", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
