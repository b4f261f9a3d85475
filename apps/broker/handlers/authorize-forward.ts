/** A message on its way to a subscriber: one that does not read is disconnected, so that memory stays bounded. */
import type { AuthorizeForwardHandler } from "aedes";
import type { BrokerContext } from "./context.ts";

export function authorizeForward({ clients, limits, refusals }: BrokerContext): AuthorizeForwardHandler {
  return (client, packet) => {
    const { socket } = clients.connectionOf(client);
    if (socket.writableLength <= limits.unreadBytes) return packet;
    refusals.add(
      "subscriber-too-slow",
      { client: client.id },
      "a subscriber that does not read was disconnected",
    );
    socket.destroy();
    return null;
  };
}
