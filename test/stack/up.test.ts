/** `rollout up` and `rollout status` as their user runs them: own processes, real ports, real data. */

import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StackStatus } from "../../stacks/local/status.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { RunningStack, rollout } from "./running-stack.ts";

let data: string;
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "rollout-up-"));
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

const start = (...parameters: string[]) =>
  RunningStack.start("--data", data, "--companies", "2", ...parameters);

async function status(): Promise<StackStatus> {
  const { output, errors } = await rollout("status", "--data", data, "--json");
  expect(errors).toBe("");
  const [stack] = JSON.parse(output) as StackStatus[];
  return stack!;
}

async function enter(address: string): Promise<{ status: number; page: string }> {
  const entered = await fetch(address, {
    method: "POST",
    redirect: "manual",
    headers: { origin: new URL(address).origin },
  });
  const cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
  const page = await fetch(new URL(entered.headers.get("location") ?? "/", address), { headers: { cookie } });
  return { status: page.status, page: await page.text() };
}

test("a stack runs on simulated factories, is resumed after kill -9, and stops on Ctrl-C with all data", async () => {
  const first = await start();
  const running = await status();
  expect(running.parts.map(({ name, health }) => [name, health])).toEqual([
    ["MQTT broker", "healthy"],
    ["ingest", "healthy"],
    ["time-series store", "healthy"],
    ["relational store", "healthy"],
    ["analytics", "healthy"],
    ["simulated factories", "healthy"],
  ]);
  expect(running.flow.stored).toBeGreaterThan(1000);
  expect(running.flow.rejected).toBe(0);

  const company = first.ready.logins.find((login) => login.role === "company")!;
  const machines = await enter(company.enter);
  expect(machines.status).toBe(200);
  expect(machines.page).toContain("simulated");
  const again = await enter(company.enter);
  expect(again.page).not.toContain("Sign out");

  // A second one on the same folder is refused, and the first goes on.
  const second = await rollout("up", "--data", data, "--port", "0", "--no-open");
  expect(second.code).toBe(3);
  expect(second.errors).toMatch(/A stack \(process \d+\) already runs on .*\. Stop it first/);
  expect((await status()).pid).toBe(running.pid);

  await first.end("SIGKILL");
  const none = await rollout("status", "--data", data);
  expect(none.code).toBe(3);
  expect(none.errors).toContain("No stack runs in");

  const resumed = await start();
  expect(resumed.ready.logins.every((login) => login.password === undefined)).toBe(true);
  const { detail } = (await status()).parts.find((part) => part.name === "time-series store")!;
  expect(Number.parseInt(detail, 10)).toBeGreaterThanOrEqual(running.flow.stored);
  const stopped = await resumed.end("SIGINT");
  expect(stopped.code).toBe(0);
  expect(stopped.errors).toBe("");
  expect(stopped.output).toContain('{"event":"stopped"}');
}, 180_000);

test("a port that is taken is named, with exit code 3", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as { port: number };
  const refused = await rollout(
    "up",
    "--data",
    join(data, "port"),
    "--no-simulator",
    "--no-open",
    "--port",
    String(port),
    "--mqtt-port",
    "0",
    "--mqtts-port",
    "0",
  );
  holder.close();
  expect(refused.code).toBe(3);
  expect(refused.errors).toContain(`Port ${port} (web app) is already in use by another program.`);
  // Found before the stores are made.
  expect(existsSync(join(data, "port", "za", "time-series"))).toBe(false);
});

test("data of a newer version of the kit is left alone, with exit code 3", async () => {
  const folder = join(data, "newer");
  await (await RunningStack.start("--data", folder, "--no-simulator")).end("SIGINT");
  const store = await openTimeSeriesStore(join(folder, "za", "time-series"));
  await store.writer.insert({
    table: "migration",
    values: [{ version: 9999, statement: 0, name: "newer" }],
    format: "JSONEachRow",
  });
  await store.close();
  const refused = await rollout("up", "--data", folder, "--port", "0", "--no-open");
  expect(refused.code).toBe(3);
  expect(refused.errors).toContain("the data was written by a newer version of the kit");
});

test("a wrong file never starts anything: every problem, exit code 2", async () => {
  const refused = await rollout("up", join(import.meta.dirname, "wrong.yaml"), "--data", data);
  expect(refused.code).toBe(2);
  expect(refused.errors).toMatch(/wrong\.yaml:\d+:\d+ {2}\S/);
  expect(refused.errors).not.toMatch(/\n\s+at /);
});
