/** Who may enter what, and what hostile requests and readings may not do. */
import { inspectRoutes } from "hono/dev";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEntryLink } from "../../apps/diagnostic/accounts/accounts.ts";
import { createDiagnosticApp } from "../../apps/diagnostic/app.ts";
import { completeAssessment, startAssessment } from "../../apps/diagnostic/questionnaire/assessments.ts";
import { type AppUnderTest, Browser, loadFile, openApp, origin } from "./app-under-test.ts";

let app: AppUnderTest;
let own: Awaited<ReturnType<AppUnderTest["company"]>>;
let other: Awaited<ReturnType<AppUnderTest["company"]>>;
let ministry: string;

beforeAll(async () => {
  const report = { html: "", contentSecurityPolicy: "default-src 'none'" };
  const complianceReports = { available: async () => [], read: async () => report };
  app = await openApp(loadFile("za"), { complianceReports });
  own = await app.company("Own Works", ["Lathe"]);
  other = await app.company("Secret Works", ["Hidden press"]);
  ministry = await app.ministry();
  const time = Date.now();
  await app.insert([
    { company: own.id, machine: "lathe", channel: "temperature", time, value: 41.5 },
    { company: other.id, machine: "hidden-press", channel: "temperature", time, value: 987.25 },
    { company: other.id, machine: "lathe", channel: "temperature", time, value: 987.25 },
    { company: other.id, machine: "hidden-press", channel: "state", time, value: "producing" },
  ]);
});
afterAll(() => app.close());

const companyPages = [
  "/company",
  "/diagnostic",
  "/machines",
  "/connect",
  "/machines/hall/lathe",
  "/connect/hall/lathe",
  "/machines/values",
  "/account/data",
  "/account/people",
];

/** A status, or the path that the answer leads to. */
type Outcome = number | string;
type Outcomes = readonly [stranger: Outcome, owner: Outcome, colleague: Outcome, ministry: Outcome];

const everybody = (outcome: Outcome): Outcomes => [outcome, outcome, outcome, outcome];
const company = (outcome: Outcome, colleague = outcome): Outcomes => ["/sign-in", outcome, colleague, 404];

/** Every route of the app, and how it answers a request without data. */
const access: Readonly<Record<string, Outcomes>> = {
  "GET /assets/:file": everybody(200),
  "GET /healthz": everybody(200),
  "GET /": everybody(200),
  "GET /privacy": everybody(200),
  "GET /register": [200, "/company", "/company", "/ministry"],
  "POST /register": everybody(422),
  "GET /sign-in": [200, "/company", "/company", "/ministry"],
  "POST /sign-in": everybody(422),
  "POST /sign-out": everybody("/"),
  "GET /enter/:token": everybody(410),
  "POST /enter/:token": everybody(410),
  "GET /home": ["/sign-in", "/company", "/company", "/ministry"],
  "GET /account": ["/sign-in", 200, 200, 200],
  "POST /account/password": ["/sign-in", 422, 422, 422],
  "GET /account/data": company(200),
  "GET /account/people": company(200),
  "POST /account/people": company(422, 403),
  "GET /account/people/remove": company("/account/people", 403),
  "POST /account/people/remove": company("/account/people", 403),
  "GET /company": company(200),
  "GET /diagnostic": company(200),
  "POST /diagnostic/start": company("/diagnostic/questions/digital-plan"),
  "GET /diagnostic/sheet": company(200),
  "GET /diagnostic/questions/:id": company(200),
  "POST /diagnostic/questions/:id": company(422),
  "POST /diagnostic/answers": company(415),
  "GET /diagnostic/check": company(200),
  "POST /diagnostic/complete": company(422),
  "GET /diagnostic/results/:id": company(200),
  "GET /machines": company(200),
  "GET /machines/values": company(200),
  "GET /machines/live": company(200),
  "GET /machines/:site/:machine": company(200),
  "GET /machines/:site/:machine/series": company(200),
  "GET /connect": company(200),
  "GET /connect/ca.pem": company(200),
  "POST /connect/sites": company(422),
  "POST /connect/machines": company(422),
  "GET /connect/:site/:machine": company(200),
  "POST /connect/:site/:machine/password": company(409),
  "POST /connect/:site/:machine/revoke": company("/connect/hall/lathe"),
  "GET /ministry": ["/sign-in", 404, 404, 200],
  "GET /ministry/compliance/:name": ["/sign-in", 404, 404, 200],
};

