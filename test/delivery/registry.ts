/** A real image registry on a free port of this machine, for tests: Debian's docker-registry over a temporary folder. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

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
  // Not a pipe: a test that waits for another program would not empty it, and the registry would wait too.
  const log = join(folder, "log");
  const output = openSync(log, "w");
  const child = spawn(registryProgram, ["serve", configuration], { stdio: ["ignore", output, output] });
  closeSync(output);
  let running = true;
  const ended = new Promise<void>((resolve) => {
    const stopped = () => {
      running = false;
      resolve();
    };
    child.on("close", stopped);
    child.on("error", stopped);
  });
  const listening = () => /listening on (127\.0\.0\.1:\d+)/.exec(readFileSync(log, "utf8"))?.[1];
  while (listening() === undefined) {
    if (!running) throw new Error(`The registry ended:\n${readFileSync(log, "utf8")}`);
    await wait(50);
  }
  return {
    address: listening()!,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
