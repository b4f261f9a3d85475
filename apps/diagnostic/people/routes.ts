/** A company's people: who has access, a link for somebody new, an end to somebody's access. */
import type { Context, Hono } from "hono";
import { emailOf } from "../accounts/accounts.ts";
import { isEmail } from "../accounts/email.ts";
import { companyOf } from "../web/access.ts";
import { formBody } from "../web/form-body.ts";
import type { Environment, Services } from "../web/services.ts";
import { peoplePage } from "./pages.ts";
import { letIn, peopleOf, peoplePerCompany, removePerson } from "./people.ts";

export function peopleRoutes(app: Hono<Environment>, services: Services): void {
  const { database, log } = services;
  const people = (c: Context<Environment>) => peopleOf(database, companyOf(c).id);

  app.get("/account/people", async (c) => c.html(peoplePage(c.var.view, { people: await people(c) })));

  app.post("/account/people", async (c) => {
    const { view } = c.var;
    const email = emailOf((await formBody(c))("email")).slice(0, 300);
    const refuse = async (error: string) =>
      c.html(peoplePage(view, { people: await people(c), email, errors: { email: error } }), 422);
    if (!isEmail(email)) return refuse(view.t("register.email.wrong"));
    const link = await letIn(database, companyOf(c).id, email, view.translation.language);
    if (link === "taken") return refuse(view.t("people.taken"));
    if (link === "full") return refuse(view.t("people.too-many", { count: peoplePerCompany }));
    log.info({ company: companyOf(c).id, by: view.signedIn?.accountId }, "a person was given access");
    const address = `${services.secureCookies ? "https" : "http"}://${c.req.header("host") ?? ""}${link.path}`;
    return c.html(peoplePage(view, { people: await people(c), link: { email, address } }));
  });

  app.post("/account/people/remove", async (c) => {
    const person = (await formBody(c))("person");
    await removePerson(database, companyOf(c).id, person, c.var.view.signedIn!.accountId);
    return c.redirect("/account/people", 303);
  });
}
