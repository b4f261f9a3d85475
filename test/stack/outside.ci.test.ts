/** What a local stack does outside its data folder: nothing. The system's own record of its calls says so. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunningStack, rollout } from "./running-stack.ts";

const hasTrace = spawnSync("strace", ["-c", "true"]).status === 0;
if (!hasTrace)
  console.log("The test of a stack's connections is left out: strace is missing or may not trace.");

test.skipIf(!hasTrace)(
  "a stack connects to nothing outside this machine, and leaves nothing outside its data folder",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "rollout-outside-"));
    const at = (name: string) => join(folder, name);
    for (const name of ["home", "temporary"]) mkdirSync(at(name));
    try {
      const stack = await RunningStack.startBy(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", at("calls")],
        { HOME: at("home"), TMPDIR: at("temporary"), XDG_CACHE_HOME: at("home") },
        ...["--data", at("data"), "--companies", "1", "--rate", "1"],
      );
      expect((await fetch(`${stack.ready.webAddress}/sign-in`)).status).toBe(200);
      const { output } = await rollout("status", "--data", at("data"), "--json");
      const [running] = JSON.parse(output) as { pid: number }[];
      // A signal to strace would stop strace alone.
      process.kill(running!.pid, "SIGINT");
      expect((await stack.ended).code).toBe(0);
      const addresses = [
        ...readFileSync(at("calls"), "utf8").matchAll(
          /inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g,
        ),
      ].map(([, four, six]) => four ?? six!);
      // The simulated machines connect to the broker.
      expect(addresses).toContain("127.0.0.1");
      expect(new Set(addresses.filter((address) => !/^(127\.|::1$|::ffff:127\.)/.test(address)))).toEqual(
        new Set(),
      );
      expect(readdirSync(at("home"))).toEqual([]);
      // Node.js keeps the sources that it has compiled.
      expect(readdirSync(at("temporary")).filter((name) => name !== "node-compile-cache")).toEqual([]);
      expect(readdirSync(at("data"))).toEqual(["za"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
