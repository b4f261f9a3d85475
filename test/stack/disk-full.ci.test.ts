/** `rollout up` on a disk that another program fills: it says so and ends with exit code 3; with space made it goes on. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunningStack } from "./running-stack.ts";

const isRoot = process.getuid?.() === 0 && process.platform === "linux";

function fill(file: string): void {
  const descriptor = openSync(file, "w");
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(1024 * 1024));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
  } finally {
    closeSync(descriptor);
  }
}

test.skipIf(!isRoot)(
  "a full disk is said, with exit code 3, and the next start goes on",
  async () => {
    const disk = mkdtempSync(join(tmpdir(), "rollout-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=260m", "tmpfs", disk]);
    try {
      const stack = await RunningStack.start("--data", disk, "--companies", "3", "--rate", "2");
      fill(join(disk, "filler"));
      const ended = await stack.ended;
      expect(ended.code).toBe(3);
      expect(ended.output).toContain("The disk is full, so the stack stopped.");
      expect(ended.errors).not.toMatch(/\n\s+at /);
      rmSync(join(disk, "filler"));
      const resumed = await RunningStack.start("--data", disk, "--companies", "3");
      expect((await resumed.end("SIGINT")).code).toBe(0);
    } finally {
      execFileSync("umount", ["-l", disk]);
      rmdirSync(disk);
    }
  },
  180_000,
);
