/**
 * Compares a company's result with others of its sector or size band: only where there are as many other companies as the
 * country's minimum count, and only with results of publication periods that have ended, so that the difference between two
 * days does not show one company's result.
 */
import { and, eq, isNotNull, lt, ne, sql } from "drizzle-orm";
import { timeIn } from "../../../base/calendar.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import type { Database } from "../../../stores/relational/database.ts";
import { assessment, company } from "../../../stores/relational/schema.ts";
import type { SignedInCompany } from "../web/visitor.ts";
import type { Score } from "./scoring.ts";

export interface PeerComparison {
  readonly group: "sector" | "size-band";
  /** Other companies of the group with a result. */
  readonly companies: number;
  /** Mean overall level of those companies; absent below the minimum count. */
  readonly mean?: number;
}

export async function compareWithPeers(
  database: Database,
  country: Country,
  own: SignedInCompany,
  now = Date.now(),
): Promise<PeerComparison[]> {
  const before = startOfPublicationPeriod(country, now);
  const comparisons: PeerComparison[] = [];
  for (const group of country.diagnostic.benchmarkGroups) {
    const rows = await database
      .selectDistinctOn([assessment.companyId], { score: assessment.score })
      .from(assessment)
      .innerJoin(company, eq(company.id, assessment.companyId))
      .where(
        and(
          isNotNull(assessment.completedAt),
          lt(assessment.completedAt, before),
          ne(company.id, own.id),
          eq(company.simulated, own.simulated),
          group === "sector" ? eq(company.sector, own.sector) : eq(company.sizeBand, own.sizeBand),
        ),
      )
      .orderBy(assessment.companyId, sql`${assessment.completedAt} desc`);
    const levels = rows.map((row) => (row.score as Score).overall);
    const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
    comparisons.push({
      group,
      companies: levels.length,
      ...(levels.length >= country.aggregates.minimumCount ? { mean } : {}),
    });
  }
  return comparisons;
}

const monthsOf = { monthly: 1, quarterly: 3, yearly: 12 } as const;

/** @returns when the calendar month, quarter or year began, in the country's time zone. @param now epoch milliseconds. */
export function startOfPublicationPeriod(country: Country, now: number): Date {
  const months = monthsOf[country.aggregates.publication];
  const today = timeIn(country.timezone, now);
  const month = Math.floor((today.month - 1) / months) * months + 1;
  return new Date(today.with({ month, day: 1 }).startOfDay().epochMilliseconds);
}
