/** How often a schedule in cron's form runs: five fields as Kubernetes has them, six with seconds as CloudNativePG has them. */

import { rememberTexts } from "./last.ts";

const months = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const weekdays = "sun mon tue wed thu fri sat".split(" ");

const macros: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const day = 86_400_000;
/** Four years have every date. */
const start = Date.UTC(2027, 0, 1);
const days = 1461;

/** @returns days, infinite where it never runs; undefined where the text is no schedule that can be read. */
export const longestGap = rememberTexts((schedule: string): number | undefined => {
  const plain = schedule.trim().replace(/^(CRON_TZ|TZ)=\S+\s+/, "");
  const every = /^@every\s+(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(plain);
  if (every !== null)
    return (Number(every[1] ?? 0) + Number(every[2] ?? 0) / 60 + Number(every[3] ?? 0) / 3600) / 24;
  const fields = (macros[plain.toLowerCase()] ?? plain).split(/\s+/);
  if (fields.length === 6) fields.shift();
  const [minute, hour, date, month, weekday] = fields;
  if (fields.length !== 5 || minute === undefined || hour === undefined || date === undefined)
    return undefined;
  const read = {
    minutes: numbersOf(minute, 0, 59),
    hours: numbersOf(hour, 0, 23),
    dates: numbersOf(date, 1, 31),
    months: numbersOf(month ?? "", 1, 12, months),
    weekdays: numbersOf((weekday ?? "").replaceAll("7", "0"), 0, 6, weekdays),
  };
  if (Object.values(read).some((numbers) => numbers === undefined)) return undefined;
  return gapOf((at) => {
    const onDate = read.dates?.has(at.getUTCDate()) === true;
    const onWeekday = read.weekdays?.has(at.getUTCDay()) === true;
    // Where both are given, one of them is enough.
    const isEither = !isAny(date) && !isAny(weekday ?? "*");
    return (
      read.months?.has(at.getUTCMonth() + 1) === true &&
      (isEither ? onDate || onWeekday : onDate && onWeekday)
    );
  });
});

const isAny = (field: string): boolean => field === "*" || field === "?";

function gapOf(runs: (at: Date) => boolean): number {
  let first: number | undefined;
  let last: number | undefined;
  let gap = 0;
  for (let index = 0; index < days; index++) {
    if (!runs(new Date(start + index * day))) continue;
    if (last !== undefined) gap = Math.max(gap, index - last);
    first ??= index;
    last = index;
  }
  if (first === undefined || last === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(gap, days - last + first);
}

/** The numbers of a field such as `1-5`, `*\/2` or `mon,wed`; undefined where it is no such field. */
function numbersOf(
  field: string,
  least: number,
  most: number,
  names: readonly string[] = [],
): ReadonlySet<number> | undefined {
  const numbers = new Set<number>();
  const numberOf = (text: string): number => {
    const named = names.indexOf(text.toLowerCase());
    return named >= 0 ? named + least : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  };
  for (const part of field.split(",")) {
    const [range = "", step = "1", more] = part.split("/");
    const [from = "", to = part.includes("/") ? String(most) : from] = isAny(range)
      ? [String(least), String(most)]
      : range.split("-");
    const [first, last, by] = [numberOf(from), numberOf(to), Number(step)];
    if (more !== undefined || !(first >= least && last <= most && first <= last && by >= 1)) return undefined;
    for (let number = first; number <= last; number += by) numbers.add(number);
  }
  return numbers;
}
