/** A company and a person are erased in both stores: in every table, for good, and nobody else's rows. */
import { eq, like } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createAccount,
  createAccountForLink,
  createEntryLink,
  signedInBy,
  startSession,
} from "../../apps/diagnostic/accounts/accounts.ts";
import { ForeignTopics } from "../../apps/diagnostic/connect/foreign-topics.ts";
import { saveAnswers, startAssessment } from "../../apps/diagnostic/questionnaire/assessments.ts";
import { eraseAgain, finishErasures } from "../../apps/erasure/erase.ts";
import { StoreErasures } from "../../apps/erasure/erasures.ts";
import { Ingest } from "../../apps/ingest/ingest.ts";
import { MachineRegistry } from "../../apps/ingest/machine-registry.ts";
import { registerCompany } from "../../stores/relational/companies.ts";
import { addErasureRecords, erasureRecords, unfinishedErasures } from "../../stores/relational/erasures.ts";
import { account, erasure, loginChange } from "../../stores/relational/schema.ts";
import { deleteCompanyRows } from "../../stores/time-series/company-rows.ts";
import { countryWith } from "../analytics/country.ts";
import { Stores } from "../analytics/stores.ts";
import { registerTestCompany } from "../broker/data-path.ts";
import { rowsOf } from "../stores/rows.ts";
import { relationalRowsWith, timeSeriesRowsWith } from "./every-row.ts";

const country = countryWith();
let stores: Stores;
beforeAll(async () => {
  stores = await Stores.open(country);
});
afterAll(() => stores.close());

/** They hold nothing of a company: versions, progress, attempts by hash, health of programs, and records of erasures. */
const exempt = ["attempt", "erasure", "program_state", "analytics_progress", "migration"];
const now = Date.now();
const minute = 60_000;
const log = { warn: () => undefined, info: () => undefined };

function database() {
  return stores.relational.database;
}

function erasureStores() {
  const { analytics: client, layout } = stores.timeSeries;
  const deleteRows = (company: string) => deleteCompanyRows(client, company, layout);
  return { database: database(), client, layout, deleteRows };
}

function erasures() {
  const finish = async () => void (await finishErasures(erasureStores()));
  return new StoreErasures({ ...erasureStores(), copies: () => [], finish });
}

async function eraseCompany(id: string): Promise<void> {
  const { toErase } = await erasures().describe("company", id);
  await erasures().erase(toErase, "the test");
}

async function ingested(company: string, ingest: Ingest): Promise<void> {
  const send = (channel: string, payload: unknown, machine = "lathe") =>
    new Promise<void>((resolve, reject) =>
      ingest.accept(
        {
          company,
          topic: `sme/v1/${company}/plant/${machine}/${channel}`,
          payload: Buffer.from(JSON.stringify(payload)),
          redelivered: false,
        },
        (error) => (error === undefined ? resolve() : reject(error)),
      ),
    );
  await send("state", { t: now - 5 * minute, v: "producing" });
  // A single reading far above its neighbours is left out of the key figures.
  const counts = [1, 2, 900_000, 3, 4];
  await send(
    "produced",
    counts.map((v, index) => ({ t: now - (5 - index) * minute, v })),
  );
  await send("temperature", { v: 1 });
  await send("temperature", { v: 1, t: now }, "unknown-machine");
}

/** With rows in every table of both stores. */
async function fill(name: string) {
  const { company } = await registerTestCompany(database(), name);
  await database().insert(loginChange).values({ username: company });
  const email = `owner@${company}.example`;
  const owner = (await createAccount(database(), {
    email,
    password: "correct horse battery",
    role: "company",
    company,
    language: "en",
  }))!;
  const ownerSession = await startSession(database(), owner);
  await createEntryLink(database(), owner, "/account");
  const assessment = await startAssessment(database(), company);
  await saveAnswers(database(), assessment.id, [
    { question: "energy-metering", level: 3, answeredAt: new Date() },
  ]);
  const ingest = await Ingest.open({
    client: stores.timeSeries.writer,
    country,
    registry: new MachineRegistry(database()),
    log,
  });
  await ingested(company, ingest);
  await ingest.stop();
  const analytics = await stores.analytics({ clock: () => now });
  await analytics.runOnce();
  return { id: company, owner, ownerSession, assessment: assessment.id };
}

beforeEach(async () => {
  await stores.empty();
  await database().delete(erasure);
});

/** Rows by table with one of the texts. */
async function found(...texts: string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const text of texts)
    for (const [table, rows] of [
      ...Object.entries(await relationalRowsWith(database(), text)),
      ...Object.entries(await timeSeriesRowsWith(stores.timeSeries.reader, text)),
    ])
      counts[table] = (counts[table] ?? 0) + rows;
  return counts;
}

