/** Clients that exceed limits: floods, packets too long, subscribers that do not read; and a store that does not answer. */
import { connect as connectTcp } from "node:net";
import mqttPacket from "mqtt-packet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { disagreements } from "../stores/rows.ts";
import { until } from "../until.ts";
import {
  connect,
  country,
  type DataPath,
  rawClient,
  reading,
  registerTestCompany,
  startDataPath,
  storedOn,
  type TestCompany,
  topicOf,
} from "./data-path.ts";

const limits = {
  connections: 60,
  connectionsPerLogin: 20,
  messagesInFlight: 50,
  bytesInFlight: 40_000,
  unreadBytes: 100_000,
};
let path: DataPath;
let acme: TestCompany;
let other: TestCompany;
beforeAll(async () => {
  path = await startDataPath({ limits });
  acme = await registerTestCompany(path.database, "Acme");
  other = await registerTestCompany(path.database, "Other");
});
afterAll(async () => {
  expect(await disagreements(path.store.reader, country.timezone)).toEqual([]);
  expect(path.fatal).toEqual([]);
  await path.close();
});

const stored = (channel: string) => storedOn(path, channel);

const publish = (topic: string, payload: string, messageId: number) =>
  mqttPacket.generate({ cmd: "publish", topic, payload, messageId, qos: 1, retain: false, dup: false });

async function whileStoreIsStuck(action: () => Promise<void>): Promise<void> {
  await path.store.writer.command({ query: "DETACH TABLE rollup_hour" });
  try {
    await action();
  } finally {
    await path.store.writer.command({ query: "ATTACH TABLE rollup_hour" });
  }
}

test("while the store does not answer a flooding client has to wait, another is served afterwards, and nothing is lost", async () => {
  const flooder = await rawClient(path.broker, acme.machineLogin);
  let acknowledged = 0;
  flooder.on("data", (data) => {
    acknowledged += data.length / 4;
  });
  const patient = await connect(path, other.machineLogin);
  let served: Promise<unknown> | undefined;
  const count = 5000;
  let mostInFlight = 0;
  const look = () => {
    mostInFlight = Math.max(mostInFlight, path.ingest.flow.waiting);
  };
  await whileStoreIsStuck(async () => {
    // One packet a write, so that many arrive in small pieces.
    const padding = "x".repeat(200);
    for (let id = 1; id <= count; id += 1) {
      flooder.write(publish(topicOf("flood"), reading(padding), (id % 65_535) + 1));
      if (id % 500 !== 0) continue;
      await new Promise((resolve) => setImmediate(resolve));
      look();
    }
    served = patient.publishAsync(topicOf("patient", other.company), reading(), { qos: 1 });
    await until(() => path.ingest.flow.failure !== undefined);
    for (let turn = 0; turn < 50; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      look();
    }
    // The limit, and what one read of the socket brings at the most.
    expect(mostInFlight).toBeLessThan(limits.messagesInFlight + 65_536 / 240 + 10);
    expect(acknowledged).toBe(0);
  });
  await served;
  await until(() => acknowledged === count);
  expect(await stored("flood")).toBe(count);
  expect(await stored("patient")).toBe(1);
  flooder.destroy();
  await patient.endAsync();
});

test("large messages in flight are limited by their bytes", async () => {
  const flooder = await rawClient(path.broker, acme.machineLogin);
  const large = () => `[${Array.from({ length: 900 }, () => reading("y".repeat(200))).join(",")}]`;
  await whileStoreIsStuck(async () => {
    for (let id = 1; id <= 20; id += 1) flooder.write(publish(topicOf("large"), large(), id));
    await until(() => path.ingest.flow.failure !== undefined);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(path.ingest.flow.waiting).toBeLessThanOrEqual(3);
  });
  await until(async () => (await stored("large")) === 20 * 900);
  flooder.destroy();
});

