/** Lengths of time as laws, operators and clouds write them, in days. */

const days = { D: 1, M: 30, Y: 365 } as const;

/** Of an ISO 8601 period in days, months or years (`P35D`): a month counts 30 days, a year 365. */
export function daysOfPeriod(period: string): number {
  const match = /^P(\d+)([DMY])$/.exec(period);
  return match === null ? Number.NaN : Number(match[1]) * days[match[2] as keyof typeof days];
}

/** Of `35d`, `5w`, `720h`, `720h0m0s`, `1m` as operators write retentions; undefined where it is none. */
export function daysOfDuration(text: string): number | undefined {
  const match = /^(\d+)\s*(d|w|h|m)(?:0m0s|0m|0s)?$/.exec(text.trim());
  if (match === null) return undefined;
  const number = Number(match[1]);
  return { d: number, w: number * 7, h: number / 24, m: number * 30 }[match[2] as "d" | "w" | "h" | "m"];
}
