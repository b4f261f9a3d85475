/** Two ingests on one store, each series through one of them at a time, as on a cluster: every reading counts once. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Ingest } from "../../apps/ingest/ingest.ts";
import { MachineRegistry } from "../../apps/ingest/machine-registry.ts";
import type { ReceivedMessage } from "../../apps/ingest/rejection.ts";
import type { RelationalStore } from "../../stores/relational/database.ts";
import { registerTestCompany } from "../broker/data-path.ts";
import { openTestRelational, openTestTimeSeries, type TestTimeSeriesStore } from "../stores/open.ts";
import { disagreements, insertRaw, rowsOf, storedCountry } from "../stores/rows.ts";

const timezone = "America/Sao_Paulo";
const country = storedCountry(timezone);
let store: TestTimeSeriesStore;
let relational: RelationalStore;
const open: Ingest[] = [];

beforeAll(async () => {
  store = await openTestTimeSeries(country);
  relational = await openTestRelational();
  await registerTestCompany(relational.database, "Acme");
});
afterEach(async () => {
  for (const ingest of open.splice(0)) await ingest.stop();
  expect(await disagreements(store.reader, timezone)).toEqual([]);
});
afterAll(async () => {
  await relational?.close();
  await store?.close();
});

async function openIngest(insertsSettle?: () => Promise<void>): Promise<Ingest> {
  const ingest = await Ingest.openShared({
    client: store.writer,
    country,
    registry: new MachineRegistry(relational.database, { needsLogin: true }),
    log: { warn: () => {} },
    ...(insertsSettle && { insertsSettle }),
  });
  open.push(ingest);
  return ingest;
}

function send(
  ingest: Ingest,
  channel: string,
  items: readonly { t: number; v: number }[],
  options: { maybeStored?: boolean; taken?: AbortSignal } = {},
): Promise<void> {
  const message: ReceivedMessage = {
    company: "acme",
    topic: `sme/v1/acme/plant/lathe/${channel}`,
    payload: Buffer.from(JSON.stringify(items)),
    redelivered: options.maybeStored === true,
    ...(options.maybeStored && { maybeStored: true }),
  };
  return new Promise((resolve, reject) =>
    ingest.accept(message, (error) => (error === undefined ? resolve() : reject(error)), options.taken),
  );
}

async function stored(channel: string): Promise<number> {
  const rows = await rowsOf<{ count: string }>(
    store.reader,
    "SELECT count() AS count FROM raw WHERE channel = {channel:String}",
    { channel },
  );
  return Number(rows[0]!.count);
}

const items = (t: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ t: t + index, v: (t + index) % 1000 }));

test("an ingest that takes over a series knows what the other has stored, and so does the first when it gets it back", async () => {
  const [first, second] = [await openIngest(), await openIngest()];
  const t = Date.now() - 60_000;
  await send(first, "handed", items(t, 10));
  await second.takeOver();
  await send(second, "handed", [...items(t, 10), ...items(t + 10, 10)]);
  await first.takeOver();
  await send(first, "handed", [...items(t, 20), ...items(t + 20, 1)]);
  expect(await stored("handed")).toBe(21);
  expect(second.flow).toMatchObject({ stored: 10, duplicates: 10 });
  expect(first.flow).toMatchObject({ stored: 11, duplicates: 20 });
});

test("readings that another stored without their rollups count once, and the rollups are repaired", async () => {
  const ingest = await openIngest();
  const t = Date.now() - 60_000;
  await store.writer.command({ query: "DETACH TABLE rollup_minute_view" });
  await insertRaw(
    store.writer,
    items(t, 5).map(({ t: time, v }) => ({ channel: "bare", time, number: v })),
  );
  await store.writer.command({ query: "ATTACH TABLE rollup_minute_view" });
  await ingest.takeOver();
  // The same reading sent again by its device, in another message.
  await Promise.all([
    send(ingest, "bare", items(t, 5), { maybeStored: true }),
    send(ingest, "bare", items(t, 5)),
    send(ingest, "bare", items(t + 5, 1)),
  ]);
  expect(await stored("bare")).toBe(6);
});

test("waits for inserts that may be in progress before it looks for what is stored", async () => {
  let settle = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const ingest = await openIngest(() => settled);
  const t = Date.now() - 60_000;
  const takenOver = ingest.takeOver();
  await insertRaw(store.writer, [{ channel: "slow", time: t, number: t % 1000 }]);
  settle();
  await takenOver;
  await send(ingest, "slow", items(t, 1));
  expect(await stored("slow")).toBe(1);
});

test("a message that another ingest was given is no longer committed", async () => {
  const ingest = await openIngest();
  const t = Date.now() - 60_000;
  const taken = new AbortController();
  await store.writer.command({ query: "DETACH TABLE raw" });
  const lost = send(ingest, "lost", items(t, 3), { taken: taken.signal });
  const kept = send(ingest, "kept", items(t, 3));
  while (ingest.flow.failure === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  const later = send(ingest, "later", items(t, 3), { taken: taken.signal });
  taken.abort();
  ingest.releaseTaken();
  await expect(later).rejects.toThrow("given to another consumer");
  await store.writer.command({ query: "ATTACH TABLE raw" });
  await expect(lost).rejects.toThrow("given to another consumer");
  await kept;
  expect([await stored("lost"), await stored("later"), await stored("kept")]).toEqual([0, 0, 3]);
});

test("a machine whose login was revoked is refused, unless its company's is valid", async () => {
  const { database } = relational;
  const unregistered = () =>
    new MachineRegistry(database, { needsLogin: true }).unregistered(["acme/plant/lathe"]);
  expect(await unregistered()).toEqual(new Set());
  await database.execute("UPDATE credential SET revoked_at = now() WHERE username = 'acme/plant/lathe'");
  expect(await unregistered()).toEqual(new Set());
  await database.execute("UPDATE credential SET revoked_at = now() WHERE username = 'acme'");
  expect(await unregistered()).toEqual(new Set(["acme/plant/lathe"]));
  expect(await new MachineRegistry(database).unregistered(["acme/plant/lathe"])).toEqual(new Set());
});
