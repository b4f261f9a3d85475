/**
 * Turns one MQTT message into readings, or into the reasons why it can't be used.
 *
 * Topic `sme/v1/<company>/<site>/<machine>/<channel>`; payload `{"t": time, "v": value}` or an array of those, where
 * `t` is epoch milliseconds or an RFC 3339 string with its offset. Company, site, machine, channel and `t` together
 * identify a reading, which is why `t` is required: it is what makes a message that is sent twice count once.
 */
import { closest } from "fastest-levenshtein";

export const topicRoot = "sme/v1";
/** What ISO 22400-2 calls actual production, set-up, delay, down and planned down time. */
export const machineStates = ["producing", "setup", "idle", "down", "planned-stop"] as const;
const counterChannels = new Set(["produced", "scrap", "energy"]);
const maximumReadings = 1000;
const maximumTextLength = 256;
const identifier = /^[a-z0-9][a-z0-9-]{0,39}$/;
const offsetDateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;

export interface Reading {
  readonly company: string;
  readonly site: string;
  readonly machine: string;
  readonly channel: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly number: number | null;
  readonly text: string;
}

export type RejectionReason =
  | "topic-not-allowed"
  | "topic-malformed"
  | "payload-malformed"
  | "payload-too-long"
  | "time-missing"
  | "time-malformed"
  | "time-out-of-range"
  | "value-malformed"
  | "state-unknown"
  | "machine-not-registered"
  | "too-many-channels"
  | "time-conflict";

export interface Rejection {
  readonly company: string;
  readonly topic: string;
  readonly payload: string;
  readonly reason: RejectionReason;
  /** What is wrong and how to mend it, for the technician. */
  readonly detail: string;
}

export interface TimeRange {
  /** Epoch milliseconds: older readings would be deleted at once by the country's retention. */
  readonly from: number;
  /** Epoch milliseconds: later readings come from a clock that is wrong. */
  readonly to: number;
}

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

/** @param company whose login sent the message; kept with rejections so that the company sees them. */
export function decode(company: string, topic: string, payload: Buffer, range: TimeRange): Decoded {
  const place = parseTopic(topic);
  if (place instanceof Unusable) return rejected(company, topic, payload, place);
  const items = parsePayload(payload);
  if (items instanceof Unusable) return rejected(company, topic, payload, items);
  const readings: Reading[] = [];
  const rejections: Rejection[] = [];
  for (const item of items) {
    const value = parseItem(item, place.channel, range);
    if (value instanceof Unusable)
      rejections.push({ company, topic, payload: excerpt(JSON.stringify(item)), ...value });
    else readings.push({ ...place, ...value });
  }
  return { readings, rejections };
}

function rejected(company: string, topic: string, payload: Buffer, why: Unusable): Decoded {
  return { readings: [], rejections: [rejection(company, topic, payload, why.reason, why.detail)] };
}

export function rejection(
  company: string,
  topic: string,
  payload: Buffer,
  reason: RejectionReason,
  detail: string,
): Rejection {
  return { company, topic: excerpt(topic), payload: excerpt(printable(payload)), reason, detail };
}

function parseTopic(topic: string) {
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
  return ids;
}

function parsePayload(payload: Buffer): unknown[] | Unusable {
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

function parseItem(
  item: unknown,
  channel: string,
  range: TimeRange,
): { time: number; number: number | null; text: string } | Unusable {
  if (typeof item !== "object" || item === null || Array.isArray(item))
    return new Unusable(
      "payload-malformed",
      'A reading is an object {"t": <epoch milliseconds>, "v": <value>}.',
    );
  const { t, v } = item as Record<string, unknown>;
  const time = parseTime(t, range);
  if (time instanceof Unusable) return time;
  if (channel === "state") return parseState(v, time);
  if (typeof v === "boolean" && !counterChannels.has(channel)) return { time, number: v ? 1 : 0, text: "" };
  if (typeof v === "string" && !counterChannels.has(channel)) {
    if (v.length > maximumTextLength)
      return new Unusable(
        "value-malformed",
        `A text value has at most ${maximumTextLength} characters; this one has ${v.length}.`,
      );
    return { time, number: null, text: v };
  }
  if (typeof v !== "number" || !Number.isFinite(v))
    return new Unusable(
      "value-malformed",
      `"v" of channel ${channel} must be a number; it is ${describe(v)}.`,
    );
  if (counterChannels.has(channel) && v < 0)
    return new Unusable(
      "value-malformed",
      `Channel ${channel} is a counter and can't be negative; it is ${v}.`,
    );
  return { time, number: v, text: "" };
}

function parseState(v: unknown, time: number) {
  const states: readonly string[] = machineStates;
  if (typeof v === "string" && states.includes(v)) return { time, number: null, text: v };
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

function isoOrNumber(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  return excerpt(JSON.stringify(value) ?? String(value), 60);
}

/** Control characters and bytes that are not UTF-8 shown, so that a binary payload can be looked at. */
function printable(payload: Buffer): string {
  const text = payload.subarray(0, 4096).toString("utf8");
  return text.includes("\ufffd") || /(?![\t\n\r])\p{Cc}/u.test(text)
    ? `base64:${payload.subarray(0, 3072).toString("base64")}`
    : text;
}

function excerpt(text: string, length = 4096): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
