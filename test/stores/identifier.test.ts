/** Identifiers of companies, sites and machines from names in any script. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decode } from "../../apps/ingest/reading.ts";
import { addSite, registerCompany } from "../../stores/relational/companies.ts";
import type { RelationalStore } from "../../stores/relational/database.ts";
import { identifierOf } from "../../stores/relational/identifier.ts";
import { company, site } from "../../stores/relational/schema.ts";
import { openEmptyRelational } from "./empty-relational.ts";

test.each([
  ["Bengali", "ঢাকা টেক্সটাইল", "dhaka-tekstail"],
  ["Arabic", "مصنع القاهرة للنسيج", "msn-alqahrh-llnsyj"],
  ["Arabic with a hamza", "شركة الأمل", "shrkh-alaml"],
  ["Cyrillic", "Красный Октябрь", "krasnyy-oktyabr"],
  ["Chinese", "深圳市精密机械", "shenzhenshijingmijixie"],
  ["Thai", "บริษัท ไทยสิ่งทอ", "brisath-aithysingtho"],
  ["Ethiopic", "አዲስ ጨርቃ ጨርቅ", "adis-cherka-cherk"],
  ["Korean, decomposed", "한국정밀".normalize("NFD"), "hangugjeongmil"],
  ["Greek", "Ελληνικά Υφαντά", "ellinika-yfanta"],
  ["Arabic digits", "ورشة ٢", "wrshh-2"],
  ["Turkish", "Iğdır Çelik İş", "igdir-celik-is"],
  ["English with an apostrophe", "O'Neil & Sons", "o-neil-sons"],
  ["nothing to read", "…!", "company"],
])("a name in %s is readable in a topic", (_, name, expected) => {
  expect(identifierOf(name, "company")).toBe(expected);
});

test("any name gives a level of a topic that a message can be sent to", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 120 }), (name) => {
      const id = `${identifierOf(name, "machine")}-0a1b2c`;
      const payload = Buffer.from('{"t":1,"v":1}');
      const message = { company: id, topic: `sme/v1/${id}/${id}/${id}/power`, payload, redelivered: false };
      const { readings } = decode(message, { from: 0, to: 2 });
      expect(readings.map(({ series }) => series.machine)).toEqual([id]);
    }),
  );
});

describe("in the store", () => {
  let store: RelationalStore;
  beforeAll(async () => {
    store = await openEmptyRelational();
  });
  afterAll(() => store.close());

  const values = { sector: "13", sizeBand: "small", simulated: false };
  const name = "ঢাকা টেক্সটাইল";

  test("a company keeps the identifier that it has; the next of its name gets one of its own", async () => {
    const { database } = store;
    // As an earlier version stored it.
    await database.insert(company).values({ id: "x-3f2a1c", name, ...values });
    const first = await registerCompany(database, { name, ...values });
    const second = await registerCompany(database, { name, ...values });
    expect(first).toBe("dhaka-tekstail");
    expect(second).toMatch(/^dhaka-tekstail-[0-9a-f]{6}$/);
    expect(await addSite(database, "x-3f2a1c", "কারখানা")).toBe("karkhana");
    expect((await database.select().from(company)).map(({ id }) => id).sort()).toEqual(
      [first, second, "x-3f2a1c"].sort(),
    );
    expect(await database.select().from(site)).toMatchObject([{ companyId: "x-3f2a1c", id: "karkhana" }]);
  });
});
