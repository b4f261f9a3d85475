/** PUBLISH: hands the message to ingest, and lets the PUBACK or PUBREC go when it is committed. */
import type { AuthorizePublishHandler } from "aedes";
import { isWithin, subtreeOf } from "../access.ts";
import { lengthOfCut } from "../packet-limits.ts";
import type { BrokerContext } from "./context.ts";

/** The topic of a message that is rejected before it is read: no login may subscribe to it. */
const refusedTopic = "refused";
/** After a connection's start, when clients send again what was not acknowledged on the last one. */
const redeliveryMilliseconds = 60_000;

export function authorizePublish({ clients, ingest, limits }: BrokerContext): AuthorizePublishHandler {
  return (client, publication, done) => {
    const packet: typeof publication & { dup?: boolean; messageId?: number } = publication;
    const connection = client === null ? undefined : clients.connectionOf(client);
    const login = connection?.login;
    if (connection === undefined || login === undefined) return done(new Error("not logged in"));
    // Nothing is retained: a device could fill the memory with topics, and the store has the latest values.
    packet.retain = false;
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
    const message = {
      company: login.company,
      topic: packet.topic,
      payload,
      packetId: packet.qos > 0 ? packet.messageId : undefined,
      // Some clients send again without the DUP flag.
      redelivered: packet.dup === true || connection.ageMilliseconds < redeliveryMilliseconds,
    };
    const bytes = payload.length;
    connection.takeIn(bytes);
    const settle = (error?: Error) => {
      done(error ?? null);
      connection.settle(bytes);
    };
    const isAllowed = isWithin(packet.topic, login);
    const length = lengthOfCut(packet);
    if (isAllowed && length === undefined) {
      ingest.accept(message, settle);
      return;
    }
    packet.topic = refusedTopic;
    if (!isAllowed) {
      const detail = `This login may publish below ${subtreeOf(login)}/ only.`;
      ingest.reject(message, "topic-not-allowed", detail, settle);
      return;
    }
    const detail = `The packet has ${length} bytes; the broker reads at most ${limits.packetBytes}. Send fewer readings in a message.`;
    ingest.reject(message, "payload-too-long", detail, settle);
  };
}
