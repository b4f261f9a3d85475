/** PUBLISH: hands the message to ingest, and lets the PUBACK or PUBREC go when it is committed. */
import type { AuthorizePublishHandler } from "aedes";
import { isWithin, subtreeOf } from "../access.ts";
import type { BrokerContext } from "./context.ts";

/** The topic of a message that its sender may not publish: no login may subscribe to it. */
const refusedTopic = "refused";
/** After a connection's start, when clients send again what was not acknowledged on the last one. */
const redeliveryMilliseconds = 60_000;

export function authorizePublish({ clients, ingest }: BrokerContext): AuthorizePublishHandler {
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
    if (isWithin(packet.topic, login)) {
      ingest.accept(message, settle);
      return;
    }
    packet.topic = refusedTopic;
    const detail = `This login may publish below ${subtreeOf(login)}/ only.`;
    ingest.reject(message, "topic-not-allowed", detail, settle);
  };
}
