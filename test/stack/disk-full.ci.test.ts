/** `rollout up` on a disk that another program fills: it says so and ends with exit code 3; with space made it goes on. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { RunningStack, rollout } from "./running-stack.ts";

const isRoot = process.getuid?.() === 0 && process.platform === "linux";

/** Keeps the disk full until `ended`: the stores free space by themselves as they merge. */
async function fillUntil(ended: Promise<unknown>, file: string): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  ended.then(end, end);
  const descriptor = openSync(file, "w");
  try {
    while (!over) {
      takeAll(descriptor);
      await setTimeout(20);
    }
  } finally {
    closeSync(descriptor);
  }
}

function takeAll(descriptor: number): void {
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(64 * 1024));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
  }
}

test.skipIf(!isRoot)(
  "a full disk is said, with exit code 3, and the next start goes on",
  async () => {
    const disk = mkdtempSync(join(tmpdir(), "rollout-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=260m", "tmpfs", disk]);
    try {
      const stack = await RunningStack.start("--data", disk, "--companies", "3", "--rate", "2");
      await fillUntil(stack.ended, join(disk, "filler"));
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

test.skipIf(!isRoot)(
  "a disk too small for a start is refused with what is needed, and nothing is written",
  async () => {
    const disk = mkdtempSync(join(tmpdir(), "rollout-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=60m", "tmpfs", disk]);
    try {
      const { code, errors } = await rollout("up", "--data", disk, "--port", "0", "--no-open");
      expect(code).toBe(3);
      expect(errors).toMatch(
        /The disk of \S+\/za has (59|60) MiB free; a start needs 200 MiB\.\s+Free some space, or give a folder on another disk with --data\./,
      );
      expect(readdirSync(join(disk, "za"))).toEqual([]);
    } finally {
      execFileSync("umount", ["-l", disk]);
      rmdirSync(disk);
    }
  },
);
