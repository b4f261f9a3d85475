/** Which day it is in a time zone. */

/**
 * By Intl, which costs no command the loading of Temporal (`base/calendar.ts` has that).
 * @param timezone IANA. @param at epoch milliseconds. @returns YYYY-MM-DD.
 */
export const dayIn = (timezone: string, at: number | Date = Date.now()): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short" }).format(at);
