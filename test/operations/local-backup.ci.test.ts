/** `rollout backup` and `rollout restore` on a stack that runs, as its user runs them; and everything that can be wrong with a backup. */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { packageRoot } from "../../base/package-root.ts";
import type { Manifest } from "../../stacks/local/backup/backup-set.ts";
import type { StackStatus } from "../../stacks/local/status.ts";
import { RunningStack, rollout } from "../stack/running-stack.ts";
import { until } from "../until.ts";

const file = join(packageRoot, "countries", "za.yaml");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-backup-"));
});
const stacks: RunningStack[] = [];
afterAll(async () => {
  for (const stack of stacks) await stack.end("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function start(...parameters: string[]): Promise<RunningStack> {
  const stack = await RunningStack.start(...parameters);
  stacks.push(stack);
  return stack;
}

const at = (...names: string[]) => join(folder, ...names);
const backup = (...parameters: string[]) => rollout("backup", file, "--to", at("backups"), ...parameters);
const restore = (data: string, ...parameters: string[]) =>
  rollout("restore", file, "--from", at("backups"), "--data", at(data), "--yes", "--json", ...parameters);

async function newKey(name: string): Promise<string> {
  const { output, code } = await rollout("backup", "--new-key", at(name), "--json");
  expect(code).toBe(0);
  return (JSON.parse(output) as { publicKey: string }).publicKey;
}

async function signIn(address: string, email: string, password: string): Promise<string> {
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: address };
  const body = new URLSearchParams({ email, password });
  const answer = await fetch(`${address}/sign-in`, { method: "POST", headers, body, redirect: "manual" });
  expect(answer.status).toBe(303);
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  return (await fetch(`${address}/machines`, { headers: { cookie } })).text();
}

/** Returns once some are computed. */
async function keyFigures(data: string): Promise<void> {
  for (let detail = ""; !/^[1-9]\d* key figures/.test(detail); await setTimeout(2000)) {
    const { output } = await rollout("status", file, "--data", data, "--json");
    const parts = (JSON.parse(output) as StackStatus).parts;
    detail = parts.find(({ name }) => name === "analytics")?.detail ?? "";
  }
}

/** Set by the first test, read by the others. */
let made: { name: string; path: string; manifest: Manifest };

test("a backup of a running stack comes back elsewhere with its readings, key figures, logins and certificates", async () => {
  const key = await newKey("key");
  const stack = await start("--data", at("data"), "--companies", "1", "--rate", "1");
  const owner = stack.ready.logins.find(({ role }) => role === "company")!;
  await keyFigures(at("data"));
  const first = await backup("--data", at("data"), "--recipient", key, "--json");
  expect(first.errors).toBe("");
  made = JSON.parse(first.output);
  expect(made.manifest.rows.raw).toBeGreaterThan(1000);
  expect(made.manifest.rows.kpi_shift).toBeGreaterThan(0);
  const authority = readFileSync(stack.ready.certificateAuthorityFile, "utf8");
  const machines = await signIn(stack.ready.webAddress, owner.email, owner.password!);
  // Nothing of the stack can be read in it, and nobody else may try.
  expect(readdirSync(made.path).sort()).toEqual([
    "certificates.json.age",
    "manifest.json",
    "relational.tar.gz.age",
    "time-series.tar.age",
  ]);
  expect(readFileSync(join(made.path, "certificates.json.age"), "latin1")).toMatch(
    /^age-encryption\.org\/v1\n/,
  );
  expect((await stack.end("SIGINT")).code).toBe(0);
  expect(readdirSync(at("data", "za", "time-series", "backups"))).toEqual([]);

  const restored = await restore("elsewhere", "--identity", at("key"));
  expect(restored.errors).toBe("");
  const { rows, companies } = JSON.parse(restored.output);
  // What was acknowledged before the backup began is in it; the simulated machines went on meanwhile.
  expect(rows.raw).toBeGreaterThanOrEqual(made.manifest.rows.raw!);
  expect(rows.kpi_shift).toBeGreaterThanOrEqual(made.manifest.rows.kpi_shift!);
  expect(companies).toBe(1);

  const again = await start("--data", at("elsewhere"), "--no-simulator");
  expect(readFileSync(again.ready.certificateAuthorityFile, "utf8")).toBe(authority);
  const page = await signIn(again.ready.webAddress, owner.email, owner.password!);
  const names = (html: string) =>
    [...html.matchAll(/href="(\/machines\/[^"]+)"/g)].map(([, path]) => path).sort();
  expect(names(page).length).toBeGreaterThan(0);
  expect(names(page)).toEqual(names(machines));
  // A stack that runs is not replaced under its feet.
  const refused = await restore("elsewhere", "--identity", at("key"));
  expect([refused.code, refused.output]).toEqual([3, expect.stringContaining("already runs")]);
  expect((await again.end("SIGINT")).code).toBe(0);
}, 600_000);

test("a stack whose file names a folder backs itself up every day, and says so or why not", async () => {
  const own = at("daily.yaml");
  const document = parseDocument(readFileSync(file, "utf8"));
  const key = await newKey("daily-key");
  const folderOf = (name: string) => {
    document.setIn(["hosting", "backup", "local"], { folder: at(name), recipients: [key] });
    writeFileSync(own, document.toString());
    return at(name, "za");
  };
  const backups = folderOf("daily");
  const part = async () => {
    const { output } = await rollout("status", own, "--data", at("daily-data"), "--json");
    return (JSON.parse(output) as StackStatus).parts.find(({ name }) => name === "backups");
  };
  const stack = await start(own, "--data", at("daily-data"), "--no-simulator");
  expect(await part()).toMatchObject({ health: "healthy", detail: "the first is about to be made" });
  await until(() => existsSync(backups) && readdirSync(backups).some((name) => !name.startsWith(".")));
  expect(readdirSync(backups)).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z$/)]);
  expect(await part()).toMatchObject({ health: "healthy", detail: "the last began 0 h ago" });
  expect((await stack.end("SIGINT")).code).toBe(0);

  // A folder that can't be written: the stack goes on, and its status is what tells.
  writeFileSync(at("no-folder"), "");
  folderOf("no-folder");
  const failing = await start(own, "--data", at("daily-data"), "--no-simulator");
  for (let seen = await part(); seen?.health !== "failed"; seen = await part()) await setTimeout(500);
  expect((await part())?.detail).toMatch(
    /tries again: The backup folder .*no-folder\/za cannot be written: .* \(ENOTDIR\)/,
  );
  expect((await failing.end("SIGINT")).code).toBe(0);
}, 600_000);

