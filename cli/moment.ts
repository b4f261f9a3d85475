/** A moment as people write it. */
import { Temporal } from "temporal-polyfill";

const backupName = /^\d{8}T\d{6}Z$/;

/**
 * @param text with an offset (`2026-11-25T02:00:00Z`), or without one, in the country's time; or the name of a backup.
 * @returns the name as it is, the moment, or null where it is neither.
 */
export function momentOf(text: string, timezone: string): string | Date | null {
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
