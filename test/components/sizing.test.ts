/** Sizes follow from the expected companies and machines, and from what the file says otherwise. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeStack } from "../../components/sizing.ts";
import { brokerCeiling } from "../../components/sizing-assumptions.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { type ChangeableCountry, changedCountry } from "../plan/planned.ts";

function countryOf(machines: number, change: (country: ChangeableCountry) => void = () => {}): Country {
  return changedCountry((_, country) => {
    country.programme.scale.inThreeYears = { companies: Math.max(1, Math.ceil(machines / 5)), machines };
    country.telemetry.sampling = { channelsPerMachine: 6, intervalSeconds: 10 };
    country.telemetry.retention = {
      ...country.telemetry.retention,
      raw: "P90D",
      minute: "P1Y",
      hour: "P5Y",
      day: "P10Y",
    };
    country.hosting.sizes = {
      broker: {},
      timeSeries: {},
      relational: {},
      ingest: {},
      analytics: {},
      diagnostic: {},
    };
    change(country);
  }).country;
}

describe("sizes", () => {
  test("of a country with 3,000 machines: the formulas' worked example", () => {
    const size = sizeStack(countryOf(3000), 3);
    expect(size.messages).toEqual({ mean: 1800, peak: 5400 });
    // 1,800 messages a second for six hours at 400 bytes, and half as much again, and 5 GiB.
    expect(size.broker).toMatchObject({ replicas: 3, cpu: 1000, memory: 2048, storage: 30 });
    // Raw 84 GB, minutes 227 GB, hours 19 GB, days 2 GB; twice, in GiB.
    const raw = 1800 * 86_400 * 90 * 6;
    const minutes = 18_000 * 1440 * 365.25 * 24;
    const hours = 18_000 * 24 * 5 * 365.25 * 24;
    const days = 18_000 * 10 * 365.25 * 24;
    const expected = Math.ceil(((raw + minutes + hours + days) * 2) / 2 ** 30 / 10) * 10;
    expect(size.timeSeries).toMatchObject({
      shards: 1,
      replicas: 3,
      cpu: 2000,
      memory: 6144,
      storage: expected,
    });
    expect(size.ingest).toMatchObject({ minimumReplicas: 2, maximumReplicas: 4 });
    expect(size.broker.queues).toBe(4);
  });

  test("never fall below what a part needs to run, for the smallest programme", () => {
    const size = sizeStack(countryOf(1), 1);
    for (const part of [size.broker, size.timeSeries, size.keeper, size.relational]) {
      expect(part.cpu).toBeGreaterThanOrEqual(500);
      expect(part.memory).toBeGreaterThanOrEqual(1024);
      expect(part.storage).toBeGreaterThanOrEqual(10);
    }
    expect(size.timeSeries.replicas).toBe(2);
  });

  test("a pilot's store of one server has one keeper; any other has a majority to lose", () => {
    const keepersOf = (shards: number, replicas: number) =>
      sizeStack(
        countryOf(1, (country) => {
          country.hosting.sizes.timeSeries = { shards, replicas };
        }),
        1,
      ).keeper.replicas;
    expect([keepersOf(1, 1), keepersOf(2, 1), keepersOf(1, 2)]).toEqual([1, 3, 3]);
  });

  test("grow with the machines and never shrink; every queue has one consumer at the largest", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000_000 }),
        fc.integer({ min: 1, max: 2_000_000 }),
        (one, other) => {
          const [small, large] = [Math.min(one, other), Math.max(one, other)].map((machines) =>
            sizeStack(countryOf(machines), 3),
          );
          const disk = (size: typeof small) =>
            (size?.timeSeries.storage ?? 0) * (size?.timeSeries.shards ?? 0);
          expect(disk(large)).toBeGreaterThanOrEqual(disk(small) * 0.99);
          for (const part of ["broker", "relational"] as const) {
            // One may be away.
            const capacity = (size: typeof small) =>
              (size?.[part].cpu ?? 0) * ((size?.[part].replicas ?? 0) - 1);
            expect(capacity(large)).toBeGreaterThanOrEqual(capacity(small));
            const disk = (size: typeof small) => (size?.[part].storage ?? 0) * (size?.[part].replicas ?? 0);
            // Steps of 10 GiB on each.
            expect(disk(large) + 100).toBeGreaterThanOrEqual(disk(small));
          }
          expect(large?.ingest.maximumReplicas).toBeLessThanOrEqual(large?.broker.queues ?? 0);
          expect(large?.timeSeries.cpu).toBeLessThanOrEqual(18_000);
        },
      ),
      { numRuns: 300, seed: 4 },
    );
  });

  test("a longer retention takes more disk and nothing else", () => {
    const short = sizeStack(countryOf(50_000), 3);
    const long = sizeStack(
      countryOf(50_000, (country) => {
        country.telemetry.retention.raw = "P2Y";
      }),
      3,
    );
    expect(long.timeSeries.storage * long.timeSeries.shards).toBeGreaterThan(
      short.timeSeries.storage * short.timeSeries.shards,
    );
    expect(long.broker).toEqual(short.broker);
  });

  test("what the file says wins, amount by amount", () => {
    const size = sizeStack(
      countryOf(3000, (country) => {
        country.hosting.sizes = {
          broker: { replicas: 1, memory: "512Mi" },
          timeSeries: { shards: 4, storage: "2Ti" },
          relational: { cpu: "1.5" },
          ingest: { minimumReplicas: 9 },
          analytics: {},
          diagnostic: { maximumReplicas: 20 },
        };
      }),
      3,
    );
    expect(size.broker).toMatchObject({ replicas: 1, memory: 512, cpu: 1500 });
    expect(size.timeSeries).toMatchObject({ shards: 4, storage: 2048 });
    expect(size.relational).toMatchObject({ cpu: 1500, replicas: 3 });
    // More at least than at most would be a contradiction.
    expect(size.ingest).toMatchObject({ minimumReplicas: 9, maximumReplicas: 9 });
    expect(size.diagnostic.maximumReplicas).toBe(20);
  });
});

test("a large country gets more brokers, each queue still on three of them, up to what one cluster takes", () => {
  const size = sizeStack(countryOf(400_000), 3);
  // 720,000 messages a second at the peak.
  expect(size.broker.replicas).toBe(9);
  expect(size.broker.cpu).toBe(16_000);
  expect(size.messages.peak).toBeGreaterThan(brokerCeiling);
  expect(sizeStack(countryOf(60_000), 3).broker.replicas).toBe(3);
  expect(sizeStack(countryOf(100_000), 3).broker.replicas).toBe(5);
});
