/** How far back a chart can reach, in milliseconds. */

const hour = 3_600_000;

export const chartRanges = {
  "1h": hour,
  "8h": 8 * hour,
  "7d": 7 * 24 * hour,
  "30d": 30 * 24 * hour,
} as const;

export type ChartRange = keyof typeof chartRanges;

export function chartRange(text: string | undefined): ChartRange {
  return text !== undefined && Object.hasOwn(chartRanges, text) ? (text as ChartRange) : "8h";
}