describe("each route", () => {
  let walker: Awaited<ReturnType<AppUnderTest["company"]>>;
  let colleague: string;
  let result: string;
  let asset: string;
  beforeAll(async () => {
    walker = await app.company("Walking Works", ["Lathe"]);
    ({ account: colleague } = await app.colleague(walker.id));
    ({ id: result } = await startAssessment(app.database, walker.id));
    await completeAssessment(app.database, result, []);
    await startAssessment(app.database, walker.id);
    asset = /\/assets\/(page[^"]+)/.exec(await app.browser().page("/"))![1]!;
  });

  const pathOf = (route: string) =>
    route
      .replace("/results/:id", `/results/${result}`)
      .replace("/questions/:id", "/questions/digital-plan")
      .replace("/:site/:machine", "/hall/lathe")
      .replace("/series", "/series?channel=temperature")
      .replace(":file", asset)
      .replace(":name", "planned")
      .replace(":token", "unknown");

  async function outcomes(web: AppUnderTest["app"], method: string, path: string): Promise<Outcome[]> {
    const all: Outcome[] = [];
    for (const account of [undefined, walker.account, colleague, ministry]) {
      const browser = new Browser(web.request, {});
      if (account !== undefined) await browser.post(await createEntryLink(app.database, account, "/"));
      const response = await browser.send(path, {
        method,
        headers: {
          accept: "text/html",
          origin,
          host: "sme.test",
          "content-type": "application/x-www-form-urlencoded",
        },
        ...(method === "GET" ? {} : { body: "" }),
      });
      await response.body?.cancel();
      all.push(response.headers.get("location") ?? response.status);
    }
    return all;
  }

  test("is in the table of expected access, and each row of the table is a route", () => {
    const routes = inspectRoutes(app.app).filter(
      ({ method, isMiddleware }) => method !== "ALL" || !isMiddleware,
    );
    expect([...new Set(routes.map(({ method, path }) => `${method} ${path}`))].sort()).toEqual(
      Object.keys(access).sort(),
    );
  });

  test.each(Object.entries(access))("%s lets in whom it should", async (route, expected) => {
    const [method = "", path = ""] = route.split(" ");
    expect(await outcomes(app.app, method, pathOf(path))).toEqual(expected);
    expect(await outcomes(app.app, method, `/zu${pathOf(path)}`)).toEqual(expected);
  });

  test.each([...new Set(Object.keys(access).map((route) => route.split(" ")[1]!))])(
    "%s answers no other method",
    async (path) => {
      const own = Object.entries(access).filter(([route]) => route.endsWith(` ${path}`));
      const isPublic = own.some(([, [stranger]]) => stranger !== "/sign-in");
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        if (own.some(([route]) => route === `${method} ${path}`)) continue;
        const expected = isPublic ? everybody(404) : company(404);
        expect(await outcomes(app.app, method, pathOf(path)), method).toEqual(expected);
      }
    },
  );

  test("that is in no feature is refused to everybody, and one in a feature is behind its guard", async () => {
    const web = createDiagnosticApp(app.dependencies);
    for (const path of ["/forgotten", "/register/forgotten", "/machines/forgotten"])
      web.get(path, (c) => c.text("secret"));
    expect(await outcomes(web, "GET", "/forgotten")).toEqual(everybody(404));
    expect(await outcomes(web, "GET", "/register/forgotten")).toEqual(everybody(404));
    expect(await outcomes(web, "GET", "/machines/forgotten")).toEqual(company(200));
  });
});

describe("strangers", () => {
  test.each([...companyPages, "/ministry", "/account", "/home", "/diagnostic/sheet", "/diagnostic/check"])(
    "are sent from %s to sign in",
    async (path) => {
      const response = await app.browser().get(path);
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toBe("/sign-in");
      expect((await app.browser().get(path, { accept: "application/json" })).status).toBe(401);
    },
  );
  test.each(["/connect/machines", "/connect/hall/lathe/password", "/diagnostic/start", "/account/password"])(
    "change nothing by %s",
    async (path) => {
      expect((await app.browser().post(path)).headers.get("location")).toBe("/sign-in");
    },
  );
  test("see the public pages", async () => {
    for (const path of ["/", "/privacy", "/register", "/sign-in"])
      expect((await app.browser().get(path)).status).toBe(200);
  });
});

describe("a company", () => {
  test("sees its own machines and nothing of another's", async () => {
    const browser = await app.signedIn(own.account);
    for (const path of companyPages) {
      const response = await browser.get(path);
      const page = await response.text();
      expect(response.status, path).toBe(200);
      expect(page, path).not.toMatch(/Secret|Hidden|hidden-press|987/);
    }
    expect(await browser.page("/machines/values")).toContain("41,5 °C");
  });

  test.each([
    "/machines/hall/hidden-press",
    "/machines/hall/hidden-press/series?channel=temperature",
    "/connect/hall/hidden-press",
    "/machines/hall/..%2fhidden-press",
    "/machines/hall/lathe%00",
    "/machines/hall/lathe'%20OR%20'1'='1",
    "/ministry",
    "/ministry?companies=real",
  ])("does not find %s", async (path) => {
    const browser = await app.signedIn(own.account);
    const response = await browser.get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toMatch(/Secret|987/);
  });

  test("can't issue or revoke another's passwords, nor see another's result", async () => {
    const browser = await app.signedIn(own.account);
    expect((await browser.post("/connect/hall/hidden-press/password", { version: "none" })).status).toBe(404);
    expect((await browser.post("/connect/hall/hidden-press/revoke")).status).toBe(404);
    const { id } = await startAssessment(app.database, other.id);
    expect((await browser.get(`/diagnostic/results/${id}`)).status).toBe(404);
    const body = {
      assessment: id,
      answers: [{ question: "digital-plan", level: "5", answeredAt: Date.now() }],
    };
    expect((await browser.postJson("/diagnostic/answers", body)).status).toBe(404);
    for (const odd of ["1", "x'--", "%00", "00000000-0000-0000-0000-00000000000g"])
      expect((await browser.get(`/diagnostic/results/${odd}`)).status).toBe(404);
  });

  test("can't put a machine into another's site", async () => {
    const third = await app.company("Siteless Works");
    const browser = await app.signedIn(third.account);
    const fields = { site: "not-mine", name: "Intruder", kind: "lathe", seconds: "10" };
    expect((await browser.post("/connect/machines", fields)).status).toBe(422);
  });

  test("takes its own data with it, without any hash", async () => {
    const browser = await app.signedIn(own.account);
    const data = await browser.page("/account/data");
    expect(JSON.parse(data)).toMatchObject({ company: { id: own.id }, machines: [{ id: "lathe" }] });
    expect(data).not.toMatch(/scrypt|passwordHash/);
  });
});

describe("the ministry", () => {
  test("sees its overview and no company's pages", async () => {
    const browser = await app.signedIn(ministry);
    expect((await browser.get("/ministry")).status).toBe(200);
    for (const path of companyPages) expect((await browser.get(path)).status, path).toBe(404);
  });
});

describe("hostile values", () => {
  const attack = `"><script>alert(1)</script>`;

  test("of a machine's texts, channels and names are shown as text", async () => {
    const victim = await app.company(`Evil ${attack}`, [`Machine ${attack}`]);
    const machine = victim.machines[0]!;
    const time = Date.now();
    await app.insert([
      { company: victim.id, machine, channel: "message", time, value: attack },
      { company: victim.id, machine, channel: "state", time, value: attack },
      { company: victim.id, machine, channel: attack, time, value: 1 },
    ]);
    await app.store.writer.insert({
      table: "rejected",
      values: [
        {
          received_at: new Date().toISOString(),
          company: victim.id,
          topic: attack,
          payload: attack,
          reason: "state-unknown",
          detail: attack,
        },
      ],
      format: "JSONEachRow",
    });
    const browser = await app.signedIn(victim.account);
    for (const path of [
      "/company",
      "/machines",
      `/machines/hall/${machine}`,
      "/connect",
      `/connect/hall/${machine}`,
      `/machines/hall/${machine}?channel=${encodeURIComponent(attack)}&range=${encodeURIComponent(attack)}`,
    ]) {
      const response = await browser.get(path);
      expect(response.status, path).toBe(200);
      expect(await response.text(), path).not.toMatch(/<script>|"><script/);
    }
  });

  test.each([
    "//evil.test/",
    "/\\evil.test",
    "/en//evil.test/",
    "/en/%2f%2fevil.test",
    "/enter/..%2f..%2fevil.test",
    "/sign-in?to=https://evil.test",
  ])("of the path %s lead to no other host", async (path) => {
    const response = await app.browser().get(path);
    expect(response.headers.get("location") ?? "/").toMatch(/^\/(?![/\\])/);
    expect(await response.text()).not.toMatch(/(href|src|action)="(https?:)?\/\/evil/);
  });

  test("of an entry link's destination can only come from the code that made it", async () => {
    const link = await createEntryLink(app.database, own.account, "/machines");
    const response = await app.browser().post(`${link}?destination=https://evil.test`);
    expect(response.headers.get("location")).toBe("/machines");
  });

  test("of a body that is too large are refused", async () => {
    const browser = await app.signedIn(own.account);
    expect((await browser.post("/connect/sites", { siteName: "x".repeat(100_000) })).status).toBe(413);
  });

  test("of methods, types and encodings end in an answer, never in a failure", async () => {
    const browser = await app.signedIn(own.account);
    const before = app.logged.filter((line) => line.includes("a page failed")).length;
    const types = [
      "multipart/form-data; boundary=x",
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json",
      "",
    ];
    for (const path of [
      "/register",
      "/sign-in",
      "/connect/sites",
      "/connect/machines",
      "/connect/hall/lathe/password",
      "/diagnostic/answers",
    ]) {
      for (const type of types) {
        const body = Buffer.from([0xff, 0xfe, 0x00, 0x25, 0x25, 0x3d, 0xd8, 0x00]);
        const response = await browser.send(path, {
          method: "POST",
          headers: {
            accept: "text/html",
            origin,
            host: "sme.test",
            ...(type === "" ? {} : { "content-type": type }),
          },
          body,
        });
        expect(response.status, `${path} ${type}`).toBeLessThan(500);
      }
    }
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"])
      expect(
        (await browser.send("/company", { method, headers: { origin, host: "sme.test" } })).status,
      ).toBeLessThan(500);
    for (const cookie of [
      "session=",
      "session=%00",
      `session=${"x".repeat(4000)}`,
      "language=../../x",
      "language=<script>",
    ]) {
      const response = await new Browser(app.app.request, { cookie }).get("/");
      expect(response.status).toBe(200);
    }
    expect(app.logged.filter((line) => line.includes("a page failed")).length).toBe(before);
  });
});

describe("every page", () => {
  test("allows scripts and styles from its own files only, and no frame", async () => {
    for (const path of ["/", "/register", "/nothing-here"]) {
      const response = await app.browser().get(path);
      const policy = response.headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      const page = await response.text();
      expect(page).not.toMatch(/<style|<script>|\son[a-z]+=|\sstyle=/);
      // Nothing is loaded from elsewhere.
      expect(page).not.toMatch(/(src|<link[^>]*href)="(https?:)?\/\//);
    }
  });

  test("of somebody signed in stays out of caches", async () => {
    const browser = await app.signedIn(own.account);
    expect((await browser.get("/company")).headers.get("cache-control")).toBe("private, no-store");
    expect((await app.browser().get("/")).headers.get("vary")).toMatch(/Cookie, Accept-Language/);
  });

  test("comes with assets that are kept for good under a name that changes with them", async () => {
    const page = await app.browser().page("/");
    const paths = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map((match) => match[1]!);
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) {
      const response = await app.browser().get(path, { "accept-encoding": "br, gzip" });
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toContain("immutable");
      expect(response.headers.get("content-encoding")).toBe("br");
    }
    expect((await app.browser().get("/assets/../package.json")).status).toBe(404);
    expect((await app.browser().get("/assets/page.0000000000.css")).status).toBe(404);
  });

  test("a failure shows a reference and no detail, and logs no typed value", async () => {
    const broken = new Browser(app.app.request, {});
    const database = app.dependencies.database as unknown as { select: unknown };
    const failing = createDiagnosticApp({
      ...app.dependencies,
      database: {
        ...database,
        select: () => {
          throw Object.assign(new Error("Failed query: params: secret@typed.test"), {
            name: "DrizzleQueryError",
          });
        },
      } as never,
    });
    expect((await broken.get("/healthz")).status).toBe(200);
    const response = await new Browser(failing.request, {}).post("/sign-in", {
      email: "secret@typed.test",
      password: "x",
    });
    expect(response.status).toBe(500);
    expect(await response.text()).toMatch(/reference: [0-9a-f-]{36}/);
    expect(app.logged.join("\n")).not.toContain("secret@typed.test");
  });
});

describe("/healthz", () => {
  test("says ok while both stores answer, and fails when one doesn't", async () => {
    const healthy = await app.browser().get("/healthz");
    expect([healthy.status, await healthy.text()]).toEqual([200, "ok"]);
    const reader = { ping: async () => ({ success: false }) } as never;
    const failing = createDiagnosticApp({ ...app.dependencies, reader });
    expect((await failing.request(`${origin}/healthz`)).status).toBe(503);
  });
});
