/** What `--at` of a restore means: a point in time as people write it, or the name of a backup. */
import { Temporal } from "temporal-polyfill";

const backupName = /^\d{8}T\d{6}Z$/;

/** How to write a point in time. */
export const timeFormats =
  "Write the time as 2026-11-25T02:00 (in the country's time) or 2026-11-25T02:00:00Z.";

/**
 * @param text with an offset (`2026-11-25T02:00:00Z`), or without one, in the country's time; or the name of a backup.
 * @returns the name as it is, the time, or null where it is neither.
 */
export function restorePoint(text: string, timezone: string): string | Date | null {
  if (backupName.test(text)) return text;
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    // Without an offset.
  }
  try {
    return new Date(Temporal.PlainDateTime.from(text).toZonedDateTime(timezone).epochMilliseconds);
  } catch {
    return null;
  }
}
