/** Registering, signing in and out, one-time links: the ways in, and the attacks on them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEntryLink } from "../../apps/diagnostic/accounts/accounts.ts";
import { checkPassword, hashPassword } from "../../apps/diagnostic/accounts/password.ts";
import { createDiagnosticApp } from "../../apps/diagnostic/app.ts";
import { account, company, entryLinks, session } from "../../stores/relational/schema.ts";
import { type AppUnderTest, Browser, openApp, origin, password } from "./app-under-test.ts";

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const registration = (values: Record<string, string> = {}) => ({
  company: "Thandi Metal",
  sector: app.country.programme.sectors[0]!,
  sizeBand: app.country.programme.sizeBands[0]!.id,
  region: app.country.programme.regions?.[0]?.code ?? "",
  email: "thandi@metal.test",
  password,
  notice: "read",
  ...values,
});

describe("registering", () => {
  test("makes a company and its account, signs in, and notes when the notice was read", async () => {
    const browser = app.browser();
    const response = await browser.post("/register", registration({ email: " Thandi@Metal.TEST " }));
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/company");
    expect(await browser.page("/company")).toContain("Thandi Metal");
    const [row] = await app.database.select().from(account);
    expect(row).toMatchObject({
      email: "thandi@metal.test",
      role: "company",
      companyId: "thandi-metal",
      isOwner: true,
    });
    expect(row?.noticeReadAt).toBeInstanceOf(Date);
    expect(row?.passwordHash).toMatch(/^scrypt\$32768\$8\$3\$/);
  });

  test("names everything that is missing, at the field and in the summary", async () => {
    const response = await app.browser().post("/register", {});
    const page = await response.text();
    expect(response.status).toBe(422);
    for (const field of ["company", "sector", "sizeBand", "region", "email", "password", "notice"]) {
      expect(page).toContain(`<a href="#${field}">`);
      expect(page).toContain(`id="${field}-error"`);
    }
    expect(page).toContain("<title>Please check:");
  });

  test.each([
    ["a sector that the country doesn't have", { sector: "99" }],
    ["a size band that the country doesn't have", { sizeBand: "giant" }],
    ["a region that the country doesn't have", { region: "XX-1" }],
    ["a short password", { password: "short" }],
    ["an address without a host", { email: "thandi@" }],
    ["an unread notice", { notice: "" }],
    ["a name of spaces", { company: " \t " }],
    ["a name that is too long", { company: "x".repeat(121) }],
  ])("refuses %s", async (_, values) => {
    const before = await app.database.$count(company);
    const response = await app
      .browser()
      .post("/register", registration({ email: "other@metal.test", ...values }));
    expect(response.status).toBe(422);
    expect(await app.database.$count(company)).toBe(before);
  });

  test("of an address that has an account makes nothing, also when two arrive at once", async () => {
    const before = await app.database.$count(company);
    const stranger = app.browser();
    await stranger.post("/register", registration({ company: "Impostor" }));
    expect((await stranger.get("/company")).headers.get("location")).toBe("/sign-in");
    expect(await app.database.$count(company)).toBe(before);
    const twice = await Promise.all(
      [1, 2].map((n) =>
        app.browser().post("/register", registration({ company: `Twin ${n}`, email: "twin@metal.test" })),
      ),
    );
    expect(twice.map(({ status }) => status)).toEqual([303, 303]);
    expect(await app.database.$count(company)).toBe(before + 1);
  });

  test("answers the same for an address that has an account and for one that has none", async () => {
    await app.browser().post("/register", registration({ email: "known@metal.test" }));
    const answerTo = async (email: string) => {
      const browser = app.browser();
      const response = await browser.post("/register", registration({ email }));
      const shape = [...response.headers].map(([name, value]) => [name, value.replace(/=[\w.-]{40,}/, "=…")]);
      return [response.status, shape, await response.text()];
    };
    expect(await answerTo("known@metal.test")).toEqual(await answerTo("unknown@metal.test"));
  });

  test("of an address that has an account leads to the page where its person signs in", async () => {
    await app.browser().post("/register", registration({ email: "again@metal.test" }));
    const browser = app.browser();
    await browser.post("/register", registration({ email: "again@metal.test" }));
    const next = await browser.get("/company", { accept: "text/html" });
    expect(next.headers.get("location")).toBe("/sign-in");
    const hint = "Have you just registered? Then your e-mail address had an account before.";
    expect(await browser.page("/sign-in")).toContain(hint);
    expect(await app.browser().page("/sign-in")).not.toContain(hint);
  });

  test("takes names with quotes, markup and zero bytes as plain text", async () => {
    const name = `<img src=x onerror=alert(1)>'"; DROP TABLE company; --\u0000`;
    const browser = app.browser();
    const response = await browser.post(
      "/register",
      registration({ company: name, email: "bobby@tables.test" }),
    );
    expect(response.status).toBe(303);
    const page = await browser.page("/company");
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;");
  });

  test("shows typed values again, escaped, and never the password", async () => {
    const page = await (
      await app
        .browser()
        .post("/register", registration({ company: '"><script>alert(1)</script>', email: "no" }))
    ).text();
    expect(page).toContain("&quot;&gt;&lt;script&gt;");
    expect(page).not.toContain(password);
  });
});

describe("signing in", () => {
  test("opens a session whose cookie scripts can't read, and the store knows only by its hash", async () => {
    const { email } = await app.company("Session Works");
    const browser = app.browser();
    const response = await browser.post("/sign-in", { email, password });
    expect(response.headers.get("location")).toBe("/home");
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith("session="))!;
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).toMatch(/Path=\//);
    const hashes = (await app.database.select().from(session)).map(({ tokenHash }) => tokenHash);
    expect(hashes).not.toContain(browser.cookies.get("session"));
    expect((await browser.get("/home")).headers.get("location")).toBe("/company");
  });

  test("says the same of a wrong password and of an unknown address", async () => {
    const { email } = await app.company("Enumeration Works");
    const attempt = async (address: string) => {
      const response = await app.browser().post("/sign-in", { email: address, password: "not the password" });
      return { status: response.status, page: (await response.text()).replaceAll(address, "…") };
    };
    expect(await attempt("nobody@nowhere.test")).toEqual(await attempt(email));
  });

  test("slows down a guesser, whether or not the account exists, and lets others in", async () => {
    const { email } = await app.company("Guessed Works");
    for (const address of [email, "ghost@nowhere.test"]) {
      const attempts = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          app.browser().post("/sign-in", { email: address, password: `guess ${index}` }),
        ),
      );
      expect(attempts.filter(({ status }) => status === 429).length).toBe(2);
      const blocked = await app.browser().post("/sign-in", { email: address, password });
      expect(blocked.status).toBe(429);
      expect(Number(blocked.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    const other = await app.company("Calm Works");
    expect((await app.browser().post("/sign-in", { email: other.email, password })).status).toBe(303);
  });

  test("gives a new session each time, and ends the one that was there", async () => {
    const { email } = await app.company("Fixation Works");
    const browser = app.browser();
    browser.cookies.set("session", "chosen-by-an-attacker");
    await browser.post("/sign-in", { email, password });
    const first = browser.cookies.get("session")!;
    expect(first).not.toBe("chosen-by-an-attacker");
    await browser.post("/sign-in", { email, password });
    const stale = app.browser();
    stale.cookies.set("session", first);
    expect((await stale.get("/company")).status).toBe(303);
  });

  test("is over after signing out, also for a copy of the cookie", async () => {
    const { account: id } = await app.company("Leaving Works");
    const browser = await app.signedIn(id);
    const copy = app.browser();
    copy.cookies.set("session", browser.cookies.get("session")!);
    expect((await copy.get("/company")).status).toBe(200);
    expect((await browser.post("/sign-out")).status).toBe(303);
    expect(browser.cookies.has("session")).toBe(false);
    expect((await copy.get("/company")).headers.get("location")).toBe("/sign-in");
  });

  test("a changed password ends all other sessions, the link and the old password", async () => {
    const { account: id, email } = await app.company("Changing Works");
    const [here, elsewhere] = [await app.signedIn(id), await app.signedIn(id)];
    expect((await here.post("/account/password", { password: "short" })).status).toBe(422);
    const link = await createEntryLink(app.database, id, "/home");
    expect((await here.post("/account/password", { password: "four other short words" })).status).toBe(303);
    expect((await app.browser().post(link)).status).toBe(410);
    expect((await here.get("/company")).status).toBe(200);
    expect((await elsewhere.get("/company")).status).toBe(303);
    expect((await app.browser().post("/sign-in", { email, password })).status).toBe(422);
    expect((await app.browser().post("/sign-in", { email, password: "four other short words" })).status).toBe(
      303,
    );
  });
});

describe("one-time links", () => {
  test("work once and lead to their page", async () => {
    const { account: id } = await app.company("Link Works");
    const link = await createEntryLink(app.database, id, "/machines");
    const browser = app.browser();
    const response = await browser.post(link);
    expect(response.headers.get("location")).toBe("/machines");
    expect((await browser.get("/machines")).status).toBe(200);
    const second = await app.browser().post(link);
    expect(second.status).toBe(410);
    expect(second.headers.getSetCookie().some((line) => line.startsWith("session="))).toBe(false);
    expect((await app.browser().get(link)).status).toBe(410);
  });

  test.each(["GET", "HEAD"])(
    "only ask when they are opened by %s, as previews in chats do",
    async (method) => {
      const { account: id, email } = await app.company(`Preview Works ${method}`);
      const link = await createEntryLink(app.database, id, "/machines");
      for (let times = 0; times < 3; times += 1) {
        const preview = app.browser({ "user-agent": "WhatsApp/2.23.20.0 A" });
        expect((await preview.send(link, { method })).status).toBe(200);
        expect(preview.cookies.has("session")).toBe(false);
      }
      const browser = app.browser();
      for (const language of ["en", "zu", "af"]) {
        const page = await browser.page(`/${language}${link}`);
        expect(page).toContain(`<form method="post" action="${link}">`);
        expect(page).toContain(email);
      }
      expect((await browser.post(link)).headers.get("location")).toBe("/machines");
    },
  );

  test("from another site's form sign nobody in", async () => {
    const { account: id } = await app.company("Forged Link Works");
    const link = await createEntryLink(app.database, id, "/home");
    expect((await app.browser().post(link, {}, { origin: "https://evil.test" })).status).toBe(403);
    expect((await app.browser().post(link)).status).toBe(303);
  });

  test("end when a newer one is made, also of two made at once", async () => {
    const { account: id } = await app.company("Newer Works");
    const make = () => createEntryLink(app.database, id, "/home");
    const older = await make();
    const newer = await Promise.all([make(), make(), make()]);
    expect((await app.browser().post(older)).status).toBe(410);
    const statuses = [];
    for (const link of newer) statuses.push((await app.browser().post(link)).status);
    expect(statuses.sort()).toEqual([303, 410, 410]);
  });

  test("work for one of two who open it at once", async () => {
    const { account: id } = await app.company("Race Works");
    const link = await createEntryLink(app.database, id, "/home");
    const statuses = await Promise.all([1, 2].map(async () => (await app.browser().post(link)).status));
    expect(statuses.sort()).toEqual([303, 410]);
  });

  test("end after a day, and are stored as a hash", async () => {
    const { account: id } = await app.company("Late Works");
    const link = await createEntryLink(app.database, id, "/home", Date.now() - 25 * 3_600_000);
    expect((await app.browser().post(link)).status).toBe(410);
    const rows = await app.database.select().from(entryLinks);
    expect(JSON.stringify(rows)).not.toContain(link.slice("/enter/".length));
  });
});

describe("a change of the password", () => {
  const chosen = "four other short words";
  async function signedInByPassword(name: string) {
    const made = await app.company(name);
    const browser = app.browser();
    await browser.post("/sign-in", { email: made.email, password });
    return { ...made, browser };
  }

  test("asks for the present one", async () => {
    const { browser, email } = await signedInByPassword("Present Works");
    expect(await browser.page("/account")).toContain('name="current"');
    for (const fields of [{}, { current: "" }, { current: "not the present one" }, { current: chosen }]) {
      const refused = await browser.post("/account/password", { password: chosen, ...fields });
      expect(refused.status).toBe(422);
      expect(await refused.text()).toContain('id="current-error"');
    }
    const changed = await browser.post("/account/password", { password: chosen, current: password });
    expect(changed.headers.get("location")).toBe("/account?changed");
    expect((await app.browser().post("/sign-in", { email, password: chosen })).status).toBe(303);
  });

  test("can't be had by guessing the present one", async () => {
    const { browser } = await signedInByPassword("Guessing Works");
    const guess = (current: string) => browser.post("/account/password", { password: chosen, current });
    for (let count = 0; count < 10; count += 1) expect((await guess(`guess ${count}`)).status).toBe(422);
    expect((await guess(password)).status).toBe(429);
  });

  test("needs no present one for an hour after a link, and only once", async () => {
    const { account: id } = await app.company("Fresh Works");
    const browser = await app.signedIn(id);
    expect(await browser.page("/account")).not.toContain('name="current"');
    expect((await browser.post("/account/password", { password: chosen })).status).toBe(303);
    expect((await browser.post("/account/password", { password: "four more plain words" })).status).toBe(422);
    const late = await app.signedIn(id);
    await app.database.update(session).set({ mayChoosePasswordUntil: new Date(Date.now() - 1000) });
    expect(await late.page("/account")).toContain('name="current"');
    expect((await late.post("/account/password", { password: "four more plain words" })).status).toBe(422);
  });

  test.each([
    ["1234567890", /repeats characters/],
    [" ".repeat(10), /repeats characters/],
    ["password12", /common word/],
    ["owner@weak-1.test", /your e-mail address/],
  ])("to %j is refused with the reason", async (weak, reason) => {
    const { account: id } = await app.company("Weak 1");
    const browser = await app.signedIn(id);
    const refused = await browser.post("/account/password", { password: weak });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toMatch(reason);
    const registering = await app
      .browser()
      .post("/register", registration({ email: "owner@weak-1.test", password: weak }));
    expect(registering.status).toBe(422);
    expect(await registering.text()).toMatch(reason);
  });
});

describe("requests from elsewhere", () => {
  test.each([
    ["another site's form", { origin: "https://evil.test" }],
    ["a form without an origin", { origin: "null" }],
    ["a subdomain", { origin: "http://x.sme.test" }],
    ["a browser that says cross-site", { origin: "https://evil.test", "sec-fetch-site": "cross-site" }],
  ])("%s changes nothing", async (_, headers) => {
    const { account: id } = await app.company("Forged Works");
    const browser = await app.signedIn(id);
    expect(
      (await browser.post("/account/password", { password: "chosen by a stranger" }, headers)).status,
    ).toBe(403);
    expect((await browser.post("/connect/sites", { siteName: "Forged" }, headers)).status).toBe(403);
    expect(await browser.page("/connect")).not.toContain("Forged</");
  });

  test.each(["evil.test", "sme.test.evil.test", "localhost", "[::1]"])(
    "for the host %s are refused",
    async (host) => {
      const { account: id } = await app.company("Host Works");
      const { cookies } = await app.signedIn(id);
      const elsewhere = new Browser(app.app.request, {}, `http://${host}`);
      for (const [name, value] of cookies) elsewhere.cookies.set(name, value);
      for (const path of ["/", "/sign-in", "/company"]) expect((await elsewhere.get(path)).status).toBe(421);
      const made = await elsewhere.post("/account/people", { email: "tech@host.test" });
      expect(made.status).toBe(421);
      expect(await made.text()).not.toContain("evil");
      expect((await elsewhere.get("/healthz")).status).toBe(200);
    },
  );

  test("an https page behind a gateway may post to the app behind it", async () => {
    const { account: id } = await app.company("Gateway Works");
    const browser = await app.signedIn(id);
    const response = await browser.post(
      "/connect/sites",
      { siteName: "Gate" },
      { origin: origin.replace("http:", "https:") },
    );
    expect(response.status).toBe(303);
  });
});

describe("with https", () => {
  test("the session's cookie is bound to the host and to https", async () => {
    const secure = createDiagnosticApp({ ...app.dependencies, secureCookies: true });
    const { email } = await app.company("Secure Works");
    const response = await new Browser(secure.request, {}).post("/sign-in", { email, password });
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith("__Host-session="));
    expect(cookie).toMatch(/Secure/i);
    expect(response.headers.get("strict-transport-security")).toContain("max-age=");
  });
});

test("passwords never reach the log, and hashes are salted", async () => {
  expect(app.logged.length).toBeGreaterThan(0);
  expect(app.logged.join("\n")).not.toMatch(/short words|guess \d|@/);
  const [a, b] = [await hashPassword("same words here"), await hashPassword("same words here")];
  expect(a).not.toBe(b);
  expect(await checkPassword("same words here", a)).toBe(true);
  expect(await checkPassword("e\u0301clair au chocolat", await hashPassword("\u00e9clair au chocolat"))).toBe(
    true,
  );
});
