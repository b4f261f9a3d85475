/**
 * The tests of the stores, of ingest, of the key figures and of the web app once more, over a real PostgreSQL and
 * ClickHouse's interface with a cluster's tables: what holds in the process holds on a cluster.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { TestAuthority } from "../data-path/certificates.ts";
import type { TestPostgresAddress } from "../stores/open.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "./postgres.ts";

const suites = [
  "test/analytics/analytics.test.ts",
  "test/analytics/agreement.test.ts",
  "test/analytics/queries.test.ts",
  "test/analytics/timeline.test.ts",
  "test/ingest/ingest.test.ts",
  "test/stores/rollups.test.ts",
  "test/diagnostic/access.test.ts",
  "test/diagnostic/accounts.test.ts",
  "test/diagnostic/questionnaire.test.ts",
  "test/diagnostic/connect.test.ts",
  "test/diagnostic/machines.test.ts",
  "test/diagnostic/ministry.test.ts",
  "test/diagnostic/people.test.ts",
];

const name = "over a cluster's stores (skipped where Debian's package postgresql is missing)";

describe.skipIf(postgresPrograms() === undefined)(name, { timeout: 1_800_000 }, () => {
  let postgres: TestPostgres;
  let stores: TestPostgresAddress;
  beforeAll(async () => {
    const authority = await TestAuthority.make();
    postgres = await startPostgres(authority);
    await postgres.setPassword("of the tests");
    await postgres.asSuperuser("ALTER ROLE rollout CREATEDB");
    stores = { port: postgres.port, authority: authority.pem, password: "of the tests" };
  });
  afterAll(() => postgres?.close());

  test("the suites pass", async () => {
    const { CI_TESTS: _, ...environment } = process.env;
    const child = spawn(
      process.execPath,
      [join(packageRoot, "node_modules", "vitest", "vitest.mjs"), "run", "--testTimeout=300000", ...suites],
      {
        cwd: packageRoot,
        env: { ...environment, TEST_STORES: JSON.stringify(stores), NO_COLOR: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let said = "";
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    const [code] = await once(child, "exit");
    expect(code, said.slice(-20_000)).toBe(0);
    expect(said).toContain(`${suites.length} passed`);
  });
});
