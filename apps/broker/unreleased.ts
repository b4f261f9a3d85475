/**
 * QoS 2: which messages wait for their PUBREL. aedes keeps them whole; ingest has committed them before the PUBREC, so their
 * identifiers are enough to recognise one that is sent again.
 */
import type { Aedes, Client } from "aedes";
import type { Clients } from "./clients.ts";
import type { Connection } from "./connection.ts";
import type { BrokerLimits } from "./limits.ts";
import type { Refusals } from "./refusals.ts";

interface Identified {
  readonly messageId: number;
}

export interface UnreleasedOptions {
  readonly clients: Clients;
  readonly limits: BrokerLimits;
  readonly refusals: Refusals;
}

export function keepIdentifiersOnly(aedes: Aedes, { clients, limits, refusals }: UnreleasedOptions): void {
  const unreleasedOf = (client: Client) => clients.connectionOf(client).unreleased;
  /** @throws Error, which ends the connection: MQTT 3.1.1 has no answer for it, and PUBREL comes on the same connection. */
  const requireRoom = ({ group }: Connection, client: Client) => {
    const { unreleased } = group;
    if (unreleased < limits.unreleasedOfLogin && clients.unreleased < limits.unreleasedInAll) return;
    const message = "too many messages of QoS 2 wait for their PUBREL";
    refusals.add("too-many-unreleased", { client: client.id, unreleased }, message);
    throw new Error(message);
  };
  const { persistence } = aedes as Aedes & { persistence: object };
  Object.assign(persistence, {
    async incomingStorePacket(client: Client, { messageId }: Identified) {
      const connection = clients.connectionOf(client);
      if (unreleasedOf(client).has(messageId)) return;
      requireRoom(connection, client);
      clients.hold(connection, messageId);
    },
    async incomingGetPacket(client: Client, { messageId }: Identified) {
      if (!unreleasedOf(client).has(messageId)) throw new Error("no such packet");
      return { messageId };
    },
    async incomingDelPacket(client: Client, { messageId }: Identified) {
      clients.release(clients.connectionOf(client), messageId);
    },
    // They end with their connection, see `Clients.remove`.
    async cleanIncoming() {},
  });
}