describe("a backup of a stopped stack", () => {
  test("is listed, and of two moments the earlier one comes back by its time", async () => {
    const second = await backup("--data", at("data"), "--recipient", await newKey("other-key"), "--json");
    expect(second.errors).toBe("");
    const { name, manifest } = JSON.parse(second.output) as typeof made;
    const list = JSON.parse((await backup("--list", "--json")).output);
    expect(list.backups.map((each: typeof made) => each.name)).toEqual([made.name, name]);
    const between = new Date(Date.parse(manifest.startedAt) - 1000).toISOString();
    const restored = await restore("data", "--identity", at("key"), "--at", between);
    expect(JSON.parse(restored.output)).toMatchObject({
      backup: made.name,
      former: at("data", "za.before-restore"),
    });
    expect(existsSync(at("data", "za.before-restore", "time-series"))).toBe(true);
    const before = await restore("data", "--identity", at("key"), "--at", "2020-01-01T00:00");
    expect([before.code, before.output]).toEqual([
      3,
      expect.stringContaining("no backup of 2019-12-31T22:00:00"),
    ]);
  }, 300_000);

  test("opens by its own key only", async () => {
    const wrong = await restore("nowhere", "--identity", at("key"));
    expect(wrong.code).toBe(2);
    expect(wrong.output).toContain("The key does not open this backup.");
    const none = await restore("nowhere", "--identity", file);
    expect([none.code, none.output]).toEqual([2, expect.stringContaining("holds no key")]);
    expect(readdirSync(at("nowhere"))).toEqual([]);
  });

  test("is never made to a key with a slip of the pen, nor over a key that exists", async () => {
    const key = /age1\w+/.exec(readFileSync(at("key"), "utf8"))![0];
    const changed = key.replace(/.$/, (last) => (last === "q" ? "p" : "q"));
    const slip = await backup("--data", at("data"), "--recipient", changed);
    expect([slip.code, slip.errors]).toEqual([2, expect.stringContaining("is no public key")]);
    const over = await rollout("backup", "--new-key", at("key"));
    expect([over.code, over.errors]).toEqual([2, expect.stringContaining("never overwritten")]);
  });
});

