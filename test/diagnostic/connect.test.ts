/** The technician's pages: sites, machines, MQTT passwords, and why messages were rejected. */
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loginCheck } from "../../apps/broker/login.ts";
import { machine } from "../../stores/relational/schema.ts";
import { type AppUnderTest, openApp } from "./app-under-test.ts";

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

describe("the technician", () => {
  const login = async (username: string, secret: string) => {
    const found = await loginCheck(app.database).check(username, secret);
    return found === undefined ? undefined : [found.company, found.site, found.machine];
  };

  test("adds a site and a machine, gets a password once, and the broker takes it", async () => {
    const { account, id } = await app.company("Technician Works");
    const browser = await app.signedIn(account);
    await browser.post("/connect/sites", { siteName: "Second hall" });
    const added = await browser.post("/connect/machines", {
      site: "second-hall",
      name: "Loom 7",
      kind: "loom",
      seconds: "12,5",
    });
    const path = added.headers.get("location")!;
    expect(path).toBe("/connect/second-hall/loom-7");
    expect(await app.database.select().from(machine).where(eq(machine.companyId, id))).toMatchObject([
      { siteId: "second-hall", id: "loom-7", plannedRunTimePerItem: 12.5 },
    ]);
    const issued = await browser.post(`${path}/password`, { version: "none" });
    const page = await issued.text();
    expect(issued.headers.get("cache-control")).toBe("private, no-store");
    const secret = /-P &#39;([A-Za-z0-9_-]{32})&#39;/.exec(page)![1]!;

    expect(await login(`${id}/second-hall/loom-7`, secret)).toEqual([id, "second-hall", "loom-7"]);
    expect(await browser.page(path)).not.toContain(secret);
    expect(app.logged.join("\n")).not.toContain(secret);
    expect(page).toContain(`sme/v1/${id}/second-hall/loom-7/`);
  });

  test("works with names and numbers of another script, and gets topics that can be read", async () => {
    const { account, id } = await app.company("مصنع القاهرة");
    const browser = await app.signedIn(account);
    await browser.post("/connect/sites", { siteName: "የመጀመሪያ አዳራሽ" });
    const added = await browser.post("/connect/machines", {
      site: "yemejemeriya-adarash",
      name: "เครื่องกลึง ๒",
      kind: "مخرطة",
      seconds: "١٢٫٥",
    });
    const path = added.headers.get("location")!;
    expect(path).toBe("/connect/yemejemeriya-adarash/ekhrueongklueng-2");
    expect(await app.database.select().from(machine).where(eq(machine.companyId, id))).toMatchObject([
      { name: "เครื่องกลึง ๒", plannedRunTimePerItem: 12.5 },
    ]);
    expect(await browser.page(path)).toContain("sme/v1/msn-alqahrh/yemejemeriya-adarash/ekhrueongklueng-2/");
  });

  test("sending the form twice, or from a stale page, does not end the password that was handed out", async () => {
    const { account, id } = await app.company("Twice Works", ["Lathe"]);
    const browser = await app.signedIn(account);
    const first = await (await browser.post("/connect/hall/lathe/password", { version: "none" })).text();
    const secret = /-P &#39;([A-Za-z0-9_-]{32})&#39;/.exec(first)![1]!;
    expect((await browser.post("/connect/hall/lathe/password", { version: "none" })).status).toBe(409);
    expect(await login(`${id}/hall/lathe`, secret)).toBeDefined();
    const version = /name="version" value="(\d+)"/.exec(await browser.page("/connect/hall/lathe"))![1]!;
    expect((await browser.post("/connect/hall/lathe/password", { version })).status).toBe(200);
    expect(await login(`${id}/hall/lathe`, secret)).toBeUndefined();
  });

  test("blocks a machine, and lets it in again with a new password", async () => {
    const { account, id } = await app.company("Blocking Works", ["Lathe"]);
    const browser = await app.signedIn(account);
    const secretIn = (page: string) => /-P &#39;([A-Za-z0-9_-]{32})&#39;/.exec(page)![1]!;
    const first = secretIn(
      await (await browser.post("/connect/hall/lathe/password", { version: "none" })).text(),
    );
    await browser.post("/connect/hall/lathe/revoke");
    expect(await login(`${id}/hall/lathe`, first)).toBeUndefined();
    const page = await browser.page("/connect/hall/lathe");
    expect(page).toContain("blocked on");
    const version = /name="version" value="(\d+)"/.exec(page)![1]!;
    const second = secretIn(await (await browser.post("/connect/hall/lathe/password", { version })).text());
    expect(await login(`${id}/hall/lathe`, second)).toBeDefined();
  });

  test.each([
    ["no name", { name: " " }, "name"],
    ["no kind", { kind: "" }, "kind"],
    ["zero seconds", { seconds: "0" }, "seconds"],
    ["words for seconds", { seconds: "ten" }, "seconds"],
    ["endless seconds", { seconds: "1e9" }, "seconds"],
    ["an unknown site", { site: "elsewhere" }, "site"],
  ])("is told what is wrong with %s", async (_, values, field) => {
    const { account, id } = await app.company("Wrong Works", ["Lathe"]);
    const browser = await app.signedIn(account);
    const response = await browser.post("/connect/machines", {
      site: "hall",
      name: "New",
      kind: "lathe",
      seconds: "10",
      ...values,
    });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(`href="#${field}"`);
    expect(await app.database.$count(machine, eq(machine.companyId, id))).toBe(1);
  });

  test("sees why messages were set aside, of this company only", async () => {
    const own = await app.company("Rejected Works", ["Lathe"]);
    const other = await app.company("Other Rejected Works", ["Lathe"]);
    const rejected = (company: string, detail: string, count: number) =>
      Array.from({ length: count }, () => ({
        received_at: new Date().toISOString(),
        company,
        topic: `sme/v1/${company}/hall/lathe/power`,
        payload: "{}",
        reason: "time-missing",
        detail,
        readings: 1,
      }));
    await app.store.writer.insert({
      table: "rejected",
      values: [...rejected(own.id, "The reading has no t.", 3), ...rejected(other.id, "Not yours.", 2)],
      format: "JSONEachRow",
    });
    const browser = await app.signedIn(own.account);
    for (const path of ["/connect", "/connect/hall/lathe"]) {
      const page = await browser.page(path);
      expect(page).toContain("The time is missing");
      expect(page).toContain("3 messages");
      expect(page).toContain("The reading has no t.");
      expect(page).not.toContain("Not yours.");
    }
  });

  test("downloads the certificate authority where there is one", async () => {
    const { account } = await app.company("Certificate Works");
    const browser = await app.signedIn(account);
    const response = await browser.get("/connect/ca.pem");
    expect(response.headers.get("content-disposition")).toContain("ca.pem");
    expect(await response.text()).toContain("BEGIN CERTIFICATE");
  });
});
