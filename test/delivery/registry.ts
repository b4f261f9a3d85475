/** A real image registry on a free port of this machine, for tests: Debian's docker-registry over a temporary folder. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const registryProgram = "docker-registry";

export interface Registry {
  /** As `127.0.0.1:40123`. */
  readonly address: string;
  stop(): Promise<void>;
}

export async function startRegistry(folder: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true });
  const configuration = join(folder, "registry.yaml");
  writeFileSync(
    configuration,
    JSON.stringify({
      version: "0.1",
      storage: { filesystem: { rootdirectory: join(folder, "images") } },
      http: { addr: "127.0.0.1:0" },
    }),
  );
  const child = spawn(registryProgram, ["serve", configuration], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  let output = "";
  const address = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer) => {
      output += text;
      const found = /listening on (127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("close", () => reject(new Error(`The registry ended:\n${output}`)));
  });
  return {
    address,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