/** Kills a command as soon as it has begun to write. */
async function killed(begun: () => boolean, ...parameters: string[]): Promise<void> {
  const child = spawn(process.execPath, [join(packageRoot, "cli", "bin.mjs"), ...parameters], {
    stdio: "ignore",
  });
  const ended = once(child, "close");
  await until(() => begun() || child.exitCode !== null, { every: 2 });
  child.kill("SIGKILL");
  const [code] = await ended;
  expect(code, "it ended before it was killed").toBeNull();
}
const began = (path: string, text: string) => () =>
  existsSync(path) && readdirSync(path).some((name) => name.includes(text));

test("a killed backup and a killed restore leave no half behind, and the next ones work", async () => {
  const key = /age1\w+/.exec(readFileSync(at("key"), "utf8"))![0];
  const to = at("killed-backups");
  const data = ["--data", at("data")];
  await killed(began(join(to, "za"), ".2"), "backup", file, "--to", to, "--recipient", key, ...data);
  expect(readdirSync(join(to, "za"))).toHaveLength(1);
  expect(JSON.parse((await rollout("backup", file, "--to", to, "--list", "--json")).output).backups).toEqual(
    [],
  );
  const next = await rollout("backup", file, "--to", to, "--recipient", key, "--json", ...data);
  expect([next.code, next.errors]).toEqual([0, ""]);
  expect(readdirSync(join(to, "za"))).toEqual([JSON.parse(next.output).name]);

  const before = readdirSync(at("data", "za")).sort();
  const identity = ["--identity", at("key"), "--from", to, "--yes"];
  await killed(began(at("data"), "restoring"), "restore", file, ...identity, ...data);
  expect(readdirSync(at("data", "za")).sort()).toEqual(before);
  const restored = await rollout("restore", file, ...identity, ...data, "--json");
  expect([restored.code, restored.errors]).toEqual([0, ""]);
  expect(readdirSync(at("data")).filter((name) => name.includes("restoring"))).toEqual([]);
}, 300_000);

test.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
  "a disk that is too small for a backup or a restore is said with exit code 3, and nothing half is left",
  async () => {
    const key = /age1\w+/.exec(readFileSync(at("key"), "utf8"))![0];
    const disk = at("disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk]);
    try {
      const full = await rollout(
        "backup",
        file,
        "--to",
        disk,
        "--recipient",
        key,
        "--data",
        at("data"),
        "--json",
      );
      expect([full.code, full.output]).toEqual([
        3,
        expect.stringContaining("The disk is full: no backup was made."),
      ]);
      expect(readdirSync(join(disk, "za"))).toEqual([]);
      const small = await rollout(
        "restore",
        file,
        "--from",
        at("backups"),
        "--at",
        made.name,
        "--data",
        join(disk, "data"),
        "--yes",
        "--identity",
        at("key"),
        "--json",
      );
      expect([small.code, small.output]).toEqual([
        3,
        expect.stringContaining("is full: nothing was restored"),
      ]);
      expect(small.errors).not.toMatch(/\n\s+at /);
      expect(readdirSync(join(disk, "data"))).toEqual([]);
    } finally {
      execFileSync("umount", ["-l", disk]);
    }
  },
  300_000,
);

