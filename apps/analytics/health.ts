/** The health of the analytics pipeline, in words for the ministry. */
import type { AnalyticsStatus } from "./analytics.ts";

export function analyticsHealth(
  { failure, lastRun, rows = 0 }: AnalyticsStatus,
  now = Date.now(),
): { readonly health: "healthy" | "failed"; readonly detail: string } {
  if (failure !== undefined) return { health: "failed", detail: `tries again: ${failure}` };
  if (lastRun === undefined) return { health: "healthy", detail: "the first run is in progress" };
  const age = Math.round((now - lastRun) / 1000);
  return { health: "healthy", detail: `${rows} key figures of shifts computed ${age} s ago` };
}