const withRows = (counts: Record<string, number>) =>
  Object.keys(counts).filter((table) => counts[table]! > 0);

/** What both stores have of Acme. */
async function ofAcme(): Promise<unknown> {
  const tables = [
    ...["raw", "rejected", "rollup_minute FINAL", "rollup_hour FINAL", "rollup_day FINAL"],
    ...["kpi_shift FINAL", "kpi_left_out FINAL"],
  ];
  const rows: Record<string, unknown> = {};
  for (const table of tables) {
    const columns = table.startsWith("rollup") ? "* EXCEPT last" : "*";
    const query = `SELECT ${columns} FROM ${table} WHERE company = 'acme' ORDER BY ALL`;
    rows[table] = await rowsOf(stores.timeSeries.reader, query);
  }
  return { ...rows, relational: await relationalRowsWith(database(), "acme") };
}

describe("a company that is erased", () => {
  test("is in no row of any table afterwards, and the other company's rows are as they were", async () => {
    await fill("Acme");
    const { id, owner, assessment } = await fill("Zubrowka");
    const acme = await ofAcme();
    const ids = ["zubrowka", owner, assessment];
    const before = await found(...ids);
    // A table that is added is named here, and has a row of the company above.
    expect(Object.keys(before).filter((table) => before[table] === 0)).toEqual(exempt);
    const { toErase } = await erasures().describe("company", "ZUBROWKA ");
    expect(toErase).toMatchObject({
      id,
      name: "Zubrowka",
      rows: { machine: 2, raw: 6, account: 1, session: 1 },
    });
    const record = await erasures().erase(toErase, "the data protection officer");
    expect(withRows(await found(...ids))).toEqual([]);
    expect(await ofAcme()).toEqual(acme);
    expect(record.removed).toMatchObject({ company: 1, raw: 6, answer: 1, rejected: before.rejected });
    expect(record.finishedAt).not.toBeNull();
    expect(await erasures().list()).toEqual([record]);
  });

  test("leaves a record that names nobody, and by which it is known again", async () => {
    const { id, owner } = await fill("Zubrowka");
    await eraseCompany(id);
    const [record] = await erasureRecords(database());
    expect(JSON.stringify(record)).not.toMatch(new RegExp(`zubrowka|${owner}`, "i"));
    // The id is never given again: messages of the former company's machines would be the new one's.
    const values = { name: "Zubrowka", sector: "25", sizeBand: "small", simulated: false };
    expect(await registerCompany(database(), values)).toMatch(/^zubrowka-[0-9a-f]{6}$/);
  });

  test("is gone after a process was killed between the two stores, when another goes on", async () => {
    const { id } = await fill("Zubrowka");
    const killed = new StoreErasures({
      ...erasureStores(),
      copies: () => [],
      finish: () => Promise.reject(new Error("killed")),
    });
    const { toErase } = await killed.describe("company", id);
    await expect(killed.erase(toErase, "the test")).rejects.toThrow("killed");
    expect(await unfinishedErasures(database())).toHaveLength(1);
    expect((await timeSeriesRowsWith(stores.timeSeries.reader, "zubrowka")).raw).toBe(6);
    await finishErasures(erasureStores());
    expect(withRows(await found("zubrowka"))).toEqual([]);
    expect(await erasureRecords(database())).toMatchObject([{ removed: { raw: 6, company: 1 } }]);
    expect(await unfinishedErasures(database())).toEqual([]);
  });

  test("waits on a cluster for the end of its connections, which the list of changed logins names", async () => {
    const { id } = await fill("Zubrowka");
    await fill("Acme");
    const asked = new StoreErasures({ ...erasureStores(), copies: () => [], finish: async () => undefined });
    await asked.erase((await asked.describe("company", id)).toErase, "the test");
    const later = new Date(Date.now() + minute);
    expect(await finishErasures(erasureStores(), later)).toEqual([]);
    await database()
      .delete(loginChange)
      .where(like(loginChange.username, `${id}%`));
    expect(await finishErasures(erasureStores(), later)).toHaveLength(1);
    expect(withRows(await found("zubrowka"))).toEqual([]);
    expect((await relationalRowsWith(database(), "acme")).login_change).toBeGreaterThan(0);
  });

  test("sends in nothing more: neither readings nor what could not be used", async () => {
    const acme = await fill("Acme");
    const { id } = await fill("Zubrowka");
    const registry = new MachineRegistry(database());
    const ingest = await Ingest.open({ client: stores.timeSeries.writer, country, registry, log });
    await ingested(id, ingest);
    await eraseCompany(id);
    registry.forget(id);
    await ingest.batchEnded();
    await ingested(id, ingest);
    await ingested(acme.id, ingest);
    await ingest.stop();
    const topics = new ForeignTopics(stores.timeSeries.writer, registry, log);
    for (const company of [id, acme.id])
      topics.keep(company, "sme/v1/other/plant/lathe/power", "Not allowed.");
    await topics.settled();
    const refused = await rowsOf(
      stores.timeSeries.reader,
      "SELECT company FROM rejected WHERE topic LIKE '%power'",
    );
    expect(refused).toEqual([{ company: "acme" }]);
    expect(withRows(await found("zubrowka"))).toEqual([]);
    expect((await timeSeriesRowsWith(stores.timeSeries.reader, "acme")).rejected).toBeGreaterThan(0);
  });

  test("is erased again where a restore has brought it back, by the records that it has kept", async () => {
    const { id } = await fill("Zubrowka");
    const acme = await fill("Acme");
    const person = (await createAccount(database(), {
      email: "thandi@acme.example",
      password: "correct horse battery",
      role: "company",
      company: acme.id,
      language: "en",
    }))!;
    await eraseCompany(id);
    await erasures().erase((await erasures().describe("person", "thandi@acme.example")).toErase, "the test");
    const kept = await erasureRecords(database());
    // As an older backup has it: company and person, and no record.
    await database().delete(erasure);
    await fill("Zubrowka");
    await database().insert(account).values({
      id: person,
      email: "thandi@acme.example",
      passwordHash: "",
      role: "company",
      companyId: acme.id,
      language: "en",
    });
    await addErasureRecords(database(), kept);
    expect(await eraseAgain(erasureStores())).toEqual({ companies: 1, people: 1 });
    expect(withRows(await found("zubrowka"))).toEqual([]);
    expect((await relationalRowsWith(database(), "thandi")).account).toBe(0);
    expect((await relationalRowsWith(database(), "acme")).account).toBe(1);
    expect(await eraseAgain(erasureStores())).toEqual({ companies: 0, people: 0 });
    expect(await erasureRecords(database())).toEqual(kept);
  });

  test("is asked for by its id where several have its name, and unknown ones are refused", async () => {
    await registerTestCompany(database(), "Acme");
    const { company } = await registerTestCompany(database(), "Acme");
    await expect(erasures().describe("company", "acme ")).rejects.toThrow(
      `2 companies have the name "acme ": acme, ${company}.`,
    );
    expect((await erasures().describe("company", "acme")).toErase.id).toBe("acme");
    expect((await erasures().describe("company", company)).toErase.id).toBe(company);
    await expect(erasures().describe("company", "'; DROP TABLE company; --")).rejects.toThrow(
      "No company has",
    );
    await eraseCompany("acme");
    const toErase = { kind: "company", id: "acme", name: "Acme", rows: {} } as const;
    await expect(erasures().erase(toErase, "again")).rejects.toThrow("The company acme is gone already.");
    expect(await erasureRecords(database())).toHaveLength(1);
  });
});

