/**
 * The scripts that back a cluster's time-series store up and bring it back, on the engine in the process and an
 * S3-compatible server over HTTPS: whom they trust, chains of days over weeks, repeated jobs, what is past its time, and
 * readings after a restore.
 */

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
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
import { TestAuthority } from "../data-path/certificates.ts";
import { type ChangeableCountry, countryFile } from "../plan/planned.ts";
import { bucket, credentials, type ObjectStoreServer, startObjectStore } from "./object-store-server.ts";

const hasServer = spawnSync("moto_server", ["--help"]).status === 0;
if (!hasServer) console.log("Skipped: no S3-compatible server here (pip install 'moto[server]').");

const stackFolder = "za-production/rollout";
const backupFolder = `${stackFolder}/time-series-store`;

describe.skipIf(!hasServer)("backups of a cluster's time-series store", () => {
  const publicAuthorities = getCACertificates("default");
  let folder: string;
  let server: ObjectStoreServer;
  /** Certificate of the store's pods, of the stack's own authority. */
  let certificates: string;
  const engines: ChildProcess[] = [];
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "rollout-cluster-backup-"));
    server = await startObjectStore(join(folder, "object-store"));
    certificates = join(folder, "certificates");
    await (await TestAuthority.make()).issue(certificates, "time-series-store", ["localhost"]);
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
    environment = await startEngine("engine", { SSL_CERT_FILE: server.authorityFile });
    sql("CREATE DATABASE rollout");
    const migrations = readFileSync(
      join(packageRoot, "stores/time-series/migrations/0001_readings.sql"),
      "utf8",
    );
    for (const statement of migrations.replaceAll("{{timezone}}", "Africa/Johannesburg").split(/^;$/m))
      sql(statement);
  }, 600_000);
  afterAll(() => {
    for (const engine of engines) engine.kill("SIGKILL");
    server?.stop();
    setDefaultCACertificates(publicAuthorities);
    rmSync(folder, { recursive: true, force: true });
  });

  /** @returns the environment of the scripts that use it. */
  async function startEngine(name: string, trust: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
    const own = join(folder, name);
    const engine = spawn(
      process.execPath,
      [join(import.meta.dirname, "engine-server.ts"), own, `${server.endpoint}/${bucket}/`, certificates],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env: {
          PATH: process.env.PATH,
          BACKUP_ACCESS_KEY_ID: credentials.accessKeyId,
          BACKUP_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          BACKUP_KEY: Buffer.alloc(32, 7).toString("base64"),
          CLUSTER_SECRET: "secret",
          ...trust,
        },
      },
    );
    engines.push(engine);
    await once(engine.stdout, "data");
    return { PATH: `${folder}:${process.env.PATH}`, ENGINE_FOLDER: own, BACKUP_FOLDER: backupFolder };
  }

  const sql = (query: string, env = environment) =>
    execFileSync(join(folder, "clickhouse-client"), ["--query", query], { env, encoding: "utf8" }).trim();
  const readings = (day: string, count: number) =>
    sql(
      `INSERT INTO rollout.raw SELECT 'c1', 's1', 'm1', 'power', toDateTime64('${day} 10:00:00', 3, 'UTC') + number, number, '', now64(3) FROM numbers(${count})`,
    );
  const script = (text: string, parameters: readonly string[], today = "", env = environment) =>
    spawnSync("/bin/sh", ["-c", text, "sh", ...parameters], {
      env: { ...env, TODAY: today },
      encoding: "utf8",
    });
  const backup = (today: string, env = environment) => script(backupScript, [], today, env);
  const store = () => new ObjectStore({ endpoint: server.endpoint, bucket, ...credentials });
  async function folders(): Promise<string[]> {
    const found = new Set<string>();
    for await (const key of store().list(`${backupFolder}/`))
      found.add(
        key
          .slice(backupFolder.length + 1)
          .split("/")
          .slice(0, 2)
          .join("/"),
      );
    return [...found].sort();
  }
  const daily = { hour: 0, minute: 0 };
  const restore = (moment: string) => script(restoreScript, backupCandidates(new Date(moment), daily));

  function contextOf(more: { authority?: string }): ProgramContext {
    const country = structuredClone(loadCountry(countryFile("za")).country) as ChangeableCountry;
    country.hosting.backup.destination = {
      endpoint: server.endpoint,
      bucket,
      folder: stackFolder,
      country: "ZA",
      credentialsSecret: "any",
      ...more,
    };
    return { localisation: { country }, log: pino({ level: "silent" }) } as unknown as ProgramContext;
  }
  function writeSecrets(name: string): string {
    const secrets = join(folder, name);
    mkdirSync(secrets);
    for (const [key, value] of Object.entries(credentials)) writeFileSync(join(secrets, key), `${value}\n`);
    return secrets;
  }

  // The first, because what it trusts holds for the process.
  test("the program that removes old ones trusts the authority that the file names, and without it refuses the store", async () => {
    const secrets = writeSecrets("first-secrets");
    const refused = await runBackupExpiry(contextOf({}), secrets);
    await expect(refused.finished).rejects.toThrow(/can't be reached: .*certificate/);
    const { finished } = await runBackupExpiry(contextOf({ authority: server.authority }), secrets);
    await finished;
    const fingerprints = (authorities: readonly string[]) =>
      authorities.map((pem) => new X509Certificate(pem).fingerprint256);
    const trusted = new Set(fingerprints(getCACertificates("default")));
    const lost = fingerprints([...publicAuthorities, server.authority]).filter((one) => !trusted.has(one));
    expect(lost).toEqual([]);
  }, 60_000);

  test("the store writes to one whose authority the file names or the image has, and to no other", async () => {
    const probe = (env: NodeJS.ProcessEnv) =>
      spawnSync(
        join(folder, "clickhouse-client"),
        ["--query", `BACKUP DATABASE default TO Disk('backups', 'probe/${env.ENGINE_FOLDER}/')`],
        { env, encoding: "utf8" },
      );
    const image = { SSL_CERT_DIR: server.authorityFolder };
    const other = join(certificates, "ca.crt");
    const names = async (name: string, trust: NodeJS.ProcessEnv) => {
      const env = await startEngine(name, trust);
      sql("CREATE TABLE default.one (a Int8) ENGINE = MergeTree ORDER BY a", env);
      return probe(env);
    };
    expect((await names("trusts-nobody", {})).stderr).toContain("certificate verify failed");
    // The stack's own authority alone, which it always trusts.
    expect((await names("trusts-another", { SSL_CERT_FILE: other })).stderr).toContain(
      "certificate verify failed",
    );
    expect((await names("trusts-named", { SSL_CERT_FILE: server.authorityFile })).stdout).toContain(
      "BACKUP_CREATED",
    );
    expect((await names("trusts-image", image)).stdout).toContain("BACKUP_CREATED");
    expect((await names("trusts-both", { ...image, SSL_CERT_FILE: other })).stdout).toContain(
      "BACKUP_CREATED",
    );
  }, 120_000);

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
    expect(await expireBackups(store(), backupFolder, 35, new Date("2026-12-27T23:59:59Z"))).toEqual([]);
    expect(await expireBackups(store(), backupFolder, 35, new Date("2026-12-28T00:00:00Z"))).toEqual([
      "2026-W47",
    ]);
    expect(await folders()).toEqual(["2026-W48/2026-11-23-full", "2026-W48/2026-11-24"]);
    expect(restore("2026-11-24T12:00:00Z").stdout).toMatch(/Readings: 11110\n$/);
  }, 600_000);

  test("the program that removes them takes the file's destination and retention, and the Secret's key", async () => {
    for (const week of ["2020-W01", "2199-W01"])
      await server.put(`${backupFolder}/${week}/first-full/.backup`);
    await server.put(`${stackFolder}/relational-store/base/20200101T000000/data.tar`);
    const context = contextOf({ authority: server.authority });
    await expect(runBackupExpiry(context, join(folder, "none"))).rejects.toThrow(
      /accessKeyId can't be read: ENOENT/,
    );
    const secrets = writeSecrets("secrets");
    const { finished } = await runBackupExpiry(context, secrets);
    await finished;
    const left = await folders();
    expect(left).not.toContain("2020-W01/first-full");
    expect(left).toContain("2199-W01/first-full");
    const relational: string[] = [];
    for await (const key of store().list(`${stackFolder}/relational-store/`)) relational.push(key);
    expect(relational).toHaveLength(1);
  });

  test("a backup that another stack made, or that was never finished, is no success", async () => {
    const other = await startEngine("other-stack", { SSL_CERT_FILE: server.authorityFile });
    sql("CREATE DATABASE rollout", other);
    sql("CREATE TABLE rollout.raw (a Int8) ENGINE = MergeTree ORDER BY a", other);
    // A Monday.
    expect(backup("2026-11-30", other).stdout).toContain("BACKUP_CREATED");
    const found = backup("2026-11-30");
    expect(found.status).toBe(1);
    expect(found.stdout).toBe("");
    expect(found.stderr).toMatch(
      /^za-production\/rollout\/time-series-store\/2026-W49\/2026-11-30-full\/ holds a backup that this store did not make\. .*hosting\.backup\.destination\.folder.* Nothing was backed up\.\n$/,
    );
    // A folder of its own.
    const own = { ...environment, BACKUP_FOLDER: "za-staging/rollout/time-series-store" };
    expect(backup("2026-11-30", own).stdout).toContain("BACKUP_CREATED");
    await server.put(`${backupFolder}/2026-W50/2026-12-07-full/.lock`);
    const unfinished = backup("2026-12-07");
    expect(unfinished.status).toBe(1);
    expect(unfinished.stderr).toMatch(/2026-12-07-full\/ holds a backup that was never finished/);
    // The next day needs nothing of it.
    expect(backup("2026-12-08").stdout).toContain("BACKUP_CREATED");
    expect(await folders()).toContain("2026-W50/2026-12-08-full");
  }, 600_000);

  test("a store that refuses or is not there is named, without the key", async () => {
    const wrong = new ObjectStore({ endpoint: server.endpoint, bucket: "nobodys-bucket", ...credentials });
    await expect(expireBackups(wrong, backupFolder, 35, new Date())).rejects.toThrow(
      /nobodys-bucket refuses GET: HTTP 404 NoSuchBucket/,
    );
    const away = new ObjectStore({ endpoint: "http://127.0.0.1:1", bucket, ...credentials });
    const failure = await expireBackups(away, backupFolder, 35, new Date()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EnvironmentError);
    expect(String(failure)).not.toContain("secret");
  });
});
