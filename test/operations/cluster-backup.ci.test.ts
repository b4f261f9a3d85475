/**
 * The scripts that back a cluster's time-series store up and bring it back, on the engine in the process and an
 * S3-compatible server: chains of days over weeks, repeated jobs, what is past its time, and readings after a restore.
 */

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expireBackups } from "../../apps/backup-expiry/expire.ts";
import { ObjectStore } from "../../apps/backup-expiry/object-store.ts";
import { runBackupExpiry } from "../../apps/backup-expiry/program.ts";
import type { ProgramContext } from "../../apps/program/program.ts";
import { EnvironmentError } from "../../base/kit-error.ts";
import { packageRoot } from "../../base/package-root.ts";
import { backupScript } from "../../components/time-series-backup.ts";
import { loadCountry } from "../../localisation/load.ts";
import { backupCandidates, restoreScript } from "../../stacks/kubernetes/restore/time-series-restore.ts";
import { type ChangeableCountry, countryFile } from "../plan/planned.ts";

const hasServer = spawnSync("moto_server", ["--help"]).status === 0;
if (!hasServer) console.log("Skipped: no S3-compatible server here (pip install 'moto[server]').");

describe.skipIf(!hasServer)("backups of a cluster's time-series store", () => {
  let folder: string;
  let server: ChildProcess;
  let endpoint: string;
  let environment: NodeJS.ProcessEnv;
  const bucket = "rollout-backups";
  const credentials = { accessKeyId: "key", secretAccessKey: "secret" };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "rollout-cluster-backup-"));
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
    const client = new AwsClient({ ...credentials, region: "us-east-1", service: "s3" });
    for (;;) {
      const made = await client.fetch(`${endpoint}/${bucket}`, { method: "PUT" }).catch(() => undefined);
      if (made?.ok) break;
      if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}.`);
      await setTimeout(200);
    }
    // Programs that the scripts call: the client, and a clock that the test sets.
    const program = (name: string, text: string) => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    program(
      "clickhouse-client",
      `exec "${process.execPath}" "${join(import.meta.dirname, "engine-client.ts")}" "$@"`,
    );
    program(
      "date",
      `case "$*" in *-d*) exec /usr/bin/date "$@" ;; esac\nexec /usr/bin/date -d "$TODAY" "$@"`,
    );
    environment = {
      PATH: `${folder}:${process.env.PATH}`,
      ENGINE_FOLDER: join(folder, "engine"),
      BACKUP_ADDRESS: `${endpoint}/${bucket}/`,
      BACKUP_KEY: Buffer.alloc(32, 7).toString("base64"),
    };
    sql("CREATE DATABASE rollout");
    const migrations = readFileSync(
      join(packageRoot, "stores/time-series/migrations/0001_readings.sql"),
      "utf8",
    );
    for (const statement of migrations.replaceAll("{{timezone}}", "Africa/Johannesburg").split(/^;$/m))
      sql(statement);
  }, 600_000);
  afterAll(() => {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const sql = (query: string) =>
    execFileSync(join(folder, "clickhouse-client"), ["--query", query], {
      env: environment,
      encoding: "utf8",
    }).trim();
  const readings = (day: string, count: number) =>
    sql(
      `INSERT INTO rollout.raw SELECT 'c1', 's1', 'm1', 'power', toDateTime64('${day} 10:00:00', 3, 'UTC') + number, number, '', now64(3) FROM numbers(${count})`,
    );
  const script = (text: string, parameters: readonly string[], today = "") =>
    spawnSync("/bin/sh", ["-c", text, "sh", ...parameters], {
      env: { ...environment, TODAY: today },
      encoding: "utf8",
    });
  const backup = (today: string) => script(backupScript, [], today);
  const store = () => new ObjectStore({ endpoint, bucket, ...credentials });
  async function folders(): Promise<string[]> {
    const found = new Set<string>();
    for await (const key of store().list("time-series-store/"))
      found.add(key.split("/").slice(1, 3).join("/"));
    return [...found].sort();
  }
  const daily = { hour: 0, minute: 0 };
  const restore = (moment: string) => script(restoreScript, backupCandidates(new Date(moment), daily));

  test("a week begins with a full one, days build on it, and a repeated job makes nothing twice", async () => {
    readings("2026-11-18", 100);
    // A Wednesday: the first of its week is full whatever the day.
    expect(backup("2026-11-18").stdout).toContain("BACKUP_CREATED");
    readings("2026-11-19", 10);
    expect(backup("2026-11-19").stdout).toContain("BACKUP_CREATED");
    expect(backup("2026-11-19").stdout).toContain("today's backup exists");
    readings("2026-11-23", 1000);
    expect(backup("2026-11-23").stdout).toContain("BACKUP_CREATED");
    expect(backup("2026-11-23").stdout).toContain("today's full backup exists");
    readings("2026-11-24", 10_000);
    expect(backup("2026-11-24").stdout).toContain("BACKUP_CREATED");
    expect(await folders()).toEqual([
      "2026-W47/2026-11-18-full",
      "2026-W47/2026-11-19",
      "2026-W48/2026-11-23-full",
      "2026-W48/2026-11-24",
    ]);
  }, 600_000);

  test("a moment brings back what was there at the last backup by then, and readings go on once", () => {
    readings("2026-11-25", 7);
    const restored = restore("2026-11-22T12:00:00Z");
    expect(restored.stderr).toBe("");
    expect(restored.stdout).toContain("Backup 2026-W47/2026-11-19\n");
    expect(restored.stdout).toMatch(/Readings: 110\n$/);
    expect(sql("SELECT count() FROM rollout_before_restore.raw")).toBe("11117");
    readings("2026-11-26", 60);
    expect(sql("SELECT sum(samples) FROM rollout.rollup_day")).toBe("170");
    expect(sql("SELECT sum(samples) FROM rollout_before_restore.rollup_day")).toBe("11117");
  }, 600_000);

  test("another moment may follow: what was there before the first is still set aside", () => {
    expect(restore("2026-11-24T12:00:00Z").stdout).toMatch(
      /Backup 2026-W48\/2026-11-24\n[\s\S]*Readings: 11110\n$/,
    );
    expect(sql("SELECT count() FROM rollout_before_restore.raw")).toBe("11117");
    const early = backupCandidates(new Date("2026-11-17T12:00:00Z"), daily);
    const none = script(restoreScript, early.slice(0, 2));
    expect([none.status, none.stderr.trim()]).toEqual([1, "No backup was found for that moment."]);
    expect(sql("SELECT count() FROM rollout.raw")).toBe("11110");
  }, 600_000);

  test("a week goes as a whole once its last day is past the retention, and the others stay whole", async () => {
    expect(await expireBackups(store(), 35, new Date("2026-12-27T23:59:59Z"))).toEqual([]);
    expect(await expireBackups(store(), 35, new Date("2026-12-28T00:00:00Z"))).toEqual(["2026-W47"]);
    expect(await folders()).toEqual(["2026-W48/2026-11-23-full", "2026-W48/2026-11-24"]);
    expect(restore("2026-11-24T12:00:00Z").stdout).toMatch(/Readings: 11110\n$/);
  }, 600_000);

  test("the program that removes them takes the file's destination and retention, and the Secret's key", async () => {
    const put = (key: string) =>
      new AwsClient({ ...credentials, region: "us-east-1", service: "s3" }).fetch(
        `${endpoint}/${bucket}/${key}`,
        {
          method: "PUT",
          body: "1",
        },
      );
    for (const week of ["2020-W01", "2199-W01"]) await put(`time-series-store/${week}/first-full/.backup`);
    await put("relational-store/base/20200101T000000/data.tar");
    const country = structuredClone(loadCountry(countryFile("za")).country) as ChangeableCountry;
    country.hosting.backup.destination = { endpoint, bucket, country: "ZA", credentialsSecret: "any" };
    const context = {
      localisation: { country },
      log: pino({ level: "silent" }),
    } as unknown as ProgramContext;
    const secrets = join(folder, "secrets");
    await expect(runBackupExpiry(context, secrets)).rejects.toThrow(/accessKeyId can't be read: ENOENT/);
    mkdirSync(secrets);
    for (const [name, value] of Object.entries(credentials)) writeFileSync(join(secrets, name), `${value}\n`);
    const { finished } = await runBackupExpiry(context, secrets);
    await finished;
    const left = await folders();
    expect(left).not.toContain("2020-W01/first-full");
    expect(left).toContain("2199-W01/first-full");
    const relational: string[] = [];
    for await (const key of store().list("relational-store/")) relational.push(key);
    expect(relational).toHaveLength(1);
  });

  test("a store that refuses or is not there is named, without the key", async () => {
    const wrong = new ObjectStore({ endpoint, bucket: "nobodys-bucket", ...credentials });
    await expect(expireBackups(wrong, 35, new Date())).rejects.toThrow(
      /nobodys-bucket refuses GET: HTTP 404 NoSuchBucket/,
    );
    const away = new ObjectStore({ endpoint: "http://127.0.0.1:1", bucket, ...credentials });
    const failure = await expireBackups(away, 35, new Date()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EnvironmentError);
    expect(String(failure)).not.toContain("secret");
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
