/** The relational store over several starts. */

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { eq } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { revokeLogin } from "../../apps/diagnostic/connect/machine-logins.ts";
import { EnvironmentError } from "../../base/kit-error.ts";
import {
  addSite,
  issueCredential,
  newCredential,
  registerCompany,
} from "../../stores/relational/companies.ts";
import { openRelationalStore } from "../../stores/relational/database.ts";
import { migrationsFolder } from "../../stores/relational/migrations.ts";
import { company, credential, loginChange } from "../../stores/relational/schema.ts";
import { openEmptyRelational } from "./empty-relational.ts";

const parent = mkdtempSync(join(tmpdir(), "relational test "));
const folder = join(parent, "relational");
afterAll(() => rmSync(parent, { recursive: true, force: true }));

test("a second start finds the same, and one of an older version is refused", async () => {
  let store = await openRelationalStore(folder);
  await registerCompany(store.database, {
    name: "Müller & Söhne",
    sector: "25",
    sizeBand: "small",
    simulated: false,
  });
  await store.close();
  store = await openRelationalStore(folder);
  expect((await store.database.select().from(company)).map(({ id }) => id)).toEqual(["muller-sohne"]);
  await store.database.execute(
    "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('later', 9999999999999)",
  );
  await store.close();
  await expect(openRelationalStore(folder)).rejects.toThrow(EnvironmentError);
  // Refused again in the same way: the first refusal has released the folder.
  await expect(openRelationalStore(folder)).rejects.toThrow(EnvironmentError);
});

test("names with the same id get different ones, and a login's second password replaces the first", async () => {
  const store = await openRelationalStore();
  const values = { name: "Çelik İş", sector: "25", sizeBand: "small", simulated: false };
  const ids = await Promise.all([1, 2, 3].map(() => registerCompany(store.database, values)));
  expect(new Set(ids).size).toBe(3);
  expect(ids.filter((id) => /^celik-is(-[0-9a-f]{6})?$/.test(id))).toHaveLength(3);
  const first = await issueCredential(store.database, { company: ids[0]! });
  const second = await issueCredential(store.database, { company: ids[0]! });
  expect(second.username).toBe(first.username);
  expect(second.password).not.toBe(first.password);
  const rows = await store.database.select().from(credential);
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(second.password);
  await store.close();
});

test("a machine's password is random, of 32 characters, and stored as its SHA-256 alone", () => {
  const made = Array.from({ length: 100 }, () =>
    newCredential({ company: "acme", site: "hall", machine: "lathe" }),
  );
  expect(new Set(made.map(({ password }) => password)).size).toBe(100);
  for (const { password, row } of made) {
    expect(password).toMatch(/^[\w-]{32}$/);
    expect(row.passwordHash).toBe(createHash("sha256").update(password).digest("hex"));
    expect(JSON.stringify(row)).not.toContain(password);
  }
});

test("accounts of an older version: each company's first is its owner, and of several links the newest stays", async () => {
  const client = await PGlite.create();
  const migrations = readdirSync(migrationsFolder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const owners = migrations.indexOf("0004_owners_and_links.sql");
  const run = async (names: readonly string[]) => {
    for (const name of names) await client.exec(readFileSync(join(migrationsFolder, name), "utf8"));
  };
  await run(migrations.slice(0, owners));
  await client.exec(`
    INSERT INTO company (id, name, sector, size_band) VALUES ('one', 'One', '25', 'small'), ('two', 'Two', '25', 'small');
    INSERT INTO account (email, password_hash, role, company_id, language, created_at) VALUES
      ('second@one.test', 'x', 'company', 'one', 'en', '2026-02-01'), ('first@one.test', 'x', 'company', 'one', 'en', '2026-01-01'),
      ('only@two.test', 'x', 'company', 'two', 'en', '2026-03-01'), ('office@ministry.test', 'x', 'ministry', NULL, 'en', '2025-01-01');
    INSERT INTO entry_link (token_hash, account_id, destination, expires_at)
      SELECT link, id, '/', expires::timestamptz FROM account,
        (VALUES ('older', '2026-05-01'), ('newer', '2026-05-02')) AS links (link, expires) WHERE email = 'only@two.test';
  `);
  await run(migrations.slice(owners));
  const { rows } = await client.query("SELECT email FROM account WHERE is_owner ORDER BY email");
  expect(rows).toEqual([{ email: "first@one.test" }, { email: "only@two.test" }]);
  expect((await client.query("SELECT token_hash FROM entry_link")).rows).toEqual([{ token_hash: "newer" }]);
  await client.close();
});

test("each change of a login's password is recorded until its connections are ended, however the change is made", async () => {
  const store = await openEmptyRelational();
  const { database } = store;
  const recorded = async () => {
    const rows = await database.delete(loginChange).returning();
    return rows.map(({ username }) => username).sort();
  };
  const values = { name: "Acme", sector: "25", sizeBand: "small", simulated: false };
  const acme = await registerCompany(database, values);
  await addSite(database, acme, "plant");
  const lathe = { company: acme, site: "plant", machine: "lathe" };
  const { username } = await issueCredential(database, lathe);
  await issueCredential(database, { company: acme });
  expect(await recorded()).toEqual([]);
  await issueCredential(database, lathe);
  expect(await recorded()).toEqual([username]);
  await revokeLogin(database, lathe);
  expect(await recorded()).toEqual([username]);
  await revokeLogin(database, lathe);
  expect(await recorded()).toEqual([]);
  const undone = database.transaction(async (transaction) => {
    await issueCredential(transaction, lathe);
    transaction.rollback();
  });
  await expect(undone).rejects.toThrow();
  expect(await recorded()).toEqual([]);
  await database.delete(company).where(eq(company.id, acme));
  expect(await recorded()).toEqual([acme, username]);
  await store.close();
});
