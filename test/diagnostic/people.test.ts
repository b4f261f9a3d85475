/** A company's people: let in by a link, removed with their sessions. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppUnderTest, openApp } from "./app-under-test.ts";

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
    expect(await owner.page("/account/people")).toContain("tech@people.test");
    expect(await owner.page("/account/people")).not.toContain("/enter/");
    const technician = app.browser();
    expect((await technician.get(link)).headers.get("location")).toBe("/account");
    expect(await technician.page("/connect")).toContain("Lathe");
    await technician.post("/account/password", { password: "the technician's own words" });
    const again = { email: "tech@people.test", password: "the technician's own words" };
    expect((await app.browser().post("/sign-in", again)).status).toBe(303);
    expect(app.logged.join("\n")).not.toContain(link);
  });

  test("who forgot the password get a new link; strangers' addresses can't be taken over", async () => {
    const [one, other] = [await app.company("First Works"), await app.company("Second Works")];
    const owner = await app.signedIn(one.account);
    expect(linkIn(await (await owner.post("/account/people", { email: one.email })).text())).toBeDefined();
    const refused = await owner.post("/account/people", { email: other.email });
    expect(refused.status).toBe(422);
    expect(linkIn(await refused.text())).toBeUndefined();
  });

  test("are removed with their sessions, but not oneself and not another company's", async () => {
    const [one, other] = [await app.company("Third Works"), await app.company("Fourth Works")];
    const owner = await app.signedIn(one.account);
    const link = linkIn(await (await owner.post("/account/people", { email: "gone@third.test" })).text())!;
    const gone = app.browser();
    await gone.get(link);
    const person = /name="person" value="([^"]+)"/.exec(await owner.page("/account/people"))![1]!;
    for (const id of [person, one.account, other.account, "x'; --", "\u0000"])
      expect((await owner.post("/account/people/remove", { person: id })).status).toBe(303);
    expect((await gone.get("/company")).headers.get("location")).toBe("/sign-in");
    expect((await owner.get("/company")).status).toBe(200);
    expect((await (await app.signedIn(other.account)).get("/company")).status).toBe(200);
  });
});
