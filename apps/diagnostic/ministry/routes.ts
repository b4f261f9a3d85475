/** The ministry's overview, and the compliance reports: whole pages that the app does not frame. */
import { count } from "drizzle-orm";
import { type Context, Hono } from "hono";
import { lastDays } from "../../../base/calendar.ts";
import { company } from "../../../stores/relational/schema.ts";
import type { Environment, Services } from "../services.ts";
import { complianceReportNames } from "./compliance-reports.ts";
import { type NationalFigures, nationalFigures } from "./national.ts";
import { ministryPage } from "./pages.ts";

const keptMilliseconds = 60_000;

export function ministryRoutes(): Hono<Environment> {
  return new Hono<Environment>()
    .get("/", showOverview(recentFigures()))
    .get("/compliance/:name", showComplianceReport);
}

function showOverview(figuresOf: ReturnType<typeof recentFigures>) {
  return async (c: Context<Environment>): Promise<Response> => {
    const { services, view } = c.var;
    const counts = await companyCounts(services);
    const wanted = c.req.query("companies");
    // Real and simulated companies are never added up; a stack that has only simulated ones shows those.
    const simulated = wanted === "simulated" || (wanted !== "real" && !counts.has(false) && counts.has(true));
    const unknown = (what: string) => (error: unknown) => {
      services.log.warn({ error: String(error) }, `${what} could not be read`);
      return undefined;
    };
    const [figures, flow, status, compliance] = await Promise.all([
      figuresOf(services, simulated),
      services.flow().catch(unknown("the flow of messages")),
      services.status().catch(unknown("the stack's status")),
      services.complianceReports?.available(),
    ]);
    const others = counts.get(!simulated) ?? 0;
    return c.html(ministryPage(view, { figures, simulated, others, flow, parts: status?.parts, compliance }));
  };
}

async function showComplianceReport(c: Context<Environment, "/compliance/:name">): Promise<Response> {
  const name = complianceReportNames.find((known) => known === c.req.param("name"));
  const page = name && (await c.var.services.complianceReports?.read(name));
  if (page === undefined) return c.notFound();
  c.header("Content-Security-Policy", page.contentSecurityPolicy);
  return c.html(page.html);
}

/** Computes the figures at most once a minute, however many people look at them. */
function recentFigures() {
  const kept = new Map<boolean, { readonly until: number; readonly figures: Promise<NationalFigures> }>();
  return (services: Services, simulated: boolean): Promise<NationalFigures> => {
    const known = kept.get(simulated);
    if (known !== undefined && known.until > Date.now()) return known.figures;
    const figures = nationalFigures(services, simulated, lastDays(services.country.timezone, 7));
    kept.set(simulated, { until: Date.now() + keptMilliseconds, figures });
    figures.catch(() => kept.delete(simulated));
    return figures;
  };
}

/** How many companies there are, by whether they are simulated. */
async function companyCounts({ database }: Services): Promise<Map<boolean, number>> {
  const rows = await database
    .select({ simulated: company.simulated, count: count() })
    .from(company)
    .groupBy(company.simulated);
  return new Map(rows.map((row) => [row.simulated, row.count]));
}
