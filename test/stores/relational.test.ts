/** The relational store over several starts. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EnvironmentError } from "../../base/kit-error.ts";
import { issueCredential, registerCompany } from "../../stores/relational/companies.ts";
import { openRelationalStore } from "../../stores/relational/database.ts";
import { company, credential } from "../../stores/relational/schema.ts";

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
