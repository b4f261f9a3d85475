/** Registering, signing in and out, one-time links, and one's account. */
import type { Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { registerCompany } from "../../../stores/relational/companies.ts";
import type { Database } from "../../../stores/relational/database.ts";
import { companyData } from "../company/company-data.ts";
import { type FormBody, formBody } from "../web/form-body.ts";
import type { FieldErrors } from "../web/forms.ts";
import { messagePage } from "../web/message.ts";
import type { Environment, Services } from "../web/services.ts";
import type { View } from "../web/view.ts";
import {
  accountOfEmail,
  authenticate,
  changePassword,
  emailOf,
  endSession,
  insertAccount,
  sessionSeconds,
  startSession,
  useEntryLink,
} from "./accounts.ts";
import { clearAttempts, type Limit, secondsToWait, takeAttempt } from "./attempts.ts";
import { isEmail } from "./email.ts";
import { accountPage, type Registration, registerPage, signInPage } from "./pages.ts";
import { hashPassword, longestPassword, shortestPassword, TooBusyError } from "./password.ts";

const minute = 60_000;

const limitOf = (name: string, attempts: number, minutes: number): Limit => ({
  name,
  attempts,
  withinMilliseconds: minutes * minute,
});
const byEmailAndAddress = limitOf("sign-in by e-mail and address", 10, 15);
// Higher, so that a stranger can't easily keep an owner out.
const byEmail = limitOf("sign-in by e-mail", 60, 15);
const byAddress = limitOf("sign-in by address", 60, 15);
const registrations = limitOf("registration by address", 20, 60);
const entries = limitOf("wrong entry link by address", 30, 15);

/** With https the name itself makes browsers insist on Secure, the whole host and no other path. */
export const sessionCookie = (services: Pick<Services, "secureCookies">) =>
  services.secureCookies ? "__Host-session" : "session";

export function accountRoutes(app: Hono<Environment>, services: Services): void {
  const { database, log } = services;
  const addressOf = (c: Context<Environment>) =>
    services.clientAddress?.(c.req.raw) ?? c.env?.incoming?.socket.remoteAddress ?? "unknown";

  const signIn = async (c: Context<Environment>, accountId: string) => {
    const earlier = getCookie(c, sessionCookie(services));
    if (earlier !== undefined) await endSession(database, earlier);
    setCookie(c, sessionCookie(services), await startSession(database, accountId), {
      path: "/",
      httpOnly: true,
      sameSite: "Lax",
      secure: services.secureCookies,
      maxAge: sessionSeconds,
    });
  };

  app.get("/register", (c) =>
    c.var.view.signedIn === undefined
      ? c.html(registerPage(c.var.view, emptyRegistration))
      : c.redirect(homeOf(c.var.view), 303),
  );

  app.post("/register", async (c) => {
    const { view } = c.var;
    const form = await formBody(c);
    const values = registrationOf(form);
    const errors = registrationErrors(view, values, form);
    const limited = [{ limit: registrations, key: addressOf(c) }];
    const isUsable = Object.keys(errors).length === 0;
    const wait = await (isUsable ? takeAttempt : secondsToWait)(database, limited);
    if (wait > 0) return tooMany(c, wait, registerPage(view, values, { "": waitText(view, wait) }));
    if (!isUsable) return c.html(registerPage(view, values, errors), 422);
    const taken = { email: view.t("register.email.taken") };
    if ((await accountOfEmail(database, values.email)) !== undefined)
      return c.html(registerPage(view, values, taken), 422);
    const accountId = await register(database, values, form("password"), view.translation.language);
    if (accountId === undefined) return c.html(registerPage(view, values, taken), 422);
    await signIn(c, accountId);
    log.info({ account: accountId }, "a company registered");
    return c.redirect("/company", 303);
  });

  app.get("/sign-in", (c) =>
    c.var.view.signedIn === undefined
      ? c.html(signInPage(c.var.view, ""))
      : c.redirect(homeOf(c.var.view), 303),
  );

  app.post("/sign-in", async (c) => {
    const { view } = c.var;
    const form = await formBody(c);
    const email = emailOf(form("email")).slice(0, 254);
    const address = addressOf(c);
    const pair = { limit: byEmailAndAddress, key: `${email} ${address}` };
    // Counted before the check, so that attempts in parallel don't slip through.
    const wait = await takeAttempt(database, [
      pair,
      { limit: byEmail, key: email },
      { limit: byAddress, key: address },
    ]);
    if (wait > 0) return tooMany(c, wait, signInPage(view, email, { "": waitText(view, wait) }));
    const accountId = await authenticate(database, email, form("password").slice(0, longestPassword));
    if (accountId === undefined) {
      log.info({ address }, "a sign-in was refused");
      return c.html(signInPage(view, email, { email: view.t("sign-in.refused") }), 422);
    }
    await clearAttempts(database, pair);
    await signIn(c, accountId);
    return c.redirect("/home", 303);
  });

  app.post("/sign-out", async (c) => {
    const token = getCookie(c, sessionCookie(services));
    if (token !== undefined) await endSession(database, token);
    deleteCookie(c, sessionCookie(services), { path: "/", secure: services.secureCookies });
    return c.redirect("/", 303);
  });

  app.get("/enter/:token", async (c) => {
    const { view } = c.var;
    const limited = [{ limit: entries, key: addressOf(c) }];
    // A preview of the link in a chat must not use it up.
    if (c.req.method === "HEAD") return c.body(null);
    const wait = await secondsToWait(database, limited);
    const link = wait > 0 ? undefined : await useEntryLink(database, c.req.param("token"));
    if (link === undefined) {
      await takeAttempt(database, limited);
      const message = { title: view.t("enter.title"), text: view.t("enter.refused") };
      return c.html(
        messagePage(view, { ...message, link: { href: "/sign-in", text: view.t("enter.sign-in") } }),
        wait > 0 ? 429 : 410,
      );
    }
    await signIn(c, link.accountId);
    return c.redirect(link.destination, 303);
  });

  app.get("/account", (c) =>
    c.html(accountPage(c.var.view, { changed: c.req.query("changed") !== undefined })),
  );

  app.post("/account/password", async (c) => {
    const { view } = c.var;
    const { signedIn } = view;
    const password = (await formBody(c))("password");
    const error = passwordError(view, password);
    if (error !== undefined)
      return c.html(accountPage(view, { changed: false, errors: { password: error } }), 422);
    await changePassword(database, signedIn!.accountId, password);
    await signIn(c, signedIn!.accountId);
    return c.redirect("/account?changed", 303);
  });

  app.get("/account/data", async (c) => {
    const company = c.var.view.signedIn?.company;
    if (company === undefined) return c.notFound();
    c.header("Content-Disposition", `attachment; filename="${company.id}.json"`);
    return c.json(await companyData(database, company.id));
  });
}

class EmailTaken extends Error {}

/** @returns the account's id; undefined where somebody registered the e-mail address in the meantime. */
async function register(
  database: Database,
  values: Registration,
  password: string,
  language: string,
): Promise<string | undefined> {
  const passwordHash = await hashPassword(password);
  try {
    return await database.transaction(async (transaction) => {
      const company = await registerCompany(transaction as unknown as Database, {
        name: values.company,
        sector: values.sector,
        sizeBand: values.sizeBand,
        ...(values.region === "" ? {} : { region: values.region }),
        simulated: false,
      });
      const account = {
        email: values.email,
        role: "company",
        company,
        language,
        noticeReadAt: new Date(),
      } as const;
      const id = await insertAccount(transaction as unknown as Database, account, passwordHash);
      // Takes the company back with it.
      if (id === undefined) throw new EmailTaken();
      return id;
    });
  } catch (error) {
    if (error instanceof EmailTaken) return undefined;
    throw error;
  }
}

export function homeOf({ signedIn }: Pick<View, "signedIn">): string {
  return signedIn?.role === "ministry" ? "/ministry" : "/company";
}

function tooMany(c: Context<Environment>, seconds: number, page: ReturnType<typeof signInPage>) {
  c.header("Retry-After", String(seconds));
  return c.html(page, 429);
}

function waitText({ t }: View, seconds: number): string {
  return t("form.too-many", { minutes: Math.ceil(seconds / 60) });
}

export function isTooBusy(error: unknown): boolean {
  return error instanceof TooBusyError;
}

const emptyRegistration: Registration = { company: "", sector: "", sizeBand: "", region: "", email: "" };

function registrationOf(form: FormBody): Registration {
  return {
    company: form("company").trim().replace(/\s+/g, " ").slice(0, 200),
    sector: form("sector"),
    sizeBand: form("sizeBand"),
    region: form("region"),
    email: emailOf(form("email")).slice(0, 300),
  };
}

function registrationErrors({ t, country }: View, values: Registration, form: FormBody): FieldErrors {
  const { programme } = country;
  const errors: Record<string, string> = {};
  if (values.company === "") errors.company = t("register.company.missing");
  else if (values.company.length > 120) errors.company = t("register.company.long", { count: 120 });
  if (!programme.sectors.includes(values.sector)) errors.sector = t("register.sector.missing");
  if (!programme.sizeBands.some(({ id }) => id === values.sizeBand))
    errors.sizeBand = t("register.size.missing");
  const regions = programme.regions ?? [];
  if (regions.length > 0 && !regions.some(({ code }) => code === values.region))
    errors.region = t("register.region.missing");
  if (!isEmail(values.email)) errors.email = t("register.email.wrong");
  const password = passwordError({ t }, form("password"));
  if (password !== undefined) errors.password = password;
  if (form("notice") !== "read") errors.notice = t("register.notice.missing");
  return errors;
}

function passwordError({ t }: Pick<View, "t">, password: string): string | undefined {
  const { length } = [...password];
  if (length < shortestPassword) return t("register.password.short", { count: shortestPassword });
  if (password.length > longestPassword) return t("register.password.long", { count: longestPassword });
  return undefined;
}
