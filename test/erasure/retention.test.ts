/** What the privacy page states, by dates: after the last use a company, a person and old answers go, and nothing before. */
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAccount, signedInBy, startSession } from "../../apps/diagnostic/accounts/accounts.ts";
import { finishErasures } from "../../apps/erasure/erase.ts";
import { removePastRetention } from "../../apps/erasure/retention.ts";
import { ScheduledRemoval } from "../../apps/erasure/scheduled-removal.ts";
import { recordErasure } from "../../stores/relational/erasures.ts";
import {
  account,
  answer,
  assessment,
  attempt,
  company,
  entryLinks,
  erasure,
  session,
} from "../../stores/relational/schema.ts";
import { deleteCompanyRows } from "../../stores/time-series/company-rows.ts";
import { Stores } from "../analytics/stores.ts";
import { loadFile } from "../diagnostic/app-under-test.ts";
import { insertRaw } from "../stores/rows.ts";
import { until } from "../until.ts";
import { timeSeriesRowsWith } from "./every-row.ts";

const day = 86_400_000;
const now = Date.parse("2027-06-15T12:00:00Z");
const ago = (days: number) => new Date(now - days * day);
const { country } = loadFile("za");
let stores: Stores;
beforeAll(async () => {
  stores = await Stores.open(country);
});
afterAll(() => stores.close());
beforeEach(async () => {
  await stores.empty();
  await database().delete(account);
  await database().delete(erasure);
});

const database = () => stores.relational.database;
const remove = (at = now, of = country) =>
  removePastRetention({ database: database(), client: stores.timeSeries.analytics }, of, at);

async function addCompany(id: string, createdAt = ago(1000)): Promise<void> {
  await database().insert(company).values({ id, name: id, sector: "25", sizeBand: "small", createdAt });
}
async function addAccount(email: string, lastUsedAt: Date, of?: string, isOwner = false): Promise<string> {
  const [row] = await database()
    .insert(account)
    .values({
      email,
      passwordHash: "",
      role: of === undefined ? "ministry" : "company",
      companyId: of ?? null,
      isOwner,
      language: "en",
      createdAt: ago(1000),
      lastUsedAt,
    })
    .returning();
  return row!.id;
}
const companies = async () => (await database().select().from(company)).map(({ id }) => id).sort();
const accounts = async () => (await database().select().from(account)).map(({ email }) => email).sort();

describe("companies and accounts, a year after the last use", () => {
  test("a company that nobody opens and whose machines are silent goes with all it has, and others stay", async () => {
    for (const [id, lastUse] of [
      ["unused", 367],
      ["not-yet", 365],
      ["sending", 367],
    ] as const) {
      await addCompany(id);
      await addAccount(`owner@${id}.example`, ago(lastUse), id, true);
    }
    await addCompany("new", ago(10));
    await addCompany("simulated");
    await database().update(company).set({ simulated: true }).where(eq(company.id, "simulated"));
    await insertRaw(stores.timeSeries.writer, [
      { company: "unused", time: now - 400 * day },
      { company: "sending", time: now - 20 * day },
    ]);
    expect(await remove()).toMatchObject({ companies: 1, accounts: 0 });
    expect(await companies()).toEqual(["new", "not-yet", "sending", "simulated"]);
    expect(await accounts()).toEqual(["owner@not-yet.example", "owner@sending.example"]);
    const { analytics: client, layout } = stores.timeSeries;
    const deleteRows = (id: string) => deleteCompanyRows(client, id, layout);
    const [record] = await finishErasures({ database: database(), client, layout, deleteRows });
    expect(record).toMatchObject({ kind: "company", orderedBy: "retention", orderedAt: new Date(now) });
    const left = await timeSeriesRowsWith(stores.timeSeries.reader, "unused");
    expect(Object.values(left).every((rows) => rows === 0)).toBe(true);
    // Two days later the next one is due, and nothing twice.
    expect(await remove(now + 2 * day)).toMatchObject({ companies: 1 });
    expect(await companies()).toEqual(["new", "sending", "simulated"]);
  });

  test("of a company that takes part unused accounts go, but not the last; the one who stays becomes the owner", async () => {
    await addCompany("works");
    await addAccount("owner@works.example", ago(400), "works", true);
    await addAccount("technician@works.example", ago(2), "works");
    await addCompany("sending");
    await addAccount("first@sending.example", ago(500), "sending", true);
    await addAccount("second@sending.example", ago(400), "sending");
    await addAccount("former@ministry.example", ago(367));
    await addAccount("office@ministry.example", ago(3));
    await insertRaw(stores.timeSeries.writer, [{ company: "sending", time: now - day }]);
    expect(await remove()).toMatchObject({ companies: 0, accounts: 3 });
    expect(await accounts()).toEqual([
      "office@ministry.example",
      "second@sending.example",
      "technician@works.example",
    ]);
    const owners = await database().select().from(account).where(eq(account.isOwner, true));
    expect(owners.map(({ email }) => email).sort()).toEqual([
      "second@sending.example",
      "technician@works.example",
    ]);
  });

  test("a page that is opened is a use", async () => {
    await addCompany("works");
    const id = (await createAccount(database(), {
      email: "owner@works.example",
      password: "correct horse battery",
      role: "company",
      company: "works",
      language: "en",
    }))!;
    await database()
      .update(account)
      .set({ lastUsedAt: ago(400) });
    const token = await startSession(database(), id, "password", now - day);
    await signedInBy(database(), token, now);
    expect((await database().select().from(account))[0]?.lastUsedAt).toEqual(new Date(now));
    expect(await remove()).toMatchObject({ companies: 0, accounts: 0 });
  });

  test("the process that looks after it removes them by itself, says so, and leaves nothing in the other store", async () => {
    await addCompany("unused");
    await addAccount("owner@unused.example", new Date(Date.now() - 400 * day), "unused", true);
    await insertRaw(stores.timeSeries.writer, [{ company: "unused", time: Date.now() - 400 * day }]);
    const lines: { message: string; fields: object }[] = [];
    const note = (fields: object, message: string) => lines.push({ message, fields });
    const { analytics: client, layout } = stores.timeSeries;
    const deleteRows = (id: string) => deleteCompanyRows(client, id, layout);
    const removal = new ScheduledRemoval({
      stores: { database: database(), client, layout, deleteRows },
      country,
      settleMilliseconds: 0,
      log: { info: note, warn: note },
    });
    removal.start();
    await until(() => lines.some(({ message }) => message === "an erasure ended"));
    await removal.stop();
    expect(lines).toEqual([
      {
        message: "data past its retention was removed",
        fields: { companies: 1, accounts: 0, assessments: 0, sessions: 0, links: 0, erasureRecords: 0 },
      },
      {
        message: "an erasure ended",
        fields: expect.objectContaining({
          kind: "company",
          removed: expect.objectContaining({ rollup_day: 1, account: 1 }),
        }),
      },
    ]);
    expect(await companies()).toEqual([]);
    expect((await timeSeriesRowsWith(stores.timeSeries.reader, "unused")).rollup_day).toBe(0);
  });

  test("nothing goes where the file names no period", async () => {
    await addCompany("unused");
    await addAccount("owner@unused.example", ago(5000), "unused", true);
    const { dataClasses } = country.residency;
    const { retention: _, ...identity } = dataClasses.identity;
    const without = {
      ...country,
      residency: { ...country.residency, dataClasses: { ...dataClasses, identity } },
    };
    expect(await remove(now, without)).toMatchObject({ companies: 0, accounts: 0 });
    expect(await companies()).toEqual(["unused"]);
  });
});