test.each([
  ["a length of five bytes", [0x30, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ["reserved flags", [0x62, 0x02, 0x00, 0x01, 0x0f, 0x02, 0x00, 0x01]],
  ["no MQTT", [...Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]],
  ["a packet type that is none", [0xf0, 0x00]],
  ["QoS 3", [0x36, 0x05, 0x00, 0x01, 0x61, 0x00, 0x01]],
  ["a second CONNECT", [0x10, 0x0c, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x04, 0x02, 0x00, 0x00, 0x00, 0x00]],
  ["an empty topic", [0x30, 0x02, 0x00, 0x00]],
  ["a topic with wildcards", [0x30, 0x03, 0x00, 0x01, 0x23]],
])("%s ends the connection of who sent it, before and after its login", async (_name, bytes) => {
  const bystander = await connect(path, other.machineLogin);
  const stranger = connectTcp(path.broker.mqttPort, "127.0.0.1");
  stranger.on("error", () => {});
  const known = await rawClient(path.broker, acme.machineLogin);
  const isSecondConnect = bytes[0] === 0x10;
  for (const socket of isSecondConnect ? [known] : [stranger, known]) {
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.resume();
    socket.write(Buffer.from(bytes));
    await closed;
  }
  stranger.destroy();
  await bystander.publishAsync(topicOf("bystander", other.company), reading(), { qos: 1 });
  await bystander.endAsync();
});

test("a subscriber that does not read is disconnected, and delays nobody", async () => {
  const deaf = await rawClient(path.broker, acme.companyLogin);
  deaf.write(
    mqttPacket.generate({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [{ topic: "sme/v1/acme/#", qos: 0 }],
    } as never),
  );
  await new Promise((resolve) => deaf.once("data", resolve));
  deaf.pause();
  const publisher = await connect(path, acme.machineLogin);
  const foreign = await connect(path, other.machineLogin);
  const text = "z".repeat(250);
  const batch = () => `[${Array.from({ length: 500 }, () => reading(text)).join(",")}]`;
  // More than the kernel's buffers hold.
  for (let round = 0; path.broker.refused["subscriber-too-slow"] === undefined && round < 400; round += 1) {
    await publisher.publishAsync(topicOf("deaf"), batch(), { qos: 1 });
    if (round % 20 === 0) await foreign.publishAsync(topicOf("deaf", other.company), reading(), { qos: 1 });
  }
  expect(path.broker.refused["subscriber-too-slow"]).toBe(1);
  await publisher.publishAsync(topicOf("deaf"), reading(), { qos: 1 });
  deaf.destroy();
  await Promise.all([publisher.endAsync(), foreign.endAsync()]);
});

test("one login cannot take all connections, and all together have a limit", async () => {
  const open = await Promise.all(
    Array.from({ length: limits.connectionsPerLogin }, () => connect(path, acme.companyLogin)),
  );
  await expect(connect(path, acme.companyLogin)).rejects.toMatchObject({ code: 3 });
  const machine = await connect(path, acme.machineLogin);
  await open.pop()!.endAsync();
  await until(() => path.broker.connections === limits.connectionsPerLogin);
  open.push(await connect(path, acme.companyLogin));
  const strangers = Array.from({ length: limits.connections }, () =>
    connectTcp(path.broker.mqttPort, "127.0.0.1"),
  );
  for (const stranger of strangers) stranger.on("error", () => {});
  await until(() => (path.broker.refused["too-many-connections"] ?? 0) > 0);
  await machine.publishAsync(topicOf("limit"), reading(), { qos: 1 });
  for (const stranger of strangers) stranger.destroy();
  await Promise.all([...open, machine].map((client) => client.endAsync()));
  await until(() => path.broker.connections === 0);
});

test("a flood of wrong logins fills neither the log nor the queue of valid logins", async () => {
  const lines = path.logs.length;
  const wrong = Array.from({ length: 40 }, (_, index) =>
    connect(path, { username: `nobody-${index}`, password: "x" }, { tls: false }).catch(
      (error: { code: number }) => error.code,
    ),
  );
  const right = connect(path, acme.machineLogin);
  expect(new Set(await Promise.all(wrong))).toEqual(new Set([4]));
  await (await right).endAsync();
  expect(path.broker.refused["wrong-password"]).toBe(40);
  expect(path.logs.slice(lines).filter(({ fields }) => "refusal" in fields)).toHaveLength(1);
});

test("close acknowledges the messages that are being committed", async () => {
  const own = await connect(path, acme.machineLogin);
  let acknowledged = 0;
  const sent = Array.from({ length: 45 }, () =>
    own.publishAsync(topicOf("closing"), reading(), { qos: 1 }).then(() => {
      acknowledged += 1;
    }),
  );
  await until(() => path.ingest.flow.waiting > 0);
  await path.broker.close();
  await Promise.allSettled(sent);
  expect(acknowledged).toBe(45);
  expect(await stored("closing")).toBe(45);
  await own.endAsync(true);
});