describe("a damaged backup", () => {
  const damaged = (change: (path: string) => void) => {
    rmSync(at("backups"), { recursive: true });
    mkdirSync(at("backups", "za"), { recursive: true });
    cpSync(at("kept"), at("backups", "za", made.name), { recursive: true });
    change(at("backups", "za", made.name));
  };
  beforeAll(() => cpSync(made.path, at("kept"), { recursive: true }));

  /** As somebody does who knows the format: the sums fit, the content doesn't. */
  const withSums = (name: keyof Manifest["files"], change: (bytes: Buffer) => Buffer) => (path: string) => {
    const bytes = change(readFileSync(join(path, name)));
    writeFileSync(join(path, name), bytes);
    const manifest = JSON.parse(readFileSync(join(path, "manifest.json"), "utf8"));
    manifest.files[name] = { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    writeFileSync(join(path, "manifest.json"), JSON.stringify(manifest));
  };
  const flip = (bytes: Buffer) => {
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = bytes[middle]! ^ 1;
    return bytes;
  };

  test.each<[string, (path: string) => void, string, number]>([
    [
      "a file that is missing",
      (path) => rmSync(join(path, "relational.tar.gz.age")),
      "relational.tar.gz.age is missing",
      1,
    ],
    [
      "a file that is cut",
      (path) => truncateSync(join(path, "time-series.tar.age"), 70_000),
      "has 70000 bytes instead of",
      1,
    ],
    [
      "a bit that flipped",
      (path) =>
        writeFileSync(
          join(path, "time-series.tar.age"),
          flip(readFileSync(join(path, "time-series.tar.age"))),
        ),
      "its SHA-256 is different",
      1,
    ],
    ["content that was changed with its sums", withSums("time-series.tar.age", flip), "is damaged", 1],
    [
      "a cut with its sums",
      withSums("relational.tar.gz.age", (bytes) => bytes.subarray(0, 65_536 * 2 + 200)),
      "is damaged",
      1,
    ],
    [
      "a manifest of something else",
      (path) => writeFileSync(join(path, "manifest.json"), '{"format":1}'),
      "is no manifest of a backup",
      1,
    ],
    [
      "another country's",
      (path) => {
        const manifest = JSON.parse(readFileSync(join(path, "manifest.json"), "utf8"));
        writeFileSync(join(path, "manifest.json"), JSON.stringify({ ...manifest, country: "BR" }));
      },
      "a backup of BR",
      1,
    ],
  ])(
    "%s is refused, and what is there stays",
    async (_what, change, message, code) => {
      damaged(change);
      const before = readdirSync(at("data", "za")).sort();
      const refused = await restore("data", "--identity", at("key"), "--at", made.name);
      expect([refused.output, refused.code]).toEqual([expect.stringContaining(message), code]);
      expect(refused.errors).not.toMatch(/\n\s+at /);
      expect(readdirSync(at("data", "za")).sort()).toEqual(before);
      expect(readdirSync(at("data")).filter((name) => name.includes("restoring"))).toEqual([]);
    },
    300_000,
  );

  test("shows in the list and in --verify with exit code 1", async () => {
    damaged((path) => truncateSync(join(path, "time-series.tar.age"), 10));
    const verified = await backup("--verify", "--json");
    expect([verified.code, verified.output]).toEqual([1, expect.stringContaining("has 10 bytes instead of")]);
    damaged((path) => rmSync(join(path, "manifest.json")));
    const listed = await backup("--list", "--json");
    expect([listed.code, JSON.parse(listed.output).damaged[0].name]).toEqual([1, made.name]);
  });
});
