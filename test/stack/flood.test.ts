/** A stack whose broker is flooded: the web app answers, and nothing that it writes is open to other users. */
import { spawnSync } from "node:child_process";
import { chmodSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../until.ts";
import { RunningStack, rollout } from "./running-stack.ts";

const descriptors = 900;
/** A quarter of the half that is for connections. */
const mostOfAddress = 112;

let data: string;
let stack: RunningStack;
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "rollout-flood-"));
  mkdirSync(join(data, "za"));
  chmodSync(join(data, "za"), 0o777);
  stack = await RunningStack.startWithDescriptors(descriptors, "--data", data, "--companies", "1");
});
afterAll(async () => {
  await stack.end("SIGINT");
  rmSync(data, { recursive: true, force: true });
});

/** What others have a right to, but for links, which have none of their own. */
function openOf(folder: string): string[] {
  const rights = ["g=r", "g=w", "g=x", "o=r", "o=w", "o=x"].flatMap((right) => ["-o", "-perm", `-${right}`]);
  const { stdout } = spawnSync("find", [folder, "!", "-type", "l", "(", ...rights.slice(1), ")"], {
    encoding: "utf8",
  });
  return stdout.split("\n").filter(Boolean);
}

test("an open data folder is closed at the start, with every file that the stack has written", () => {
  expect(openOf("/usr/bin").length).toBeGreaterThan(0);
  expect(readdirSync(join(data, "za", "relational", "base")).length).toBeGreaterThan(0);
  expect(openOf(join(data, "za"))).toEqual([]);
});

test.skipIf(process.platform !== "linux")("a child process writes for its own user only", () => {
  const children = globSync(`/proc/${stack.process.pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, "utf8").trim().split(" ").filter(Boolean),
  );
  expect(children).toHaveLength(1);
  expect(readFileSync(`/proc/${children[0]}/status`, "utf8")).toMatch(/^Umask:\s+0077$/m);
});

test("more connections without a TLS handshake than the process has descriptors: pages are answered meanwhile", async () => {
  const { mqttsAddress, webAddress } = stack.ready;
  const port = Number(new URL(mqttsAddress).port);
  const open = new Set<Socket>();
  const sockets = Array.from({ length: descriptors + 100 }, () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("connect", () => open.add(socket));
    socket.on("close", () => open.delete(socket));
    return socket.resume();
  });
  try {
    await until(() => sockets.every((socket) => !socket.connecting));
    await until(() => open.size <= mostOfAddress);
    const page = await fetch(`${webAddress}/sign-in`);
    expect(page.status).toBe(200);
    const { output } = await rollout("status", "--data", data, "--json");
    expect(output).toContain("too-many-before-login-of-address");
    // Those that were let in are closed too, without a sign of life.
    await until(() => open.size === 0);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});
