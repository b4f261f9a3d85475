/** The compliance reports, for the ministry alone: whole pages of their own, not framed by the app. */
import type { Hono } from "hono";
import type { Environment, Services } from "../web/services.ts";
import { complianceReportNames } from "./compliance-reports.ts";

export function complianceRoutes(app: Hono<Environment>, { complianceReports }: Services): void {
  app.get("/ministry/compliance/:name", async (c) => {
    const name = complianceReportNames.find((known) => known === c.req.param("name"));
    const page = name === undefined ? undefined : await complianceReports?.read(name);
    if (page === undefined) return c.notFound();
    c.header("Content-Security-Policy", page.contentSecurityPolicy);
    return c.html(page.html);
  });
}
