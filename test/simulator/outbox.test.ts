import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SimulatedClock } from "../../apps/simulator/clock.ts";
import { ConnectionGate } from "../../apps/simulator/connection-gate.ts";
import { Outbox } from "../../apps/simulator/outbox.ts";

describe("an outbox", () => {
  test("gives each channel's readings once and in order, and drops only the oldest of a full one", () => {
    const step = fc.oneof(
      fc.record({ add: fc.constantFrom("a", "b", "c") }),
      fc.record({ take: fc.integer({ min: 1, max: 6 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 9 }), (steps, capacity) => {
        const outbox = new Outbox(capacity);
        const model = new Map<string, number[]>();
        let dropped = 0;
        for (const [t, current] of steps.entries()) {
          if ("add" in current) {
            outbox.add(current.add, { t, v: t });
            const readings = model.get(current.add) ?? [];
            readings.push(t);
            if (readings.length > capacity) {
              readings.shift();
              dropped += 1;
            }
            model.set(current.add, readings);
          } else {
            const message = outbox.take(current.take);
            if (message === undefined) expect([...model.values()].flat()).toEqual([]);
            else {
              const expected = model.get(message.channel)!.splice(0, current.take);
              expect(message.readings.map((reading) => reading.t)).toEqual(expected);
              expect(expected.length).toBeGreaterThan(0);
            }
          }
          expect(outbox.size).toBe([...model.values()].flat().length);
          expect(outbox.dropped).toBe(dropped);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test("simulated time never passes the real one and reaches it", () => {
  const clock = new SimulatedClock(0, 1_000_000, 100);
  expect(clock.at(1_000_000)).toBe(0);
  expect(clock.at(1_000_500)).toBe(50_000);
  expect(clock.at(1_020_000)).toBe(1_020_000);
  // The real clock was set back.
  expect(clock.at(900_000)).toBe(0);
});

test("a gate admits as many as it has places, and the next when one leaves", () => {
  const gate = new ConnectionGate(2);
  const leaves: (() => void)[] = [];
  for (let index = 0; index < 5; index += 1) gate.enter((leave) => leaves.push(leave));
  expect(leaves).toHaveLength(2);
  leaves[0]!();
  leaves[0]!();
  expect(leaves).toHaveLength(3);
  leaves[1]!();
  leaves[2]!();
  expect(leaves).toHaveLength(5);
});
