/** Pages without forms: welcome, privacy, a company's own first page. */
import type { Hono } from "hono";
import { kpiOfCompany } from "../../analytics/queries.ts";
import { homeOf } from "../accounts/routes.ts";
import { machinesNow, machinesOf } from "../machines/machines.ts";
import { lastDays } from "../machines/routes.ts";
import { privacyPage } from "../public/data-protection.ts";
import { welcomePage } from "../public/welcome.ts";
import { answersOf, completedAssessments, openAssessment } from "../questionnaire/assessments.ts";
import { companyOf } from "../web/access.ts";
import type { Environment, Services } from "../web/services.ts";
import { companyPage } from "./pages.ts";

export function pageRoutes(app: Hono<Environment>, services: Services): void {
  const { database, reader, country, live, questions } = services;

  app.get("/", (c) => c.html(welcomePage(c.var.view, questions.length)));
  app.get("/privacy", (c) => c.html(privacyPage(c.var.view)));
  app.get("/home", (c) => c.redirect(homeOf(c.var.view), 303));

  app.get("/company", async (c) => {
    const company = companyOf(c).id;
    const [open, completed, machines, values, week] = await Promise.all([
      openAssessment(database, company),
      completedAssessments(database, company),
      machinesOf(database, company),
      live.valuesOf(company),
      kpiOfCompany(reader, company, lastDays(country.timezone, 7)),
    ]);
    const answers = open === undefined ? undefined : await answersOf(database, open.id);
    const now = machinesNow(country, values);
    return c.html(
      companyPage(c.var.view, {
        questions: questions.length,
        answered:
          answers === undefined ? undefined : questions.filter(({ id }) => answers[id] !== undefined).length,
        latest: completed[0],
        machines: machines.length,
        online: machines.filter(({ site, id }) => {
          const state = now.get(`${site}/${id}`)?.state;
          return state !== undefined && state !== "offline";
        }).length,
        week,
      }),
    );
  });
}
