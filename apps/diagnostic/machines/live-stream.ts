/** The stream of a company's live values as server-sent events. */
import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { LatestValue } from "../../analytics/queries.ts";
import { isStillSignedIn } from "../accounts/session.ts";
import type { Environment } from "../services.ts";
import { companyOf } from "../web/access.ts";
import { LiveReader } from "./live-texts.ts";

/** A stream ends then and the browser opens it again. */
const longestStreamMilliseconds = 1_800_000;
/** Machines go offline by the clock alone, without a change; proxies and the page need a sign of life. */
const tickMilliseconds = 10_000;
const streamsPerAccount = 12;
const streamsInAll = 5000;

/** Each app counts its own open streams. */
export function liveStream() {
  const openByAccount = new Map<string, number>();
  let open = 0;

  return (c: Context<Environment>): Response | Promise<Response> => {
    const account = c.var.signedIn!.accountId;
    const own = openByAccount.get(account) ?? 0;
    if (own >= streamsPerAccount || open >= streamsInAll) {
      c.header("Retry-After", "60");
      return c.text("Too many streams are open.", 503);
    }
    openByAccount.set(account, own + 1);
    open += 1;
    c.header("X-Accel-Buffering", "no");
    return streamSSE(c, async (stream) => {
      try {
        await sendChanges(c, stream);
      } finally {
        const left = (openByAccount.get(account) ?? 1) - 1;
        if (left > 0) openByAccount.set(account, left);
        else openByAccount.delete(account);
        open -= 1;
      }
    });
  };
}

/** Sends all values, then what changes, until the browser leaves, the session ends, the stack stops or the time is over. */
async function sendChanges(c: Context<Environment>, stream: SSEStreamingApi): Promise<void> {
  const { live, signal } = c.var.services;
  const company = companyOf(c).id;
  const wake = new Wake();
  const changed: LatestValue[] = [];
  const until = Date.now() + longestStreamMilliseconds;
  let stop: (() => void) | undefined;
  stream.onAbort(wake.end);
  signal?.addEventListener("abort", wake.end);
  try {
    stop = await live.watch(company, (values) => {
      changed.push(...values);
      wake.now();
    });
    const reader = new LiveReader(c.var.view);
    let comparedAt = 0;
    while (!wake.ended && Date.now() < until) {
      if (!live.isFresh) {
        // The store is away: only the proxies on the way get a sign of life, so that the page says that it knows nothing.
        await stream.write(": still here\n\n");
        await wake.next(tickMilliseconds);
        continue;
      }
      const values = await live.valuesOf(company);
      const isFirst = comparedAt === 0;
      // Time alone makes a machine offline, so once in a while all values are compared.
      const isComparedWhole = Date.now() - comparedAt >= tickMilliseconds;
      if (isComparedWhole && !isFirst && !(await isStillSignedIn(c))) return;
      if (isComparedWhole) comparedAt = Date.now();
      const texts = reader.next(values, isComparedWhole ? [...values.values()] : changed.splice(0));
      await stream.writeSSE({
        event: "values",
        // Without a change it is the sign of life.
        data: JSON.stringify(texts ?? { texts: {}, states: {} }),
        ...(isFirst && { retry: 3000 }),
      });
      await wake.next(tickMilliseconds);
    }
  } finally {
    stop?.();
    signal?.removeEventListener("abort", wake.end);
  }
}

/** Wakes a stream at a change, after a tick, or at its end. */
class Wake {
  ended = false;
  #next = Promise.withResolvers<void>();

  readonly now = () => this.#next.resolve();

  readonly end = () => {
    this.ended = true;
    this.now();
  };

  /** At once where a change came since the last time. */
  async next(milliseconds: number): Promise<void> {
    const timer = setTimeout(this.now, milliseconds);
    await this.#next.promise;
    clearTimeout(timer);
    if (!this.ended) this.#next = Promise.withResolvers();
  }
}
