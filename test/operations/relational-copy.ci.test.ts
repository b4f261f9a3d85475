/** The Job that copies a recovered PostgreSQL over the running one, on two real servers by TLS: as a whole, or not at all. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyScript } from "../../stacks/kubernetes/restore/relational-restore.ts";
import { takeKeptRecords } from "../../stores/relational/erasures.ts";
import { migratePostgres, openPostgres } from "../../stores/relational/postgres.ts";
import { TestAuthority } from "../data-path/certificates.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../programs/postgres.ts";

const bin = postgresPrograms();
if (bin === undefined) console.log("Skipped: no PostgreSQL here (apt-get install postgresql).");

describe.skipIf(bin === undefined)("the copy of a recovered relational store", () => {
  let folder: string;
  let recovered: TestPostgres;
  let running: TestPostgres;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "rollout-copy-"));
    recovered = await startPostgres(await TestAuthority.make("CN=Recovered"));
    running = await startPostgres(await TestAuthority.make("CN=Running"));
    for (const [server, companies] of [
      [recovered, ["a", "b"]],
      [running, ["b", "c", "d"]],
    ] as const) {
      await migratePostgres(server.options("migration"));
      for (const id of companies) query(server, `INSERT INTO company (${columns}) VALUES (${valuesOf(id)})`);
    }
    for (const server of [recovered, running]) record(server, "before");
    record(running, "since then");
    // As a newer version of the kit would have left it.
    query(running, "CREATE TABLE of_a_newer_version (id int)");
  }, 600_000);
  afterAll(async () => {
    await recovered?.close();
    await running?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const record = (server: TestPostgres, orderedBy: string) =>
    query(
      server,
      `INSERT INTO erasure (id, kind, salt, subject_hash, ordered_by, ordered_at, removed)
       VALUES (md5('${orderedBy}')::uuid, 'company', '', '', '${orderedBy}', now(), '{}')`,
    );
  const recordsIn = (server: TestPostgres, table: string) =>
    query(server, `SELECT string_agg(ordered_by, ',' ORDER BY ordered_by) FROM ${table}`);

  const columns = "id, name, sector, size_band";
  const valuesOf = (id: string) => `'${id}', 'Company ${id}', 'metal', 'micro'`;

  function query({ port, files }: TestPostgres, sql: string): string {
    const { stdout, stderr, status } = spawnSync(
      join(bin!, "psql"),
      [
        "--host=localhost",
        `--port=${port}`,
        "--username=rollout",
        "--tuples-only",
        "--no-align",
        `--command=${sql}`,
        "rollout",
      ],
      {
        env: {
          PGPASSWORD: readFileSync(files.password, "utf8").trim(),
          PGSSLMODE: "verify-full",
          PGSSLROOTCERT: files.authority,
        },
        encoding: "utf8",
      },
    );
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }
  const companies = (server: TestPostgres) =>
    query(server, "SELECT string_agg(id, ',' ORDER BY id) FROM company");

  function copy(source: TestPostgres, target: TestPostgres, changes: Record<string, string> = {}) {
    const work = mkdtempSync(join(folder, "work-"));
    const end = (side: string, { port, files }: TestPostgres) => ({
      [`${side}_HOST`]: "localhost",
      [`${side}_PORT`]: String(port),
      [`${side}_USER`]: "rollout",
      [`${side}_PASSWORD`]: readFileSync(files.password, "utf8").trim(),
      [`${side}_AUTHORITY`]: files.authority,
    });
    return spawnSync("/bin/sh", ["-c", copyScript], {
      encoding: "utf8",
      env: {
        PATH: `${bin}:/usr/bin:/bin`,
        DATABASE: "rollout",
        FOLDER: work,
        PGSSLMODE: "verify-full",
        ...end("SOURCE", source),
        ...end("TARGET", target),
        ...changes,
      },
    });
  }

  test("leaves the running one as it is when a login, an authority or the dump is wrong", () => {
    expect(copy(recovered, running, { SOURCE_PASSWORD: "wrong" }).stderr).toContain(
      "password authentication failed",
    );
    expect(copy(recovered, running, { TARGET_AUTHORITY: recovered.files.authority }).stderr).toContain(
      "certificate verify failed",
    );
    // A dump that breaks off in the middle, as from a server that dies.
    const broken = join(folder, "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "pg_dump"), `#!/bin/sh\n"${bin}/pg_dump" "$@" | head -n 60\nexit 1\n`);
    chmodSync(join(broken, "pg_dump"), 0o755);
    expect(copy(recovered, running, { PATH: `${broken}:${bin}:/usr/bin:/bin` }).status).not.toBe(0);
    writeFileSync(join(broken, "pg_dump"), `#!/bin/sh\n"${bin}/pg_dump" "$@"\necho 'SELECT 1/0;'\n`);
    expect(copy(recovered, running, { PATH: `${broken}:${bin}:/usr/bin:/bin` }).stderr).toContain(
      "division by zero",
    );
    expect(companies(running)).toBe("b,c,d");
    expect(query(running, "SELECT to_regclass('of_a_newer_version')")).toBe("of_a_newer_version");
  });

  test("makes the running one what the recovered one is, so that the migration goes on from there", async () => {
    const copied = copy(recovered, running);
    expect([copied.status, copied.stderr]).toEqual([0, ""]);
    expect(companies(running)).toBe("a,b");
    expect(query(running, "SELECT to_regclass('of_a_newer_version')")).toBe("");
    // Run again, as after a failure: what was erased since is known still.
    expect(copy(recovered, running)).toMatchObject({ status: 0, stderr: "" });
    expect(recordsIn(running, "erasure")).toBe("before");
    const { database, close } = openPostgres({ ...running.options("test"), onIdleError: () => {} });
    await takeKeptRecords(database);
    await takeKeptRecords(database);
    await close();
    expect(recordsIn(running, "erasure")).toBe("before,since then");
    await migratePostgres(running.options("migration"));
    query(running, `INSERT INTO company (${columns}) VALUES (${valuesOf("e")})`);
    // And a restore of what was restored.
    expect(copy(running, recovered)).toMatchObject({ status: 0, stderr: "" });
    expect(companies(recovered)).toBe("a,b,e");
  });
});
