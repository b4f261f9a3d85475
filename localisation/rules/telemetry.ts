/** Shifts don't overlap, holidays are unique, and coarse data is kept at least as long as fine data. */
import { periodDays } from "../../base/period.ts";
import type { Rule } from "../check/examination.ts";
import { quote } from "../problem.ts";
import type { Shift } from "../schema/country.ts";
import { weekdays } from "../schema/telemetry.ts";

const minutesADay = 24 * 60;
const minutesAWeek = 7 * minutesADay;

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Minutes from start to end; an end not after the start is on the next day. */
function lengthOf({ start, end }: Shift): number {
  const length = minuteOf(end) - minuteOf(start);
  return length > 0 ? length : length + minutesADay;
}

export const shiftsDoNotOverlap: Rule = (examination) => {
  const shifts = examination.elements("telemetry", "shifts").map(({ item, path }) => ({ shift: item, path }));
  for (const [index, { shift, path }] of shifts.entries()) {
    if (shift.plannedBreakMinutes >= lengthOf(shift))
      examination.report(
        [...path, "plannedBreakMinutes"],
        `The breaks are as long as the whole shift of ${lengthOf(shift)} minutes.`,
        "Write the minutes of breaks in one shift.",
      );
    for (const { shift: earlier } of shifts.slice(0, index)) {
      const day = overlap(earlier, shift);
      if (day === undefined) continue;
      examination.report(
        [...path, "start"],
        `The shift ${quote(shift.name)} overlaps ${quote(earlier.name)} on ${day}.`,
        "Change the times or the days of one.",
      );
      break;
    }
  }
};

/** The first day on which both shifts run at once, also across the end of the week. */
function overlap(one: Shift, other: Shift): string | undefined {
  for (const day of other.days) {
    const start = weekdays.indexOf(day) * minutesADay + minuteOf(other.start);
    for (const earlierDay of one.days) {
      const earlierStart = weekdays.indexOf(earlierDay) * minutesADay + minuteOf(one.start);
      const after = (start - earlierStart + minutesAWeek) % minutesAWeek;
      const before = (earlierStart - start + minutesAWeek) % minutesAWeek;
      if (after < lengthOf(one) || before < lengthOf(other)) return day;
    }
  }
  return undefined;
}

export const holidaysAreUnique: Rule = (examination) => {
  const seen = new Set<string>();
  for (const { item, path } of examination.elements("telemetry", "holidays")) {
    if (seen.has(item.date))
      examination.warn([...path, "date"], `${item.date} is a duplicate.`, "Put both names into one entry.");
    seen.add(item.date);
  }
};

export const retentionGrowsWithCoarseness: Rule = (examination) => {
  const levels = ["raw", "minute", "hour", "day"] as const;
  for (const [index, level] of levels.entries()) {
    const finer = levels[index - 1];
    const period = examination.read("telemetry", "retention", level);
    const finerPeriod = finer === undefined ? undefined : examination.read("telemetry", "retention", finer);
    if (period === undefined || finerPeriod === undefined || periodDays(period) >= periodDays(finerPeriod))
      continue;
    examination.report(
      ["telemetry", "retention", level],
      `Data by ${level} is kept ${period}, shorter than the finer ${finer} data (${finerPeriod}).`,
      `Write ${finerPeriod} or longer.`,
    );
  }
};
