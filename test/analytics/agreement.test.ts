import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { liveThrough } from "./agreement.ts";
import { countryWith } from "./country.ts";
import { randomFrom } from "./histories.ts";
import { Stores } from "./stores.ts";

let stores: Stores;
beforeAll(async () => {
  stores = await Stores.open(countryWith());
});
afterAll(() => stores.close());
beforeEach(() => stores.empty());

test.each([1, 2])("figures equal those of a naive computation, second by second, seed %i", async (seed) => {
  await liveThrough(stores, randomFrom(seed), Date.UTC(2026, 2, 2), 2);
  expect.hasAssertions();
});
