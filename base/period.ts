/**
 * Lengths of time in days, as the localisation file writes them (ISO 8601 with one unit: `P35D`, `P6M`, `P2Y`) and as
 * operators do (`35d`, `720h`).
 */

export interface Period {
  readonly count: number;
  readonly unit: "D" | "M" | "Y";
}

/**
 * Clouds and backup programs count days; a calendar's months have 28 to 31. They have one length here, so that the
 * component that sets a retention and the policy that checks it count alike.
 */
const days = { D: 1, M: 30, Y: 365 } as const;
/** For what must not happen before a period has ended in any calendar, or after it. */
const shortestDays = { D: 1, M: 28, Y: 365 } as const;
const longestDays = { D: 1, M: 31, Y: 366 } as const;

/** @throws RangeError where the text is no period in days, months or years. */
export function parsePeriod(text: string): Period {
  const [, count, unit] = /^P(\d+)([DMY])$/.exec(text) ?? [];
  if (count === undefined) throw new RangeError(`${text} is no period in days, months or years.`);
  return { count: Number(count), unit: unit as Period["unit"] };
}

function counted(text: string, lengths: Readonly<Record<Period["unit"], number>>): number {
  const { count, unit } = parsePeriod(text);
  return count * lengths[unit];
}

/** @throws RangeError as parsePeriod does. */
export const periodDays = (text: string): number => counted(text, days);
export const shortestPeriodDays = (text: string): number => counted(text, shortestDays);
export const longestPeriodDays = (text: string): number => counted(text, longestDays);

/** Days of `35d`, `5w`, `12m` (months), `720h` or `720h0m0s`; undefined where the text is none of these. */
export function durationDays(text: string): number | undefined {
  const [, count, unit] = /^(\d+)\s*(d|w|h|m)(?:0m0s|0m|0s)?$/.exec(text.trim()) ?? [];
  if (count === undefined) return undefined;
  return Number(count) * { d: days.D, w: 7, h: 1 / 24, m: days.M }[unit as "d" | "w" | "h" | "m"];
}
