/**
 * The programs of a cluster as processes over a real PostgreSQL and ClickHouse's interface: the migration, and which
 * replica of analytics computes. Skipped where Debian's package `postgresql` is missing.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Connections } from "../../apps/program/connections.ts";
import { addMachine, addSite, registerCompany } from "../../stores/relational/companies.ts";
import { openPostgres, type PostgresStore } from "../../stores/relational/postgres.ts";
import { company } from "../../stores/relational/schema.ts";
import { type ServerUnderTest, serverUnderTest } from "../cluster/clickhouse/under-test.ts";
import { TestAuthority } from "../data-path/certificates.ts";
import { timeSeriesRowsWith } from "../erasure/every-row.ts";
import { rollout } from "../stack/running-stack.ts";
import { insertRaw, rowsOf } from "../stores/rows.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "./postgres.ts";
import { ProgramProcess, someConnections, writeConnections, writeLocalisation } from "./program-process.ts";

const isMissing = postgresPrograms() === undefined;

const name = "over PostgreSQL (skipped where Debian's package postgresql is missing)";

describe.skipIf(isMissing)(name, { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  const localisation = writeLocalisation(join(folder, "localisation"));
  const running: ProgramProcess[] = [];
  /** What the programs did to the time-series store since the test began. */
  const queries: { user: string; query: string }[] = [];
  let server: ServerUnderTest;
  let postgres: TestPostgres;
  let relational: PostgresStore;

  beforeAll(async () => {
    server = await serverUnderTest({ onQuery: (user, query) => void queries.push({ user, query }) });
    postgres = await startPostgres(server.authority);
    relational = openPostgres({ ...postgres.options("test"), onIdleError: () => {} });
  });
  afterEach(async () => {
    for (const program of running.splice(0)) await program.stop("SIGKILL");
    queries.length = 0;
  });
  afterAll(async () => {
    await relational?.close();
    await postgres?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** @returns the folder with the program's connections. */
  async function connectionsOf(program: string): Promise<string> {
    const own = join(folder, program);
    await server.authority.issue(own, program);
    const some = someConnections(own);
    const connections: Connections = {
      ...some,
      timeSeries: { ...some.timeSeries, url: server.url },
      relational: { ...some.relational, ...postgres.files, port: postgres.port },
    };
    return writeConnections(join(folder, `${program}-connections`), connections);
  }

  async function run(program: string): Promise<ProgramProcess> {
    const process = new ProgramProcess(program, { connections: await connectionsOf(program), localisation });
    running.push(process);
    return process;
  }

  const leads = (program: ProgramProcess) => program.metric("rollout_analytics_leader");

  test("two migrations at once migrate both stores once, and both succeed; a third finds nothing to do", async () => {
    const programs = [await run("migration"), await run("migration")];
    expect(await Promise.all(programs.map((program) => program.ended()))).toEqual([0, 0]);
    for (const { log } of programs)
      expect(log.map(({ msg }) => msg)).toEqual(
        expect.arrayContaining([
          "the relational store is of this version",
          "the time-series store is of this version",
        ]),
      );
    expect(await relational.version()).toBe("same");
    const client = await server.client("migration");
    const repeated = await rowsOf(
      client,
      "SELECT version, statement FROM migration GROUP BY version, statement HAVING count() > 1",
    );
    expect(repeated).toEqual([]);
    queries.length = 0;
    expect(await (await run("migration")).ended()).toBe(0);
    expect(queries.filter(({ query }) => /^(ALTER|INSERT|DROP)/.test(query))).toEqual([]);
  });

  test("a store of a newer version is left unchanged, with one readable line", async () => {
    await relational.database.execute(
      "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('later', 9999999999999)",
    );
    try {
      const program = await run("migration");
      expect(await program.ended()).toBe(2);
      expect(program.errors).toContain("was written by a newer version of the kit");
    } finally {
      await relational.database.execute("DELETE FROM drizzle.__drizzle_migrations WHERE hash = 'later'");
    }
  });

  test("of two replicas of analytics one computes, and the other takes over when it is killed", async () => {
    const { database } = relational;
    const id = await registerCompany(database, {
      name: "Acme",
      sector: "25",
      sizeBand: "small",
      simulated: false,
    });
    const site = await addSite(database, id, "Plant");
    const machine = await addMachine(database, {
      company: id,
      site,
      name: "Lathe",
      kind: "lathe",
      plannedRunTimePerItem: 30,
    });
    const ingest = await server.client("ingest");
    const now = Date.now();
    await insertRaw(ingest, [
      { company: id, machine, channel: "state", time: now - 60_000, number: null, text: "producing" },
      { company: id, machine, channel: "produced", time: now - 30_000, number: 7 },
    ]);
    const first = await run("analytics");
    await first.until("it leads", async () => (await leads(first)) === 1);
    const second = await run("analytics");
    await second.line("running");
    expect(await leads(second)).toBe(0);
    await first.until(
      "it has computed",
      async () => (await first.metric("rollout_analytics_run_shifts")) !== undefined,
    );
    expect((await second.get("/ready")).status).toBe(200);
    await first.stop("SIGKILL");
    await second.until("it leads", async () => (await leads(second)) === 1);
    await second.until(
      "it has computed",
      async () => (await second.metric("rollout_analytics_last_run_timestamp_seconds")) !== undefined,
    );
    expect(await second.metric("rollout_analytics_failing")).toBe(0);
    expect(await second.stop()).toBe(0);
  });

  test("a company that is erased in a pod is gone once analytics has removed its rows, and again after a restore", async () => {
    const { database } = relational;
    const fill = async () => {
      await database
        .insert(company)
        .values({ id: "zubrowka", name: "Zubrowka", sector: "25", sizeBand: "small" });
      await insertRaw(await server.client("ingest"), [{ company: "zubrowka", time: Date.now() - 60_000 }]);
    };
    const left = async () => [
      await database.$count(company, eq(company.id, "zubrowka")),
      (await timeSeriesRowsWith(await server.client("migration"), "zubrowka")).raw_local,
    ];
    await fill();
    await fillOther();
    const analytics = await run("analytics");
    const pod = ["--connections", await connectionsOf("diagnostic"), "--localisation", localisation];
    const erased = await rollout(
      "erase",
      "company",
      "Zubrowka",
      "--yes",
      "--by",
      "the officer",
      "--json",
      ...pod,
    );
    expect(erased.errors).toBe("");
    expect(JSON.parse(erased.output)).toMatchObject({ removed: { company: 1, raw: 1 } });
    await analytics.line("an erasure ended");
    expect(await left()).toEqual([0, 0]);
    const listed = await rollout("erase", "--list", "--json", ...pod);
    expect(JSON.parse(listed.output).erasures).toMatchObject([{ kind: "company", orderedBy: "the officer" }]);
    await analytics.stop();

    // As the restore leaves it: both stores of before, and the records aside.
    await fill();
    await database.execute("CREATE SCHEMA before_restore; ALTER TABLE erasure SET SCHEMA before_restore");
    await database.execute("CREATE TABLE erasure (LIKE before_restore.erasure INCLUDING ALL)");
    const migration = await run("migration");
    expect(await migration.ended()).toBe(0);
    expect(await left()).toEqual([0, 0]);
    expect(migration.log).toContainEqual(
      expect.objectContaining({ msg: "erased again", companies: 1, people: 0 }),
    );
    const again = await rollout("erase", "--list", "--json", ...pod);
    expect(JSON.parse(again.output)).toEqual(JSON.parse(listed.output));
    expect((await timeSeriesRowsWith(await server.client("migration"), "neighbour")).raw_local).toBe(1);
    // Analytics waits two minutes, until no ingest takes the machines for registered any more.
  }, 900_000);

  async function fillOther(): Promise<void> {
    const values = { id: "neighbour", name: "Neighbour", sector: "25", sizeBand: "small" };
    await relational.database.insert(company).values(values);
    await insertRaw(await server.client("ingest"), [{ company: "neighbour", time: Date.now() - 60_000 }]);
  }

  test("a leader whose session the server ends stops at once, and leads again", async () => {
    const program = await run("analytics");
    await program.until("it leads", async () => (await leads(program)) === 1);
    await postgres.asSuperuser("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
    await program.line("lost the lock and leads no longer");
    await program.until(
      "it leads again",
      async () =>
        program.log.filter(({ msg }) => msg === "leads").length === 2 && (await leads(program)) === 1,
    );
  });

  test("a leader that is frozen loses the lock to another, and no longer leads when it continues", async () => {
    const frozen = await run("analytics");
    await frozen.until("it leads", async () => (await leads(frozen)) === 1);
    const successor = await run("analytics");
    await successor.line("running");
    frozen.signal("SIGSTOP");
    try {
      await successor.until("it leads", async () => (await leads(successor)) === 1);
    } finally {
      frozen.signal("SIGCONT");
    }
    await frozen.line("lost the lock and leads no longer");
    expect(await leads(frozen)).toBe(0);
    expect(await leads(successor)).toBe(1);
  });

  test("while PostgreSQL is away a replica is not ready and does not lead; it continues when it is back, with a new password", async () => {
    const program = await run("analytics");
    await program.until("it leads", async () => (await leads(program)) === 1);
    await postgres.stop();
    await program.until("it is not ready", async () => (await program.get("/ready")).status === 503);
    await program.until("it leads no longer", async () => (await leads(program)) === 0);
    expect(program.hasEnded).toBe(false);
    await postgres.start();
    await postgres.setPassword("changed");
    await program.until("it leads", async () => (await leads(program)) === 1);
    await program.until("it is ready", async () => (await program.get("/ready")).status === 200);
    expect(await program.stop()).toBe(0);
    expect(program.errors).toBe("");
  });

  test("a server of another authority is refused, and told", async () => {
    const stranger = await TestAuthority.make("CN=Somebody else");
    writeFileSync(postgres.files.authority, stranger.pem);
    const program = await run("analytics");
    const { error } = await program.line("waiting for the relational store");
    expect(error).toMatch(/certificate|self.signed/i);
    expect(await program.stop()).toBe(0);
    writeFileSync(postgres.files.authority, server.authority.pem);
  });
});