describe("a person who is erased", () => {
  test("has no session, link or address left, and the company has another owner", async () => {
    const acme = await fill("Acme");
    const colleague = (await createAccountForLink(database(), {
      email: "thandi@example.com",
      role: "company",
      company: acme.id,
      language: "en",
    }))!;
    const { toErase } = await erasures().describe("person", "Owner@Acme.example");
    expect(toErase).toMatchObject({
      company: { id: "acme" },
      newOwner: "thandi@example.com",
      isLastOfCompany: false,
    });
    await erasures().erase(toErase, "the test");
    expect(await signedInBy(database(), acme.ownerSession)).toBeUndefined();
    expect(withRows(await found("owner@acme.example", acme.owner))).toEqual([]);
    const [row] = await database().select().from(account).where(eq(account.id, colleague));
    expect(row?.isOwner).toBe(true);
    expect((await erasures().describe("person", "thandi@example.com")).toErase).toMatchObject({
      isLastOfCompany: true,
    });
    // The address may have an account again: the record is of the account that is gone.
    const values = { email: "owner@acme.example", password: "correct horse battery", language: "en" };
    await createAccount(database(), { ...values, role: "company", company: acme.id });
    expect(await eraseAgain(erasureStores())).toEqual({ companies: 0, people: 0 });
    await expect(erasures().describe("person", "nobody@example.com")).rejects.toThrow("No account has");
  });
});
