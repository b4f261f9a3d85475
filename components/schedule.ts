/** Times of day and retention periods of the localisation file, in the notation of operators and CronJobs. */
import { parsePeriod } from "../base/period.ts";

/** Five fields of cron, in a time zone that the CronJob names itself. */
export function dailyCron(timeOfDay: string): string {
  const [hour, minute] = timeOfDay.split(":");
  return `${Number(minute)} ${Number(hour)} * * *`;
}

/**
 * Six fields of cron with seconds first, in UTC, for schedulers that know no time zones. Where clocks change in summer, the job
 * then starts an hour earlier or later.
 */
export function dailyCronInUtc(timeOfDay: string, timezone: string): string {
  const [hour = 0, minute = 0] = timeOfDay.split(":").map(Number);
  const day = 24 * 60;
  const utc = (((hour * 60 + minute - offsetMinutes(timezone)) % day) + day) % day;
  return `0 ${utc % 60} ${Math.floor(utc / 60)} * * *`;
}

/** When a daily job starts, in UTC. */
export function dailyStartInUtc(timeOfDay: string, timezone: string): { hour: number; minute: number } {
  const [, minute = "0", hour = "0"] = dailyCronInUtc(timeOfDay, timezone).split(" ");
  return { hour: Number(hour), minute: Number(minute) };
}

/** The half hour after a time of day, in UTC, as RDS writes it: "00:00-00:30". */
export function windowInUtc(timeOfDay: string, timezone: string): string {
  const { hour, minute } = dailyStartInUtc(timeOfDay, timezone);
  const start = hour * 60 + minute;
  const clock = (minutes: number) =>
    [Math.floor(minutes / 60) % 24, minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
  return `${clock(start)}-${clock(start + 30)}`;
}

/** Of January, so that a plan doesn't depend on the day that it is made. */
function offsetMinutes(timezone: string): number {
  const date = new Date(Date.UTC(2026, 0, 15, 12));
  const name = new Intl.DateTimeFormat("en", { timeZone: timezone, timeZoneName: "longOffset" })
    .formatToParts(date)
    .find((piece) => piece.type === "timeZoneName")?.value;
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? "");
  if (match === null) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/** ISO 8601 duration of days, months or years, as Barman writes it: "35d", "12m". */
export function retentionPolicy(period: string): string {
  const { count, unit } = parsePeriod(period);
  return unit === "Y" ? `${count * 12}m` : `${count}${unit.toLowerCase()}`;
}
