/** Machines: live values and their stream, charts. */
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { LiveValues } from "../../apps/diagnostic/machines/live-values.ts";
import { company } from "../../stores/relational/schema.ts";
import { type AppUnderTest, type Browser, openApp } from "./app-under-test.ts";

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const minute = 60_000;

/** Reads events until one satisfies the condition. */
async function eventWhere(
  browser: Browser,
  condition: (data: { texts: Record<string, string>; states: Record<string, string[]> }) => boolean,
  meanwhile?: () => Promise<void>,
) {
  const response = await browser.get("/machines/live", { accept: "text/event-stream" });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  let told = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The stream ended.");
    buffered += value;
    for (const [, data] of buffered.matchAll(/^data: (.*)$/gm)) {
      const parsed = JSON.parse(data!);
      if (condition(parsed)) {
        await reader.cancel();
        return parsed;
      }
    }
    if (!told && buffered.includes("data:")) {
      told = true;
      await meanwhile?.();
    }
  }
}

describe("live values", () => {
  test("come with the page, then by the stream as they are stored", async () => {
    const { id, account } = await app.company("Live Works", ["Lathe"]);
    await app.insert([
      { company: id, machine: "lathe", channel: "temperature", time: Date.now() - 2000, value: 40 },
    ]);
    const browser = await app.signedIn(account);
    expect(await browser.page("/machines")).toContain('data-live="hall/lathe/temperature">40 °C<');
    const event = await eventWhere(
      browser,
      ({ texts }) => texts["hall/lathe/temperature"] === "55,25 °C",
      () =>
        app.insert([
          { company: id, machine: "lathe", channel: "temperature", time: Date.now(), value: 55.25 },
          { company: id, machine: "lathe", channel: "state", time: Date.now(), value: "down" },
        ]),
    );
    expect(event.states["hall/lathe"]).toEqual(["down", "Down"]);
    expect(JSON.parse(await browser.page("/machines/values")).texts["hall/lathe/temperature"]).toBe(
      "55,25 °C",
    );
  });

  test("end with the session: a company that is erased sees no more of them", async () => {
    const { id, account: owner } = await app.company("Erased Works", ["Lathe"]);
    const browser = await app.signedIn(owner, "/machines");
    const response = await browser.get("/machines/live", { accept: "text/event-stream" });
    await app.database.delete(company).where(eq(company.id, id));
    // It would go on for half an hour.
    await response.text();
    expect((await browser.get("/machines/live", { accept: "text/event-stream" })).status).toBe(401);
  });

  test("of another company never come through the stream", async () => {
    const own = await app.company("Listening Works", ["Lathe"]);
    const other = await app.company("Neighbour Works", ["Press"]);
    const browser = await app.signedIn(own.account);
    const event = await eventWhere(
      browser,
      ({ texts }) => texts["hall/lathe/power"] !== undefined,
      async () => {
        await app.insert([
          { company: other.id, machine: "press", channel: "power", time: Date.now(), value: 5 },
        ]);
        await app.insert([
          { company: own.id, machine: "lathe", channel: "power", time: Date.now(), value: 6 },
        ]);
      },
    );
    expect(Object.keys(event.texts).filter((key) => key.includes("press"))).toEqual([]);
  });

  test("that are older than what is shown change nothing", async () => {
    const { id, account } = await app.company("Backlog Works", ["Lathe"]);
    const now = Date.now();
    await app.insert([{ company: id, machine: "lathe", channel: "power", time: now, value: 2 }]);
    const browser = await app.signedIn(account);
    await eventWhere(
      browser,
      ({ texts }) => texts["hall/lathe/humidity"] !== undefined,
      async () => {
        await app.insert([
          { company: id, machine: "lathe", channel: "power", time: now - 5 * minute, value: 9 },
        ]);
        await app.insert([{ company: id, machine: "lathe", channel: "humidity", time: now, value: 50 }]);
      },
    );
    expect(JSON.parse(await browser.page("/machines/values")).texts["hall/lathe/power"]).toBe("2 kW");
  });

  test("of a silent machine say that it is offline", async () => {
    const { id, account } = await app.company("Silent Works", ["Lathe", "Press"]);
    const silentSince = Date.now() - (app.country.telemetry.offlineAfterSeconds + 60) * 1000;
    await app.insert([
      { company: id, machine: "lathe", channel: "state", time: silentSince, value: "producing" },
    ]);
    const browser = await app.signedIn(account);
    const page = await browser.page("/machines");
    expect(page).toMatch(/data-state-of="hall\/lathe" data-state="offline">Offline/);
    expect(page).toMatch(/data-state-of="hall\/press" data-state="never">Not heard yet/);
  });

  test("many watchers of many companies cost the store one question at a time, also after one failed", async () => {
    const companies = await Promise.all(
      ["a", "b", "c"].map((name) => app.company(`Shared ${name}`, ["Lathe"])),
    );
    let inFlight = 0;
    let mostInFlight = 0;
    let failing = true;
    const query = async (parameters: Parameters<typeof app.store.reader.query>[0]) => {
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      try {
        if (failing && parameters.query.includes("received_at")) throw new Error("The store is busy.");
        return await app.store.reader.query(parameters);
      } finally {
        inFlight -= 1;
      }
    };
    const warnings: string[] = [];
    const live = new LiveValues({ query } as never, { warn: (_, message) => warnings.push(message) });
    const heard = new Map<string, number>();
    const stops = await Promise.all(
      companies.flatMap(({ id }) =>
        Array.from({ length: 40 }, () =>
          live.watch(id, (changed) => {
            for (const value of changed) heard.set(value.company, (heard.get(value.company) ?? 0) + 1);
          }),
        ),
      ),
    );
    expect(live.watched).toBe(3);
    mostInFlight = 0;
    await expect.poll(() => warnings.length, { timeout: 20_000 }).toBeGreaterThan(0);
    failing = false;
    const time = Date.now();
    await app.insert(
      companies.map(({ id }) => ({ company: id, machine: "lathe", channel: "power", time, value: 1 })),
    );
    await expect.poll(() => [...heard.values()], { timeout: 20_000 }).toEqual([40, 40, 40]);
    expect(mostInFlight).toBe(1);
    for (const stop of stops) stop();
    expect(live.watched).toBe(0);
    live.close();
  });

  test("are asked for anew, and the stream says nothing, while the store has not answered for 25 s", async () => {
    const { id } = await app.company("Storeless Works", ["Lathe"]);
    const heardAt = Date.now();
    await app.insert([{ company: id, machine: "lathe", channel: "power", time: heardAt, value: 1 }]);
    let isAway = false;
    const query = async (parameters: Parameters<typeof app.store.reader.query>[0]) => {
      if (isAway) throw new Error("The store is away.");
      return app.store.reader.query(parameters);
    };
    const live = new LiveValues({ query } as never, { warn: () => undefined });
    const stop = await live.watch(id, () => undefined);
    isAway = true;
    expect(live.isFresh).toBe(true);
    expect((await live.valuesOf(id)).size).toBe(1);
    vi.setSystemTime(heardAt + 60_000);
    expect(live.isFresh).toBe(false);
    await expect(live.valuesOf(id)).rejects.toThrow("away");
    vi.useRealTimers();
    stop();
    live.close();
  });

  test("streams are limited by account, and leave nothing behind", async () => {
    const { id, account } = await app.company("Crowded Works", ["Lathe"]);
    await app.insert([{ company: id, machine: "lathe", channel: "power", time: Date.now(), value: 1 }]);
    const browser = await app.signedIn(account);
    const streams = await Promise.all(Array.from({ length: 12 }, () => browser.get("/machines/live")));
    expect(streams.map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect((await browser.get("/machines/live")).status).toBe(503);
    for (const { body } of streams) await body!.cancel();
    // The places are free again once the server has noticed.
    await expect
      .poll(
        async () => {
          const response = await browser.get("/machines/live");
          await response.body?.cancel();
          return response.status;
        },
        { timeout: 20_000 },
      )
      .toBe(200);
  });
});

describe("a machine's page", () => {
  test("draws its states, gives its series, and follows the chosen measurement", async () => {
    const { id, account } = await app.company("Chart Works", ["Lathe"]);
    const now = Date.now();
    await app.insert(
      Array.from({ length: 60 }, (_, index) => index).flatMap((index) => [
        {
          company: id,
          machine: "lathe",
          channel: "state",
          time: now - index * minute,
          value: index < 30 ? "producing" : "idle",
        },
        {
          company: id,
          machine: "lathe",
          channel: "temperature",
          time: now - index * minute,
          value: 20 + index,
        },
        {
          company: id,
          machine: "lathe",
          channel: "produced",
          time: now - index * minute,
          value: 100 - index,
        },
      ]),
    );
    const browser = await app.signedIn(account);
    const page = await browser.page("/machines/hall/lathe?channel=produced&range=1h");
    expect(page).toMatch(/<rect data-state="producing"/);
    expect(page).toMatch(/<rect data-state="unknown"/);
    expect(page).toContain('data-chart="/machines/hall/lathe/series?channel=produced&amp;range=1h"');
    const series = JSON.parse(await browser.page("/machines/hall/lathe/series?channel=temperature&range=8h"));
    expect(series.value).toEqual(Array.from({ length: 60 }, (_, index) => 79 - index));
    expect(series.time.length).toBe(60);
    expect((await browser.get("/machines/hall/lathe/series")).status).toBe(404);
  });
});
