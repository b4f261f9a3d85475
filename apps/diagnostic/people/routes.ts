/**
 * A company's people: who has access, and for its owners alone a link for another person, and the end of a person's access
 * after a question.
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { emailOf, isEmail } from "../accounts/accounts.ts";
import { takeAttempt } from "../accounts/attempts.ts";
import { invitations, tooMany } from "../accounts/limits.ts";
import type { Environment } from "../services.ts";
import { companyOf } from "../web/access.ts";
import { formBody } from "../web/form-body.ts";
import type { Content } from "../web/html.ts";
import { messagePage } from "../web/message.ts";
import { type PeoplePage, peoplePage, removalPage } from "./pages.ts";
import { colleagueOf, letIn, peopleOf, peoplePerCompany, removePerson } from "./people.ts";

export function peopleRoutes(): Hono<Environment> {
  return new Hono<Environment>()
    .get("/", async (c) => c.html(peoplePage(c.var.view, await contentOf(c))))
    .post("/", onlyOwners, giveAccess)
    .get("/remove", onlyOwners, askToRemove)
    .post("/remove", onlyOwners, endAccess);
}

const onlyOwners: MiddlewareHandler<Environment> = async (c, next) => {
  if (c.var.signedIn?.isOwner === true) return next();
  const { view } = c.var;
  const link = { href: "/account/people", text: view.t("people.title") };
  return c.html(
    messagePage(view, { title: view.t("people.title"), text: view.t("people.by-owner"), link }),
    403,
  );
};

async function contentOf(c: Context<Environment>): Promise<Pick<PeoplePage, "people">> {
  return { people: await peopleOf(c.var.services.database, companyOf(c).id) };
}

async function giveAccess(c: Context<Environment>): Promise<Response> {
  const { view, services, signedIn } = c.var;
  const { database, log } = services;
  const company = companyOf(c).id;
  const email = emailOf((await formBody(c))("email")).slice(0, 300);
  const content = await contentOf(c);
  const refuse = (error: Content) =>
    c.html(peoplePage(view, { ...content, email, errors: { email: error } }), 422);
  if (!isEmail(email)) return refuse(view.t("register.email.wrong"));
  // A link replaces the present password: whoever finds a phone signed in could choose another one.
  if (email === signedIn?.email) return refuse(view.t("people.yourself"));
  const wait = await takeAttempt(database, [{ limit: invitations, key: company }]);
  if (wait > 0) return tooMany(c, wait, (errors) => peoplePage(view, { ...content, email, errors }));
  const link = await letIn(database, company, email, view.translation.language);
  if (link === "taken") return refuse(view.t("people.taken"));
  if (link === "full") return refuse(view.t("people.too-many", { count: peoplePerCompany }));
  log.info({ company, by: signedIn?.accountId }, "a person was given access");
  const address = `${services.web.address}${link.path}`;
  return c.html(peoplePage(view, { ...(await contentOf(c)), link: { email, address } }));
}

async function askToRemove(c: Context<Environment>): Promise<Response> {
  const { services, signedIn, view } = c.var;
  const id = c.req.query("person") ?? "";
  const person = await colleagueOf(services.database, companyOf(c).id, id, signedIn?.accountId ?? "");
  if (person === undefined) return c.redirect("/account/people", 303);
  return c.html(removalPage(view, person));
}

async function endAccess(c: Context<Environment>): Promise<Response> {
  const { services, signedIn } = c.var;
  const company = companyOf(c).id;
  const by = signedIn?.accountId ?? "";
  const person = (await formBody(c))("person");
  if (await removePerson(services.database, company, person, by))
    services.log.info({ company, by, person }, "a person's access was ended");
  return c.redirect("/account/people", 303);
}
