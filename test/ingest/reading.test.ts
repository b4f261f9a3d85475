/** Decoding: what devices send, and what an attacker may send. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, machineStates } from "../../apps/ingest/reading.ts";
import type { ReceivedMessage } from "../../apps/ingest/rejection.ts";

const now = Date.UTC(2026, 5, 1, 12);
const range = { from: now - 90 * 86_400_000, to: now + 600_000 };
const topic = (channel: string) => `sme/v1/acme/plant/lathe/${channel}`;

function message(payload: unknown, channel = "temperature"): ReceivedMessage {
  const bytes = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  return {
    company: "acme",
    topic: channel.includes("/") ? channel : topic(channel),
    payload: bytes,
    redelivered: false,
  };
}

const decoded = (payload: unknown, channel?: string) => decode(message(payload, channel), range);
const reasonOf = (payload: unknown, channel?: string) => {
  const { readings, rejections } = decoded(payload, channel);
  expect(readings).toEqual([]);
  expect(rejections).toHaveLength(1);
  return rejections[0]!.reason;
};

describe("what devices send", () => {
  test.each([
    ["a number", "temperature", 21.5, { number: 21.5, text: "" }],
    ["a text", "program", "O1234", { number: null, text: "O1234" }],
    ["a truth value", "door", true, { number: 1, text: "" }],
    ["a state", "state", "producing", { number: null, text: "producing" }],
    ["a counter", "produced", 0, { number: 0, text: "" }],
    ["a counter in quotes", "energy", "12.5", { number: 12.5, text: "" }],
  ])("%s", (_name, channel, v, value) => {
    const { readings, rejections } = decoded({ t: now, v }, channel);
    expect(rejections).toEqual([]);
    expect(readings).toEqual([expect.objectContaining({ time: now, ...value })]);
    expect(readings[0]!.series).toEqual({
      company: "acme",
      site: "plant",
      machine: "lathe",
      channel,
      machineKey: "acme/plant/lathe",
      key: `acme/plant/lathe/${channel}`,
    });
  });

  test("RFC 3339 times are the same instants as epoch milliseconds", () => {
    for (const t of ["2026-06-01T12:00:00Z", "2026-06-01T14:00:00+02:00", "2026-06-01T09:00:00.000-03:00"])
      expect(decoded({ t, v: 1 }).readings[0]!.time).toBe(now);
  });

  test("an array gives its valid readings, and one rejection for each reason with the number of readings", () => {
    const { readings, rejections } = decoded([
      { t: now, v: 1 },
      { t: now + 1, v: null },
      { v: 3 },
      { t: now + 2, v: {} },
      { t: now + 3, v: 4 },
    ]);
    expect(readings.map((reading) => reading.number)).toEqual([1, 4]);
    expect(rejections.map(({ reason, readings, payload }) => ({ reason, readings, payload }))).toEqual([
      { reason: "value-malformed", readings: 2, payload: `{"t":${now + 1},"v":null}` },
      { reason: "time-missing", readings: 1, payload: '{"v":3}' },
    ]);
  });
});

describe("what cannot be used says why", () => {
  test.each([
    ["no JSON", "21.5 °C", "payload-malformed"],
    ["half of JSON", '{"t":1', "payload-malformed"],
    ["a number alone", 5, "payload-malformed"],
    ["an empty array", [], "payload-malformed"],
    ["an array in an array", [[{ t: now, v: 1 }]], "payload-malformed"],
    [
      "too many readings",
      Array.from({ length: 1001 }, (_, index) => ({ t: now - index, v: 1 })),
      "payload-too-long",
    ],
    ["no time", { v: 1 }, "time-missing"],
    ["a time without offset", { t: "2026-06-01T12:00:00", v: 1 }, "time-malformed"],
    ["the 31st of April", { t: "2026-04-31T10:00:00Z", v: 1 }, "time-malformed"],
    ["the 29th of February of no leap year", { t: "2026-02-29T10:00:00+02:00", v: 1 }, "time-malformed"],
    ["a day that is none", { t: "2026-02-31T25:00:00Z", v: 1 }, "time-malformed"],
    ["seconds", { t: now / 1000, v: 1 }, "time-out-of-range"],
    ["the far future", { t: now + 700_000, v: 1 }, "time-out-of-range"],
    ["before what is kept", { t: range.from - 1, v: 1 }, "time-out-of-range"],
    ["a number beyond all", `{"t":${now},"v":1e400}`, "value-malformed"],
    ["a time beyond all", '{"t":1e400,"v":1}', "time-malformed"],
    ["NaN", `{"t":${now},"v":NaN}`, "payload-malformed"],
    ["no value", { t: now }, "value-malformed"],
    ["a long text", { t: now, v: "x".repeat(257) }, "value-malformed"],
    ["a prototype", `{"__proto__":{"t":${now},"v":1}}`, "time-missing"],
    ["a byte order mark", `\ufeff{"t":${now},"v":1}`, "payload-malformed"],
    ["UTF-16", Buffer.from(`{"t":${now},"v":1}`, "utf16le"), "payload-malformed"],
    [
      "bytes that are no UTF-8",
      Buffer.concat([Buffer.from(`{"t":${now},"v":"`), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
      "payload-malformed",
    ],
  ])("%s", (_name, payload, reason) => expect(reasonOf(payload)).toBe(reason));

  test.each([
    ["a negative count", "produced", -1, "value-malformed"],
    ["a text as a count", "energy", "12 kWh", "value-malformed"],
    ["a negative count in quotes", "produced", "-1", "value-malformed"],
    ["a truth value as a count", "scrap", true, "value-malformed"],
    ["a state that is none", "state", "runing", "state-unknown"],
    ["a number as a state", "state", 3, "state-unknown"],
  ])("%s", (_name, channel, v, reason) => expect(reasonOf({ t: now, v }, channel)).toBe(reason));

  test.each([
    "sme/v1/acme/plant/lathe",
    "sme/v1/acme/plant/lathe/a/b",
    "sme/v2/acme/plant/lathe/a",
    "sme/v1/Acme/plant/lathe/a",
    "sme/v1/acme/plant//a",
    "sme/v1/acme/plant/lathe/a'b",
    `sme/v1/acme/plant/lathe/${"a".repeat(41)}`,
    "sme/v1/acme/plant/lathe/a\0",
    "sme/v1/acme/plant/lathe/__proto__",
  ])("topic %j", (topic) => expect(reasonOf({ t: now, v: 1 }, topic)).toBe("topic-malformed"));

  test("a misspelt state is answered with the right one, and seconds are recognised", () => {
    expect(decoded({ t: now, v: "runing-down" }, "state").rejections[0]!.detail).toContain(
      '"v" is "runing-down"',
    );
    expect(decoded({ t: now, v: "prodcing" }, "state").rejections[0]!.detail).toContain(
      'Did you mean "producing"?',
    );
    expect(decoded({ t: now / 1000, v: 1 }).rejections[0]!.detail).toContain("multiply by 1,000");
  });
});

describe("hostile payloads", () => {
  const deep = 120_000;
  test.each([
    ["arrays in arrays", "[".repeat(deep) + "]".repeat(deep)],
    ["objects in objects", `${'{"t":'.repeat(40_000)}1${"}".repeat(40_000)}`],
    ["a deep value", `{"t":${now},"v":${"[".repeat(deep)}${"]".repeat(deep)}}`],
    [
      "deep items in an array",
      `[${"[".repeat(deep)}${"]".repeat(deep)},{"v":${"[".repeat(9)}${"]".repeat(9)}}]`,
    ],
    ["a huge number of digits", `{"t":${now},"v":${"9".repeat(200_000)}}`],
    ["a quarter of a mebibyte of nulls", `[${Array(50_000).fill("null").join(",")}]`],
    ["the same key again and again", `{${Array(20_000).fill('"t":1').join(",")}}`],
    ["a long text of quotes", JSON.stringify({ t: now, v: '"'.repeat(100_000) })],
    ["NUL bytes", Buffer.alloc(262_144)],
  ])("%s: rejected, and what is kept is short", (_name, payload) => {
    const { readings, rejections } = decoded(payload);
    expect(readings).toEqual([]);
    expect(rejections.length).toBeGreaterThan(0);
    expect(rejections.length).toBeLessThan(10);
    for (const rejection of rejections) {
      expect(rejection.payload.length).toBeLessThanOrEqual(4096);
      expect(rejection.detail.length).toBeLessThan(1000);
    }
  });

  test("half a surrogate pair is kept as the store will keep it", () => {
    const [reading] = decoded(`{"t":${now},"v":"a\\ud800b"}`, "program").readings;
    expect(reading!.text).toBe("a\ufffdb");
  });

  test("any bytes on any topic give readings or reasons, and never an error", () => {
    const identifier = fc.stringMatching(/^[a-z0-9-]{1,5}$/);
    const topics = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc
        .tuple(identifier, identifier, identifier, fc.oneof(identifier, fc.constantFrom("state", "produced")))
        .map((ids) => `sme/v1/${ids.join("/")}`),
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(...machineStates),
      fc.double(),
      fc.string({ unit: "binary" }),
    );
    const item = fc.record(
      { t: fc.oneof(fc.jsonValue(), fc.double(), fc.constant(now), fc.date().map(String)), v: value },
      { requiredKeys: [] },
    );
    const payloads = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(json)),
      fc.oneof(item, fc.array(item, { maxLength: 20 })).map((json) => Buffer.from(JSON.stringify(json))),
    );
    fc.assert(
      fc.property(topics, payloads, (topic, payload) => {
        const { readings, rejections } = decode(
          { company: "acme", topic, payload, redelivered: false },
          range,
        );
        expect(readings.length + rejections.length).toBeGreaterThan(0);
        for (const { time, number, text, series } of readings) {
          expect(Number.isSafeInteger(time) && time >= range.from && time <= range.to + 1).toBe(true);
          expect(number === null ? text.isWellFormed() : Number.isFinite(number) && text === "").toBe(true);
          expect(series.key).toMatch(/^([a-z0-9][a-z0-9-]*\/){3}[a-z0-9][a-z0-9-]*$/);
        }
        for (const rejection of rejections) {
          expect(
            rejection.payload.isWellFormed() &&
              rejection.detail.isWellFormed() &&
              rejection.topic.isWellFormed(),
          ).toBe(true);
          expect(rejection.readings).toBeGreaterThan(0);
        }
      }),
      { numRuns: 3000, seed: 20260601 },
    );
  });
});
