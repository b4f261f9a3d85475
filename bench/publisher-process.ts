/**
 * Publishes one reading per message at QoS 1 over several connections, each with a window of unacknowledged messages.
 * It writes MQTT packets itself, to leave the processor to what is measured.
 */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { companyName, connectPacket, machineName, messageOf, type Ready } from "./stack.ts";

export interface Publishing {
  readonly stack: Pick<Ready, "mqttPort" | "passwords"> & {
    /** Absent: the port takes MQTT without TLS. */
    readonly tls?: { readonly ca: string; readonly servername: string };
  };
  /** Indexes of the machines that this process simulates. */
  readonly machines: readonly number[];
  /** Messages that each connection has in flight. */
  readonly window: number;
}

export interface Published {
  /** PUBACKs received since start. */
  readonly acknowledged: number;
  readonly processorSeconds: number;
}

const channels = ["produced", "energy", "temperature", "power"];
let acknowledged = 0;
let isOver = false;

class Device {
  readonly #socket: Socket;
  readonly #heads: Buffer[];
  #time = Date.now() - 600_000;
  #messageId = 0;
  #answerBytes = 0;

  constructor(socket: Socket, topics: readonly string[], window: number) {
    this.#socket = socket;
    this.#heads = topics.map((topic) => {
      const head = Buffer.alloc(2 + topic.length);
      head.writeUInt16BE(topic.length);
      head.write(topic, 2);
      return head;
    });
    socket.on("data", (data) => this.#onData(data));
    this.#publish(window);
  }

  #onData(data: Buffer): void {
    // Every answer is a PUBACK of four bytes.
    this.#answerBytes += data.length;
    const count = this.#answerBytes >> 2;
    this.#answerBytes &= 3;
    acknowledged += count;
    if (!isOver) this.#publish(count);
  }

  #publish(count: number): void {
    const packets: Buffer[] = [];
    for (let sent = 0; sent < count; sent += 1) {
      this.#messageId = (this.#messageId % 65_535) + 1;
      this.#time += 1;
      const head = this.#heads[this.#messageId % this.#heads.length]!;
      const value = (this.#time % 100_000) / 8;
      const payload = Buffer.from(`{"t":${this.#time},"v":${value}}`, "latin1");
      const length = head.length + 2 + payload.length;
      packets.push(
        Buffer.from([0x32, ...(length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7])]),
        head,
        Buffer.from([this.#messageId >> 8, this.#messageId & 0xff]),
        payload,
      );
    }
    if (packets.length > 0) this.#socket.write(Buffer.concat(packets));
  }
}

const { stack, machines, window } = await messageOf<Publishing>(process as never);
for (const index of machines) {
  const address = { port: stack.mqttPort, host: "127.0.0.1" };
  const socket = stack.tls === undefined ? connect(address) : connectTls({ ...address, ...stack.tls });
  socket.on("error", (error) => {
    throw error;
  });
  socket.write(connectPacket(index, stack.passwords, ""));
  await new Promise((resolve) => socket.once("data", resolve));
  new Device(
    socket,
    channels.map((channel) => `sme/v1/${companyName(index)}/plant/${machineName(index)}/${channel}`),
    window,
  );
}
process.on("message", (message: "report" | "end") => {
  if (message === "end") isOver = true;
  const { user, system } = process.cpuUsage();
  process.send!({ acknowledged, processorSeconds: (user + system) / 1e6 } satisfies Published);
});
process.on("disconnect", () => process.exit());
