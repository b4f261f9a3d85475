/** The ministry's overview. Its figures are computed at most once in a while, however many look at them. */
import { count } from "drizzle-orm";
import type { Hono } from "hono";
import { company } from "../../../stores/relational/schema.ts";
import { lastDays } from "../machines/routes.ts";
import type { Environment, Services } from "../web/services.ts";
import { type NationalFigures, nationalFigures } from "./national.ts";
import { ministryPage } from "./pages.ts";

const keptMilliseconds = 60_000;

export function ministryRoutes(app: Hono<Environment>, services: Services): void {
  const { database, country, log } = services;
  const kept = new Map<boolean, { readonly until: number; readonly figures: Promise<NationalFigures> }>();

  const figuresOf = (simulated: boolean): Promise<NationalFigures> => {
    const known = kept.get(simulated);
    if (known !== undefined && known.until > Date.now()) return known.figures;
    const figures = nationalFigures(services, simulated, lastDays(country.timezone, 7));
    kept.set(simulated, { until: Date.now() + keptMilliseconds, figures });
    figures.catch(() => kept.delete(simulated));
    return figures;
  };

  app.get("/ministry", async (c) => {
    const rows = await database
      .select({ simulated: company.simulated, count: count() })
      .from(company)
      .groupBy(company.simulated);
    const counts = new Map(rows.map((row) => [row.simulated, row.count]));
    const wanted = c.req.query("companies");
    // Real and simulated companies are never added up; a stack that has only simulated ones shows those.
    const simulated = wanted === "simulated" || (wanted !== "real" && !counts.has(false) && counts.has(true));
    const [figures, flow, status] = await Promise.all([
      figuresOf(simulated),
      services.flow().catch((error: unknown) => {
        log.warn({ error: String(error) }, "the flow of messages could not be read");
        return undefined;
      }),
      services.status().catch((error: unknown) => {
        log.warn({ error: String(error) }, "the stack's status could not be read");
        return undefined;
      }),
    ]);
    return c.html(
      ministryPage(c.var.view, {
        figures,
        simulated,
        others: counts.get(!simulated) ?? 0,
        flow,
        parts: status?.parts,
        compliance: await services.complianceReports?.available(),
      }),
    );
  });
}
