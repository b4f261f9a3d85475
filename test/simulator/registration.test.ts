import { join } from "node:path";
import { count, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loginCheck } from "../../apps/broker/login.ts";
import { planFactories } from "../../apps/simulator/factories.ts";
import { registerFactories } from "../../apps/simulator/registration.ts";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { registerCompany } from "../../stores/relational/companies.ts";
import type { RelationalStore } from "../../stores/relational/database.ts";
import { company, credential, machine } from "../../stores/relational/schema.ts";
import { openEmptyRelational } from "../stores/empty-relational.ts";

const { country } = loadCountry(join(packageRoot, "countries", "za.yaml"));
let store: RelationalStore;
beforeAll(async () => {
  store = await openEmptyRelational();
});
afterAll(() => store.close());

test("factories are registered once, marked as simulated, with passwords of the last start only", async () => {
  const { database } = store;
  const factories = planFactories(country, { companies: 300, seed: 1 });
  const first = await registerFactories(database, factories);
  const second = await registerFactories(database, factories);
  expect(second.length).toBe(factories.flatMap((factory) => factory.machines).length);
  expect(await database.$count(machine)).toBe(second.length);
  expect(await database.$count(credential)).toBe(second.length);
  expect(await database.select({ all: count() }).from(company).where(eq(company.simulated, true))).toEqual([
    { all: 300 },
  ]);
  const logins = loginCheck(database);
  const { username, password } = second.at(-1)!;
  const { company: companyId, site, machine: machineId } = second.at(-1)!;
  expect(await logins.check(username, password)).toMatchObject({
    company: companyId,
    site,
    machine: machineId,
  });
  expect(await logins.check(username, first.at(-1)!.password)).toBeUndefined();
  const passwords = [...first, ...second].map((registered) => registered.password);
  expect(new Set(passwords).size).toBe(passwords.length);
});

test("a later plan updates a factory", async () => {
  const { database } = store;
  const [factory] = planFactories(country, { companies: 1, seed: 1 });
  await registerFactories(database, [{ ...factory!, name: "Factory 01 (renamed)", sizeBand: "medium" }]);
  const [row] = await database.select().from(company).where(eq(company.id, factory!.id));
  expect(row).toMatchObject({ name: "Factory 01 (renamed)", sizeBand: "medium", simulated: true });
});

test("a real company of the same id is not changed, and nothing is registered", async () => {
  const { database } = store;
  const id = await registerCompany(database, {
    name: "Simulated 9001",
    sector: "25",
    sizeBand: "small",
    simulated: false,
  });
  const factories = planFactories(country, { companies: 2, seed: 3 }).map((factory, index) => ({
    ...factory,
    id: index === 0 ? "simulated-9000" : id,
    machines: factory.machines.map((planned) => ({
      ...planned,
      company: index === 0 ? "simulated-9000" : id,
    })),
  }));
  await expect(registerFactories(database, factories)).rejects.toThrow(/simulated-9001.*real/);
  expect(await database.$count(company, eq(company.id, "simulated-9000"))).toBe(0);
  const [row] = await database.select().from(company).where(eq(company.id, id));
  expect(row).toMatchObject({ name: "Simulated 9001", simulated: false });
});
