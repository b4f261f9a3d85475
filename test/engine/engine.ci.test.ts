/** The engine on a stack without a cluster: it needs the Pulumi CLI on PATH and nothing else. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findProgram } from "../../base/find-program.ts";
import { generatedValue } from "../../components/generated-value.ts";
import { ChangeList } from "../../stacks/engine/changes.ts";
import type { CountryStack } from "../../stacks/engine/country-stack.ts";
import { EngineFailure } from "../../stacks/engine/engine-failure.ts";
import { smallStack, values } from "./small-stack.ts";

const hasEngine = findProgram("pulumi") !== undefined;
if (!hasEngine) console.warn("Skipped: the engine's tests, because there is no pulumi on PATH.");

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-engine-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function opened(
  program: Parameters<typeof smallStack>[1],
  passphrase = "right",
): Promise<CountryStack> {
  const stack = await smallStack(folder, program);
  await stack.open(await stack.exists(), passphrase);
  return stack;
}

async function changesOf(stack: CountryStack): Promise<string[]> {
  const list = new ChangeList();
  await stack.preview({ onEvent: list.read });
  return list.changes.map(({ action, name }) => `${action} ${name}`).sort();
}

/** A run of its own process, which waits before its last value until the file `go` is there. */
async function waitingRun() {
  const script = fileURLToPath(new URL("small-stack.ts", import.meta.url));
  const go = join(folder, "go");
  const child = spawn(process.execPath, [script, folder, "right", go], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  for await (const line of createInterface({ input: child.stdout }))
    if (line === "first") return { child, go };
  throw new Error(`The run ended before its first value: ${errors}`);
}

/** The engine's process, by the lock that it wrote beside the state. */
function holderOfLock(): number {
  const [lock, ...others] = readdirSync(join(folder, ".pulumi", "locks"), {
    recursive: true,
    withFileTypes: true,
  }).filter((file) => file.isFile() && file.name.endsWith(".json"));
  if (lock === undefined || others.length > 0) throw new Error("There is not one lock.");
  const { pid } = JSON.parse(readFileSync(join(lock.parentPath, lock.name), "utf8")) as { pid: number };
  return pid;
}

async function failureOf(action: Promise<unknown>): Promise<EngineFailure> {
  const error = await action.then(
    () => new Error("It did not fail."),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof EngineFailure)) throw error;
  return error;
}

describe.skipIf(!hasEngine)("the engine", { timeout: 180_000 }, () => {
  test("changes what is different and nothing else, and leaves nothing", async () => {
    const stack = await opened(values({ a: "1", b: "1" }));
    expect(await changesOf(stack)).toEqual(["create a", "create b"]);
    await stack.up();
    expect(await changesOf(stack)).toEqual([]);
    const changed = await opened(values({ a: "1", b: "2", c: "1" }));
    expect(await changesOf(changed)).toEqual(["create c", "update b"]);
    await changed.up();
    expect(await changesOf(changed)).toEqual([]);
    await changed.destroy();
    expect((await changed.recorded()).resources).toEqual([]);
    await changed.forget();
    expect(await changed.exists()).toBe(false);
  });

  test("keeps a generated value for good, and never in the clear", async () => {
    const program = () => ({ key: generatedValue("key", "key", {}) });
    const stack = await opened(program);
    const { key } = await stack.up();
    expect(key?.secret).toBe(true);
    expect(Buffer.from(String(key?.value), "base64").length).toBe(32);
    const again = await opened(program);
    expect(await changesOf(again)).toEqual([]);
    expect((await again.up()).key?.value).toBe(key?.value);
    await again.refresh();
    expect((await again.up()).key?.value).toBe(key?.value);
    expect((statSync(folder).mode & 0o777).toString(8)).toBe("700");
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const file of files)
      expect(readFileSync(join(file.parentPath, file.name), "utf8")).not.toContain(key?.value);
  });

  test("opens nothing by a wrong passphrase, on a machine that never saw the stack either", async () => {
    await (await opened(values({ a: "1" }))).up();
    for (const machine of ["the same", "another"]) {
      if (machine === "another") rmSync(join(folder, "engine"), { recursive: true });
      const stack = await opened(values({ a: "2" }), "wrong");
      expect((await failureOf(stack.up())).reason, machine).toBe("wrong-passphrase");
    }
    rmSync(join(folder, "engine"), { recursive: true });
    expect(await changesOf(await opened(values({ a: "2" })))).toEqual(["update a"]);
  });

  test("says who works on the stack already, and goes on once that run has ended", async () => {
    const { child, go } = await waitingRun();
    const stack = await opened(values({ first: "1", last: "2" }));
    const failure = await failureOf(stack.up());
    expect(failure.reason).toBe("locked");
    expect(failure.message).toMatch(/^Another run is working on zz-small: process \d+ of /);
    writeFileSync(go, "");
    await once(child, "exit");
    expect(child.exitCode).toBe(0);
    expect(await changesOf(stack)).toEqual([]);
  });

  test("goes on after kill -9 of everything, once the lock is taken away", async () => {
    const { child } = await waitingRun();
    process.kill(holderOfLock(), "SIGKILL");
    child.kill("SIGKILL");
    await once(child, "exit");
    const stack = await opened(values({ first: "1", last: "2" }));
    // Its parent is gone too, so the machine takes a moment to let go of the engine's process.
    const failure = await vi.waitFor(
      async () => {
        const thrown = await failureOf(stack.up());
        expect(thrown.message).toMatch(/^A run on zz-small was interrupted \(process \d+/);
        return thrown;
      },
      { timeout: 90_000, interval: 500 },
    );
    expect(failure.remediation).toContain("--unlock");
    await stack.unlock();
    expect(await changesOf(stack)).toEqual(["create last"]);
    await stack.up();
    expect(await changesOf(stack)).toEqual([]);
  });

  test("stops in good order, and leaves no lock", async () => {
    const stop = new AbortController();
    let declared = 0;
    const stack = await opened(async () => {
      values({ first: "1" })();
      declared += 1;
      // Until the engine lets go of its program.
      await once(stop.signal, "abort");
      return {};
    });
    const run = failureOf(
      stack.up({
        signal: stop.signal,
        onEvent: ({ resOutputsEvent }) => {
          if (resOutputsEvent?.metadata.urn.endsWith("::first")) stop.abort();
        },
      }),
    );
    expect((await run).reason).toBe("cancelled");
    expect(declared).toBe(1);
    const next = await opened(values({ first: "1", last: "2" }));
    expect(await changesOf(next)).toEqual(["create last"]);
    await next.up();
  });

  test("hands on what the program refuses", async () => {
    const stack = await opened(() => {
      throw new Error("the file lacks a domain");
    });
    const failure = await failureOf(stack.preview());
    expect(failure.message).toContain("the file lacks a domain");
    expect(failure.message).not.toMatch(/\n\s+at /);
    expect(failure.reason).toBe("program");
  });
});
