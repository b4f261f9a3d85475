/** Waits for conditions on the cluster, and says what was seen when one does not come. */
import { setTimeout } from "node:timers/promises";

/**
 * @param attempt throws until it succeeds.
 * @throws the last failure, with what was waited for.
 */
export async function waitFor<T>(
  what: string,
  attempt: () => Promise<T>,
  { seconds = 300, every = 1000 }: { readonly seconds?: number; readonly every?: number } = {},
): Promise<T> {
  const until = Date.now() + seconds * 1000;
  for (;;)
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until)
        throw new Error(`${what} did not come in ${seconds} s: ${(error as Error).message}`, {
          cause: error,
        });
      await setTimeout(every);
    }
}
