/** Why a message, or some readings of it, cannot be used: kept for the technician, with what was sent. */
import { createHash } from "node:crypto";

/** One MQTT message as it arrived. */
export interface ReceivedMessage {
  /** Whose login sent it. */
  readonly company: string;
  readonly topic: string;
  readonly payload: Buffer;
  /** MQTT's packet identifier, which a message keeps when it is sent again; absent at QoS 0. */
  readonly packetId?: number | undefined;
  /** The device may have sent this before: it says so (MQTT's DUP flag), or has just connected again. */
  readonly redelivered: boolean;
  /** Another consumer of the broker's queue had it and did not acknowledge it: it may be stored, without its rollups. */
  readonly maybeStored?: boolean;
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
  | "time-conflict"
  | "refused-by-store";

export interface Rejection {
  /** So that the company sees it. */
  readonly company: string;
  readonly topic: string;
  /** What was sent, or its beginning. */
  readonly payload: string;
  readonly reason: RejectionReason;
  /** What is wrong and how to fix it, for the technician. */
  readonly detail: string;
  /** How many readings of the message share the reason; 1 where the whole message cannot be read. */
  readonly readings: number;
  readonly digest: string;
}

/** @param sent what to show where it is not the whole payload, such as one reading of an array. */
export function rejection(
  message: ReceivedMessage,
  reason: RejectionReason,
  detail: string,
  readings = 1,
  sent?: string,
): Rejection {
  return {
    company: message.company,
    topic: excerpt(message.topic),
    payload: excerpt(sent ?? printable(message.payload)),
    reason,
    detail: detail.toWellFormed(),
    readings,
    digest: digestOf(message),
  };
}

function digestOf({ topic, packetId, payload }: ReceivedMessage): string {
  const hash = createHash("sha256")
    .update(`${topic}\0${packetId ?? ""}\0`)
    .update(payload);
  return hash.digest("hex").slice(0, 32);
}

/** A payload with control characters or bytes that are not UTF-8 as base64, so that it can be read. */
function printable(payload: Buffer): string {
  const text = payload.subarray(0, 4096).toString("utf8");
  return text.includes("\ufffd") || /(?![\t\n\r])\p{Cc}/u.test(text)
    ? `base64:${payload.subarray(0, 3072).toString("base64")}`
    : text;
}

export function excerpt(text: string, length = 4096): string {
  return (text.length <= length ? text : `${text.slice(0, length - 1)}…`).toWellFormed();
}
