/**
 * Turns one MQTT message into readings, or into the reasons why it can't be used.
 *
 * Topic `sme/v1/<company>/<site>/<machine>/<channel>`; payload `{"t": time, "v": value}` or an array of those, where
 * `t` is epoch milliseconds or an RFC 3339 string with its offset. Company, site, machine, channel and `t` together
 * identify a reading, which is why `t` is required: by it a message that is sent twice counts once.
 */
import { isUtf8 } from "node:buffer";
import { closest } from "fastest-levenshtein";
import {
  excerpt,
  type ReceivedMessage,
  type Rejection,
  type RejectionReason,
  rejection,
} from "./rejection.ts";

export const topicRoot = "sme/v1";
/**
 * The values of the channel `state`. ISO 22400-2: actual production, set-up, delay, down and planned down time. They are
 * stored by name, and queries number them in this order, from 1.
 */
export const machineStates = ["producing", "setup", "idle", "down", "planned-stop"] as const;
export type MachineState = (typeof machineStates)[number];
/** Channels whose value rises with each item or kilowatt-hour. */
export const counterNames = ["produced", "scrap", "energy"] as const;
export type CounterName = (typeof counterNames)[number];
const counterChannels: ReadonlySet<string> = new Set(counterNames);
const maximumReadings = 1000;
const maximumTextLength = 256;
const identifier = /^[a-z0-9][a-z0-9-]{0,39}$/;
const offsetDateTime = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;

/** RabbitMQ replaces the slashes of MQTT's topics with dots. */
export function topicOf(routingKey: string): string {
  return routingKey.replaceAll(".", "/");
}

/** One channel of one machine: what a topic names. */
export interface Channel {
  readonly company: string;
  readonly site: string;
  readonly machine: string;
  readonly channel: string;
  /** `company/site/machine` */
  readonly machineKey: string;
  /** `company/site/machine/channel` */
  readonly key: string;
}

export interface Reading {
  readonly series: Channel;
  /** Epoch milliseconds. */
  readonly time: number;
  /** null where the value is a text. */
  readonly number: number | null;
  readonly text: string;
}

export interface TimeRange {
  /** Epoch milliseconds: older readings would be deleted soon by the country's retention. */
  readonly from: number;
  /** Epoch milliseconds: later readings come from a clock that is wrong. */
  readonly to: number;
}

/** All readings of a message are of one series. */
export interface Decoded {
  readonly readings: readonly Reading[];
  readonly rejections: readonly Rejection[];
}

class Unusable {
  readonly reason: RejectionReason;
  readonly detail: string;
  constructor(reason: RejectionReason, detail: string) {
    this.reason = reason;
    this.detail = detail;
  }
}

export function decode(message: ReceivedMessage, range: TimeRange): Decoded {
  const series = seriesOf(message.topic);
  if (series instanceof Unusable) return unusable(message, series);
  const items = parsePayload(message.payload);
  if (items instanceof Unusable) return unusable(message, items);
  const readings: Reading[] = [];
  let unusables: { why: Unusable; item: unknown; readings: number }[] | undefined;
  for (const item of items) {
    const reading = parseItem(item, series, range);
    if (!(reading instanceof Unusable)) {
      readings.push(reading);
      continue;
    }
    unusables ??= [];
    const alike = unusables.find((other) => other.why.reason === reading.reason);
    if (alike === undefined) unusables.push({ why: reading, item, readings: 1 });
    else alike.readings += 1;
  }
  return {
    readings,
    rejections: (unusables ?? []).map(({ why, item, readings }) =>
      rejection(message, why.reason, why.detail, readings, items.length === 1 ? undefined : jsonOf(item)),
    ),
  };
}

function unusable(message: ReceivedMessage, why: Unusable): Decoded {
  return { readings: [], rejections: [rejection(message, why.reason, why.detail)] };
}

/** Channel by topic, because devices send on the same topics all day. */
const knownSeries = new Map<string, Channel>();
const mostKnownSeries = 200_000;

function seriesOf(topic: string): Channel | Unusable {
  const known = knownSeries.get(topic);
  if (known !== undefined) return known;
  const series = parseTopic(topic);
  if (series instanceof Unusable) return series;
  if (knownSeries.size >= mostKnownSeries) knownSeries.clear();
  knownSeries.set(topic, series);
  return series;
}

function parseTopic(topic: string): Channel | Unusable {
  const [root, version, company, site, machine, channel, ...rest] = topic.split("/");
  if (`${root}/${version}` !== topicRoot || channel === undefined || rest.length > 0) {
    return new Unusable("topic-malformed", `A topic is ${topicRoot}/<company>/<site>/<machine>/<channel>.`);
  }
  const ids = { company: company!, site: site!, machine: machine!, channel };
  for (const [name, id] of Object.entries(ids)) {
    if (!identifier.test(id)) {
      return new Unusable(
        "topic-malformed",
        `The ${name} in the topic, ${JSON.stringify(excerpt(id, 60))}, may have lower-case letters, digits and hyphens only, at most 40.`,
      );
    }
  }
  const machineKey = `${company}/${site}/${machine}`;
  return { ...ids, machineKey, key: `${machineKey}/${channel}` };
}

