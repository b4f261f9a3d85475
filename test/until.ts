/** Waits for a condition, and fails where it does not come true in time. */
import { setTimeout } from "node:timers/promises";

export async function until(
  condition: () => boolean | Promise<boolean>,
  { seconds = 200, every = 10 }: { readonly seconds?: number; readonly every?: number } = {},
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`After ${seconds} s it is still not true: ${condition}`);
    await setTimeout(every);
  }
}
