/** Registering, signing in and out, one-time links; and for those signed in their first page and their account. */
import { type Context, Hono } from "hono";
import type { Environment } from "../services.ts";
import { formBody } from "../web/form-body.ts";
import { messagePage } from "../web/message.ts";
import { homeOf } from "../web/visitor.ts";
import { authenticate, changePassword, emailOf, useEntryLink } from "./accounts.ts";
import { clearAttempts, secondsToWait, takeAttempt } from "./attempts.ts";
import { addressOf, byAddress, byEmail, byEmailAndAddress, tooMany, wrongLinks } from "./limits.ts";
import { accountPage, signInPage } from "./pages.ts";
import { longestPassword, passwordError } from "./password.ts";
import { register, showRegistration } from "./registration.ts";
import { signIn, signOut } from "./session.ts";

export function entranceRoutes(): Hono<Environment> {
  return new Hono<Environment>()
    .get("/register", showRegistration)
    .post("/register", register)
    .get("/sign-in", showSignIn)
    .post("/sign-in", signInByPassword)
    .post("/sign-out", signOut)
    .get("/enter/:token", signInByLink);
}

export function homeRoutes(): Hono<Environment> {
  return new Hono<Environment>().get("/", (c) => c.redirect(homeOf(c.var.signedIn), 303));
}

export function accountRoutes(): Hono<Environment> {
  return new Hono<Environment>().get("/", showAccount).post("/password", setPassword);
}

function showSignIn(c: Context<Environment>): Response | Promise<Response> {
  const { view, signedIn } = c.var;
  return signedIn === undefined ? c.html(signInPage(view, "")) : c.redirect(homeOf(signedIn), 303);
}

async function signInByPassword(c: Context<Environment>): Promise<Response> {
  const { view, services } = c.var;
  const { database, log } = services;
  const form = await formBody(c);
  const email = emailOf(form("email")).slice(0, 254);
  const address = addressOf(c);
  const pair = { limit: byEmailAndAddress, key: `${email} ${address}` };
  const limited = [pair, { limit: byEmail, key: email }, { limit: byAddress, key: address }];
  // Counted before the check, so that attempts in parallel don't slip through.
  const wait = await takeAttempt(database, limited);
  if (wait > 0) return tooMany(c, wait, (errors) => signInPage(view, email, errors));
  const accountId = await authenticate(database, email, form("password").slice(0, longestPassword));
  if (accountId === undefined) {
    log.info({ address }, "a sign-in was refused");
    return c.html(signInPage(view, email, { email: view.t("sign-in.refused") }), 422);
  }
  await clearAttempts(database, pair);
  await signIn(c, accountId);
  return c.redirect("/home", 303);
}

async function signInByLink(c: Context<Environment, "/enter/:token">): Promise<Response> {
  const { view, services } = c.var;
  const { database } = services;
  // A preview of the link in a chat must not use it up.
  if (c.req.method === "HEAD") return c.body(null);
  const limited = [{ limit: wrongLinks, key: addressOf(c) }];
  const wait = await secondsToWait(database, limited);
  const link = wait > 0 ? undefined : await useEntryLink(database, c.req.param("token"));
  if (link === undefined) {
    await takeAttempt(database, limited);
    const message = {
      title: view.t("enter.title"),
      text: view.t("enter.refused"),
      link: { href: "/sign-in", text: view.t("enter.sign-in") },
    };
    return c.html(messagePage(view, message), wait > 0 ? 429 : 410);
  }
  await signIn(c, link.accountId);
  return c.redirect(link.destination, 303);
}

function showAccount(c: Context<Environment>): Response | Promise<Response> {
  return c.html(accountPage(c.var.view, { changed: c.req.query("changed") !== undefined }));
}

async function setPassword(c: Context<Environment>): Promise<Response> {
  const { view, services } = c.var;
  const { accountId } = c.var.signedIn!;
  const password = (await formBody(c))("password");
  const error = passwordError(view, password);
  if (error !== undefined)
    return c.html(accountPage(view, { changed: false, errors: { password: error } }), 422);
  await changePassword(services.database, accountId, password);
  await signIn(c, accountId);
  return c.redirect("/account?changed", 303);
}
