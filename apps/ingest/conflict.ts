/** Two different values for one channel and time: the first stays, the other is rejected. */
import type { Reading } from "./reading.ts";
import { type ReceivedMessage, type Rejection, rejection } from "./rejection.ts";

export function rejectConflicts(
  messages: readonly { readonly readings: readonly Reading[]; readonly message: ReceivedMessage }[],
  conflicts: readonly { readonly reading: Reading; readonly stored: string }[],
  reject: (rejection: Rejection, message: ReceivedMessage) => void,
): void {
  const storedValues = new Map(conflicts.map(({ reading, stored }) => [reading, stored]));
  for (const { readings, message } of messages) {
    const conflicting = readings.filter((reading) => storedValues.has(reading));
    const [first] = conflicting;
    if (first === undefined) continue;
    const stored = storedValues.get(first);
    const detail = `Another value (${stored}) is already stored for ${first.series.key} at ${new Date(first.time).toISOString()}. Two readings of one channel need different times.`;
    reject(rejection(message, "time-conflict", detail, conflicting.length), message);
  }
}
