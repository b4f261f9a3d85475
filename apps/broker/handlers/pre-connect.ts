/** CONNECT before the login is checked: the protocol's version, the lengths of names, whose client id it is. */
import type { Socket } from "node:net";
import type { PreConnectHandler } from "aedes";
import mqttPacket from "mqtt-packet";
import type { Connection } from "../connection.ts";
import type { BrokerContext } from "./context.ts";

const version5Message = "This broker speaks MQTT 3.1.1. Set the client's protocol version to 4 (MQTT 3.1.1).";

export function preConnect({ clients, limits, refusals }: BrokerContext): PreConnectHandler {
  return (client, packet, done) => {
    const connection = clients.connectionOf(client);
    const { clientId, username = "" } = packet;
    if ((packet.protocolVersion as number) === 5) {
      refusals.add(
        "mqtt-5",
        { client: clientId.slice(0, 100) },
        "an MQTT 5 client was told to use MQTT 3.1.1",
      );
      refuseVersion5(connection.socket, () => done(new Error(version5Message), false));
      return;
    }
    if (clientId.length > limits.clientIdLength || username.length > limits.usernameLength) {
      refusals.add("client-id-too-long", {}, "a client id or user name was too long");
      answerAndEnd(connection.socket, { cmd: "connack", returnCode: 2, sessionPresent: false }, () =>
        done(new Error("client id or user name too long"), false),
      );
      return;
    }
    const change = packet as { clientId: string; clean: boolean };
    // A client id belongs to its login, so that no login can end another's session by taking its client id.
    if (clientId !== "") change.clientId = `${username}:${clientId}`;
    // CONNACK's session-present flag tells a client that asks for a session that there is none.
    change.clean = true;
    connection.will = packet.will as Connection["will"];
    done(null, true);
  };
}

/** MQTT 5 section 4.13: a CONNACK with a reason before the connection is closed. */
function refuseVersion5(socket: Socket, done: () => void): void {
  const properties = { reasonString: version5Message };
  answerAndEnd(socket, { cmd: "connack", reasonCode: 0x84, sessionPresent: false, properties }, done, 5);
}

/** Ends the connection once the answer is sent; a client that does not read it has five seconds. */
function answerAndEnd(socket: Socket, packet: object, done: () => void, protocolVersion = 4): void {
  const answer = mqttPacket.generate(packet as mqttPacket.Packet, { protocolVersion });
  socket.setTimeout(5000, () => socket.destroy());
  socket.once("close", done);
  socket.end(answer);
}
