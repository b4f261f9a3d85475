/** Connects many machines over TLS, each of which publishes a reading of every channel at an interval. */
import { connect, type TLSSocket } from "node:tls";
import mqttPacket from "mqtt-packet";
import { companyName, connectPacket, machineName, messageOf, type Ready } from "./stack.ts";

export interface Clients {
  readonly stack: Pick<Ready, "mqttsPort" | "ca" | "passwords">;
  readonly machines: number;
  /** Between two readings of a channel. */
  readonly periodSeconds: number;
}

const channels = ["state", "produced", "energy", "temperature"];
const connectingAtOnce = 50;

const { stack, machines, periodSeconds } = await messageOf<Clients>(process as never);

async function connectMachine(index: number): Promise<void> {
  const socket = connect({ host: "127.0.0.1", servername: "localhost", port: stack.mqttsPort, ca: stack.ca });
  socket.on("error", (error) => {
    throw error;
  });
  const username = `${companyName(index)}/plant/${machineName(index)}`;
  socket.write(connectPacket(index, stack.passwords, machineName(index)));
  await new Promise((resolve) => socket.once("data", resolve));
  socket.resume();
  setTimeout(
    () => setInterval(() => publish(socket, username), periodSeconds * 1000),
    Math.random() * periodSeconds * 1000,
  );
}

let messageId = 0;

function publish(socket: TLSSocket, username: string): void {
  for (const channel of channels) {
    messageId = (messageId % 65_535) + 1;
    const value = channel === "state" ? "producing" : Date.now() % 1e6;
    const payload = JSON.stringify({ t: Date.now(), v: value });
    socket.write(
      mqttPacket.generate({
        cmd: "publish",
        topic: `sme/v1/${username}/${channel}`,
        payload,
        messageId,
        qos: 1,
        dup: false,
        retain: false,
      }),
    );
  }
}

let next = 0;
await Promise.all(
  Array.from({ length: connectingAtOnce }, async () => {
    while (next < machines) {
      const index = next;
      next += 1;
      await connectMachine(index);
    }
  }),
);
process.send!("connected");
process.on("disconnect", () => process.exit());