test("answers go three years after their last change, save the company's newest", async () => {
  await addCompany("works");
  await addAccount("owner@works.example", ago(1), "works", true);
  const fill = async (startedAt: Date, answeredAt: Date) => {
    const [row] = await database()
      .insert(assessment)
      .values({ companyId: "works", startedAt, completedAt: startedAt })
      .returning();
    await database().insert(answer).values({ assessmentId: row!.id, questionId: "q", level: 1, answeredAt });
    return row!.id;
  };
  await fill(ago(1100), ago(1100));
  const changedLater = await fill(ago(1100), ago(1090));
  const newest = await fill(ago(1099), ago(1099));
  expect(await remove()).toMatchObject({ assessments: 1 });
  const left = (await database().select().from(assessment)).map(({ id }) => id);
  expect(left.sort()).toEqual([changedLater, newest].sort());
  expect((await database().select().from(answer)).length).toBe(2);
  expect(await remove(now + 30 * day)).toMatchObject({ assessments: 1 });
});

test("ended sessions, links and attempts go, and records of erasures when no backup can need them", async () => {
  const id = await addAccount("office@ministry.example", ago(1));
  for (const [name, expiresAt] of [
    ["ended", ago(0.01)],
    ["open", ago(-1)],
  ] as const)
    await database().insert(session).values({ tokenHash: name, accountId: id, expiresAt });
  await database()
    .insert(entryLinks)
    .values({ tokenHash: "l", accountId: id, destination: "/", expiresAt: ago(0.01) });
  await database()
    .insert(attempt)
    .values([0.1, 0.01].map((days) => ({ keyHash: `${days}`, at: ago(days) })));
  // hosting.logs.auditRetention is two years.
  for (const days of [733, 731])
    await recordErasure(
      database(),
      { kind: "person", subject: `${days}`, orderedBy: "", removed: {} },
      ago(days),
    );
  expect(await remove()).toEqual({
    companies: 0,
    accounts: 0,
    assessments: 0,
    sessions: 1,
    links: 1,
    erasureRecords: 1,
  });
  expect((await database().select().from(session)).map(({ tokenHash }) => tokenHash)).toEqual(["open"]);
  expect((await database().select().from(attempt)).map(({ keyHash }) => keyHash)).toEqual(["0.01"]);
  expect((await database().select().from(erasure)).map(({ orderedAt }) => orderedAt)).toEqual([ago(731)]);
});
