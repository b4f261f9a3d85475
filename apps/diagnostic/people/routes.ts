/** A company's people: who has access, a link for a new person, the end of a person's access. */
import { type Context, Hono } from "hono";
import { emailOf, isEmail } from "../accounts/accounts.ts";
import type { Environment } from "../services.ts";
import { companyOf } from "../web/access.ts";
import { formBody } from "../web/form-body.ts";
import { type PeoplePage, peoplePage } from "./pages.ts";
import { letIn, peopleOf, peoplePerCompany, removePerson } from "./people.ts";

export function peopleRoutes(): Hono<Environment> {
  return new Hono<Environment>()
    .get("/", async (c) => c.html(await pageOf(c)))
    .post("/", giveAccess)
    .post("/remove", endAccess);
}

async function pageOf(c: Context<Environment>, extra: Omit<PeoplePage, "people"> = {}) {
  const people = await peopleOf(c.var.services.database, companyOf(c).id);
  return peoplePage(c.var.view, { people, ...extra });
}

async function giveAccess(c: Context<Environment>): Promise<Response> {
  const { view, services } = c.var;
  const company = companyOf(c).id;
  const email = emailOf((await formBody(c))("email")).slice(0, 300);
  const refuse = async (error: string) => c.html(await pageOf(c, { email, errors: { email: error } }), 422);
  if (!isEmail(email)) return refuse(view.t("register.email.wrong"));
  const link = await letIn(services.database, company, email, view.translation.language);
  if (link === "taken") return refuse(view.t("people.taken"));
  if (link === "full") return refuse(view.t("people.too-many", { count: peoplePerCompany }));
  services.log.info({ company, by: c.var.signedIn?.accountId }, "a person was given access");
  const address = `${services.secureCookies ? "https" : "http"}://${c.req.header("host") ?? ""}${link.path}`;
  return c.html(await pageOf(c, { link: { email, address } }));
}

async function endAccess(c: Context<Environment>): Promise<Response> {
  const person = (await formBody(c))("person");
  await removePerson(c.var.services.database, companyOf(c).id, person, c.var.signedIn!.accountId);
  return c.redirect("/account/people", 303);
}