function parsePayload(payload: Buffer): unknown[] | Unusable {
  if (!isUtf8(payload)) {
    return new Unusable("payload-malformed", "The payload is not UTF-8 text. Send JSON in UTF-8.");
  }
  let value: unknown;
  try {
    value = JSON.parse(payload.toString("utf8"));
  } catch (error) {
    return new Unusable(
      "payload-malformed",
      `The payload is not JSON (${(error as Error).message}). Send {"t": <epoch milliseconds>, "v": <value>}.`,
    );
  }
  const items = Array.isArray(value) ? value : [value];
  if (items.length === 0) return new Unusable("payload-malformed", "The payload is an empty array.");
  if (items.length > maximumReadings) {
    return new Unusable(
      "payload-too-long",
      `The array holds ${items.length} readings; at most ${maximumReadings} a message.`,
    );
  }
  return items;
}

function parseItem(item: unknown, series: Channel, range: TimeRange): Reading | Unusable {
  if (typeof item !== "object" || item === null || Array.isArray(item))
    return new Unusable(
      "payload-malformed",
      'A reading is an object {"t": <epoch milliseconds>, "v": <value>}.',
    );
  const { t, v: sent } = item as Record<string, unknown>;
  const time = parseTime(t, range);
  if (time instanceof Unusable) return time;
  const { channel } = series;
  if (channel === "state") return parseState(sent, series, time);
  const isCounter = counterChannels.has(channel);
  // Of other channels `ofKind` tells whether a number is meant.
  const v = isCounter && typeof sent === "string" ? (quotedNumber(sent) ?? sent) : sent;
  if (typeof v === "boolean" && !isCounter) return { series, time, number: v ? 1 : 0, text: "" };
  if (typeof v === "string" && !isCounter) {
    if (v.length > maximumTextLength)
      return new Unusable(
        "value-malformed",
        `A text value has at most ${maximumTextLength} characters; this one has ${v.length}.`,
      );
    // As the store keeps it, so that the same message sent again is the same reading.
    return { series, time, number: null, text: v.toWellFormed() };
  }
  if (typeof v !== "number" || !Number.isFinite(v))
    return new Unusable(
      "value-malformed",
      `"v" of channel ${channel} must be a number${isCounter ? "" : ", a text, true or false"}; it is ${describe(v)}.`,
    );
  if (isCounter && v < 0)
    return new Unusable(
      "value-malformed",
      `Channel ${channel} is a counter and can't be negative; it is ${v}.`,
    );
  return { series, time, number: v, text: "" };
}

/** @returns the number that devices put between quotes; undefined for any other text. */
export function quotedNumber(text: string): number | undefined {
  const number = /^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function parseState(v: unknown, series: Channel, time: number): Reading | Unusable {
  const states: readonly string[] = machineStates;
  if (typeof v === "string" && states.includes(v)) return { series, time, number: null, text: v };
  const hint =
    typeof v === "string" && v !== "" && v.length < 40 ? ` Did you mean "${closest(v, machineStates)}"?` : "";
  return new Unusable(
    "state-unknown",
    `A state is one of ${machineStates.join(", ")}; "v" is ${describe(v)}.${hint}`,
  );
}

function parseTime(t: unknown, range: TimeRange): number | Unusable {
  if (t === undefined || t === null)
    return new Unusable(
      "time-missing",
      'The reading has no "t". Send the time of measurement as epoch milliseconds or RFC 3339.',
    );
  const time =
    typeof t === "number" ? t : typeof t === "string" && offsetDateTime.test(t) ? Date.parse(t) : Number.NaN;
  if (typeof t === "string" && !isDay(t))
    return new Unusable("time-malformed", `"t" is ${describe(t)}: there is no such day.`);
  if (!Number.isFinite(time)) {
    return new Unusable(
      "time-malformed",
      `"t" is ${describe(t)}; it must be epoch milliseconds or RFC 3339 with an offset, such as "2026-01-31T08:00:00+02:00".`,
    );
  }
  if (time < range.from || time > range.to) {
    const seconds = time > 1e8 && time < 1e10 ? " It looks like seconds: multiply by 1,000." : "";
    return new Unusable(
      "time-out-of-range",
      `"t" is ${isoOrNumber(time)}, outside ${isoOrNumber(range.from)} to ${isoOrNumber(range.to)}.${seconds} Check the device's clock.`,
    );
  }
  return Math.round(time);
}

/** JavaScript takes 31 September for 1 October. @returns false for a date that the calendar does not have. */
function isDay(time: string): boolean {
  const [, year, month, day] = offsetDateTime.exec(time) ?? [];
  if (day === undefined) return true;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}

function isoOrNumber(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}

export function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return JSON.stringify(excerpt(value, 60));
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function jsonOf(item: unknown): string {
  try {
    return JSON.stringify(item);
  } catch {
    // JSON.stringify has a limit of depth, JSON.parse has none.
    return "(nested too deeply to show)";
  }
}
