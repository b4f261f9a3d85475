/** A company's people: let in by a link, removed with their sessions, both by the owner alone. */
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removePerson } from "../../apps/diagnostic/people/people.ts";
import { account } from "../../stores/relational/schema.ts";
import { type AppUnderTest, openApp, origin, password } from "./app-under-test.ts";

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

describe("a company's people", () => {
  const linkIn = (page: string) => /(\/enter\/[A-Za-z0-9_-]+)/.exec(page)?.[1];

  test("are let in by a link that is shown once, and choose an own password", async () => {
    const { account: id } = await app.company("People Works", ["Lathe"]);
    const owner = await app.signedIn(id);
    const page = await (await owner.post("/account/people", { email: "Tech@People.test" })).text();
    const link = linkIn(page)!;
    expect(page).toContain(`<code dir="ltr">${origin}${link}</code>`);
    expect(await owner.page("/account/people")).toContain("tech@people.test");
    expect(await owner.page("/account/people")).not.toContain("/enter/");
    const technician = app.browser();
    expect((await technician.post(link)).headers.get("location")).toBe("/account");
    expect(await technician.page("/connect")).toContain("Lathe");
    await technician.post("/account/password", { password: "the technician's own words" });
    const again = { email: "tech@people.test", password: "the technician's own words" };
    expect((await app.browser().post("/sign-in", again)).status).toBe(303);
    expect(app.logged.join("\n")).not.toContain(link);
  });

  test("who forgot the password get a new link; strangers' addresses can't be taken over", async () => {
    const [one, other] = [await app.company("First Works"), await app.company("Second Works")];
    const { email } = await app.colleague(one.id);
    const owner = await app.signedIn(one.account);
    expect(linkIn(await (await owner.post("/account/people", { email })).text())).toBeDefined();
    const refused = await owner.post("/account/people", { email: other.email });
    expect(refused.status).toBe(422);
    expect(linkIn(await refused.text())).toBeUndefined();
  });

  test("make no link for themselves, which would change the password without the present one", async () => {
    const { account: id, email } = await app.company("Own Link Works");
    const owner = await app.signedIn(id);
    const refused = await owner.post("/account/people", { email: email.toUpperCase() });
    expect(refused.status).toBe(422);
    expect(linkIn(await refused.text())).toBeUndefined();
  });

  test("are told of other companies' addresses only so often", async () => {
    const { account: id } = await app.company("Probing Works");
    const { email } = await app.company("Probed Works");
    const owner = await app.signedIn(id);
    for (let count = 0; count < 40; count += 1)
      expect((await owner.post("/account/people", { email })).status).toBe(422);
    expect((await owner.post("/account/people", { email })).status).toBe(429);
  });

  test("other than the owner neither let in nor remove anybody", async () => {
    const { id, account: first, email } = await app.company("Fifth Works");
    const { account: second } = await app.colleague(id);
    const technician = await app.signedIn(second);
    const page = await technician.page("/account/people");
    expect(page).toContain(email);
    expect(page).toContain("Only your company&#39;s owner lets people in and removes them.");
    expect(page).not.toMatch(/<form[^>]*people/);
    expect((await technician.get(`/account/people/remove?person=${first}`)).status).toBe(403);
    expect((await technician.post("/account/people/remove", { person: first })).status).toBe(403);
    for (const address of [email, "friend@fifth.test"]) {
      const refused = await technician.post("/account/people", { email: address });
      expect(refused.status).toBe(403);
      expect(linkIn(await refused.text())).toBeUndefined();
    }
    expect((await app.browser().post("/sign-in", { email, password })).status).toBe(303);
  });

  test("are removed after a question, with their sessions, but not oneself and not another company's", async () => {
    const [one, other] = [await app.company("Third Works"), await app.company("Fourth Works")];
    const owner = await app.signedIn(one.account);
    const link = linkIn(await (await owner.post("/account/people", { email: "gone@third.test" })).text())!;
    const gone = app.browser();
    await gone.post(link);
    const list = await owner.page("/account/people");
    expect(list).toContain('<form method="get" action="/account/people/remove">');
    const person = /name="person" value="([^"]+)"/.exec(list)![1]!;
    const question = await owner.page(`/account/people/remove?person=${person}`);
    expect(question).toContain("Remove gone@third.test?");
    expect(question).toContain('<form method="post" action="/account/people/remove">');
    expect((await gone.get("/company")).status).toBe(200);
    const notTheirs = [one.account, other.account, "x'; --", "\u0000", ""];
    for (const id of notTheirs)
      expect((await owner.get(`/account/people/remove?person=${encodeURIComponent(id)}`)).status).toBe(303);
    for (const id of [person, ...notTheirs])
      expect((await owner.post("/account/people/remove", { person: id })).status).toBe(303);
    expect((await gone.get("/company")).headers.get("location")).toBe("/sign-in");
    expect((await owner.get("/company")).status).toBe(200);
    expect((await (await app.signedIn(other.account)).get("/company")).status).toBe(200);
  });

  test("keep one owner, also when two remove each other at once", async () => {
    const { id, account: first } = await app.company("Sixth Works");
    const { account: second } = await app.colleague(id);
    await app.database.update(account).set({ isOwner: true }).where(eq(account.id, second));
    const removed = await Promise.all([
      removePerson(app.database, id, first, second),
      removePerson(app.database, id, second, first),
    ]);
    expect(removed.sort()).toEqual([false, true]);
    expect(await app.database.$count(account, eq(account.companyId, id))).toBe(1);
  });
});
