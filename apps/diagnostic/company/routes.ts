/** A company's own first page, and the copy of its data. */
import { type Context, Hono } from "hono";
import { lastDays } from "../../../base/calendar.ts";
import { kpiOfCompany } from "../../analytics/queries.ts";
import { machinesNow, machinesOf } from "../machines/machines.ts";
import { answersOf, completedAssessments, openAssessment } from "../questionnaire/assessments.ts";
import type { Environment } from "../services.ts";
import { companyOf } from "../web/access.ts";
import { companyData } from "./company-data.ts";
import { companyPage } from "./pages.ts";

export function companyRoutes(): Hono<Environment> {
  return new Hono<Environment>().get("/", showCompany);
}

export function companyDataRoutes(): Hono<Environment> {
  return new Hono<Environment>().get("/", downloadData);
}

async function showCompany(c: Context<Environment>): Promise<Response> {
  const { database, reader, country, live, questions } = c.var.services;
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
  const isOnline = ({ site, id }: { site: string; id: string }) =>
    (now.get(`${site}/${id}`)?.state ?? "offline") !== "offline";
  return c.html(
    companyPage(c.var.view, {
      questions: questions.length,
      answered: answers && questions.filter(({ id }) => answers[id] !== undefined).length,
      latest: completed[0],
      machines: machines.length,
      online: machines.filter(isOnline).length,
      week,
    }),
  );
}

async function downloadData(c: Context<Environment>): Promise<Response> {
  const { id } = companyOf(c);
  c.header("Content-Disposition", `attachment; filename="${id}.json"`);
  return c.json(await companyData(c.var.services.database, id));
}
