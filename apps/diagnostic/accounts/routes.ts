/** Registering, signing in and out, one-time links; and for those signed in their first page and their account. */
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Database } from "../../../stores/relational/database.ts";
import type { Environment } from "../services.ts";
import { formBody } from "../web/form-body.ts";
import type { FieldErrors } from "../web/forms.ts";
import { messagePage } from "../web/message.ts";
import { homeOf } from "../web/visitor.ts";
import { authenticate, changePassword, emailOf, emailOfEntryLink, useEntryLink } from "./accounts.ts";
import { clearAttempts, secondsToWait, takeAttempt } from "./attempts.ts";
import { addressOf, attemptSignIn, presentPasswords, tooMany, wrongLinks } from "./limits.ts";
import { accountPage, enterPage, signInPage } from "./pages.ts";
import { longestPassword, namesOfProgramme, passwordError } from "./password.ts";
import { register, showRegistration } from "./registration.ts";
import { hasSessionCookie, signIn, signOut } from "./session.ts";

export function entranceRoutes(): Hono<Environment> {
  return new Hono<Environment>()
    .get("/register", showRegistration)
    .post("/register", register)
    .get("/sign-in", showSignIn)
    .post("/sign-in", signInByPassword)
    .post("/sign-out", signOut)
    .get("/enter/:token", showLink)
    .post("/enter/:token", signInByLink);
}

export function homeRoutes(): Hono<Environment> {
  return new Hono<Environment>().get("/", (c) => c.redirect(homeOf(c.var.signedIn), 303));
}

export function accountRoutes(): Hono<Environment> {
  return new Hono<Environment>().get("/", showAccount).post("/password", setPassword);
}

function showSignIn(c: Context<Environment>): Response | Promise<Response> {
  const { view, signedIn } = c.var;
  if (signedIn !== undefined) return c.redirect(homeOf(signedIn), 303);
  return c.html(signInPage(view, { sessionIsUnknown: hasSessionCookie(c) }));
}

async function signInByPassword(c: Context<Environment>): Promise<Response> {
  const { view, services } = c.var;
  const { database, log } = services;
  const form = await formBody(c);
  const email = emailOf(form("email")).slice(0, 254);
  const attempt = await attemptSignIn(c, email);
  if (attempt.wait > 0) return tooMany(c, attempt.wait, (errors) => signInPage(view, { email, errors }));
  const accountId = await authenticate(database, email, form("password").slice(0, longestPassword));
  if (accountId === undefined) {
    await attempt.failed();
    log.info({ address: addressOf(c) }, "a sign-in was refused");
    return c.html(signInPage(view, { email, errors: { email: view.t("sign-in.refused") } }), 422);
  }
  await attempt.succeeded();
  await signIn(c, accountId);
  return c.redirect("/home", 303);
}

/** Only asks: previews of the link in a chat, scanners of mail and the like open it too, and must not use it up. */
function showLink(c: Context<Environment, "/enter/:token">): Promise<Response> {
  return withLink(c, emailOfEntryLink, async (email) =>
    c.html(enterPage(c.var.view, { email, token: c.req.param("token") })),
  );
}

function signInByLink(c: Context<Environment, "/enter/:token">): Promise<Response> {
  return withLink(c, useEntryLink, async ({ accountId, destination }) => {
    await signIn(c, accountId, "link");
    return c.redirect(destination, 303);
  });
}

async function withLink<T>(
  c: Context<Environment, "/enter/:token">,
  find: (database: Database, token: string) => Promise<T | undefined>,
  answer: (found: T) => Promise<Response>,
): Promise<Response> {
  const { view, services } = c.var;
  const { database } = services;
  const limited = [{ limit: wrongLinks, key: addressOf(c) }];
  const wait = await secondsToWait(database, limited);
  const found = wait > 0 ? undefined : await find(database, c.req.param("token"));
  if (found !== undefined) return answer(found);
  await takeAttempt(database, limited);
  const message = {
    title: view.t("enter.title"),
    text: view.t("enter.refused"),
    link: { href: "/sign-in", text: view.t("enter.sign-in") },
  };
  return c.html(messagePage(view, message), wait > 0 ? 429 : 410);
}

function showAccount(c: Context<Environment>): Response | Promise<Response> {
  return c.html(accountPage(c.var.view, { changed: c.req.query("changed") !== undefined }));
}

async function setPassword(c: Context<Environment>): Promise<Response> {
  const { view, services } = c.var;
  const { database, log } = services;
  const { signedIn } = c.var;
  if (signedIn === undefined) throw new HTTPException(401);
  const { accountId, email, company, mayChoosePassword } = signedIn;
  const page = (errors: FieldErrors) => accountPage(view, { changed: false, errors });
  const form = await formBody(c);
  const password = form("password");
  const error = await passwordError(view, password, [
    email,
    company?.name ?? "",
    ...namesOfProgramme(view.country),
  ]);
  if (error !== undefined) return c.html(page({ password: error }), 422);
  if (!mayChoosePassword) {
    const limited = { limit: presentPasswords, key: accountId };
    const wait = await takeAttempt(database, [limited]);
    if (wait > 0) return tooMany(c, wait, page);
    const isPresent = await authenticate(database, email, form("current").slice(0, longestPassword));
    if (isPresent !== accountId) return c.html(page({ current: view.t("account.password.wrong") }), 422);
    await clearAttempts(database, limited);
  }
  await changePassword(database, accountId, password);
  log.info({ account: accountId }, "a password was changed");
  await signIn(c, accountId);
  return c.redirect("/account?changed", 303);
}
