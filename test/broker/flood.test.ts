/** Clients that hold what they never finish: packets that are too long, in part or not released, and connections without a login. */
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import mqttPacket from "mqtt-packet";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Broker } from "../../apps/broker/broker.ts";
import { type BrokerLimits, standardLimits } from "../../apps/broker/limits.ts";
import { networkOf } from "../../base/network-address.ts";
import { rowsOf } from "../stores/rows.ts";
import { until } from "../until.ts";
import {
  brokerOn,
  connect,
  type DataPath,
  rawClient,
  reading,
  registerTestCompany,
  startDataPath,
  storedOn,
  type TestCompany,
  topicOf,
} from "./data-path.ts";

let path: DataPath;
let acme: TestCompany;
let other: TestCompany;
beforeAll(async () => {
  path = await startDataPath();
  acme = await registerTestCompany(path.database, "Acme");
  other = await registerTestCompany(path.database, "Other");
});
afterAll(async () => {
  expect(path.fatal).toEqual([]);
  await path.close();
});

async function withBroker(
  limits: Partial<BrokerLimits>,
  action: (broker: Broker, on: Pick<DataPath, "broker" | "certificates">) => Promise<void>,
): Promise<void> {
  const broker = await brokerOn(path, limits);
  try {
    await action(broker, { ...path, broker });
  } finally {
    await broker.close();
  }
}

function publish(topic: string, payload: string, qos: 0 | 1 | 2, messageId: number): Buffer {
  return mqttPacket.generate({ cmd: "publish", topic, payload, messageId, qos, retain: false, dup: false });
}

/** The fixed header of a PUBLISH of 200 KB and some of what follows it. */
const inPart = (bytes: number) => publish(topicOf("part"), "x".repeat(200_000), 1, 1).subarray(0, bytes);

async function stranger(port: number): Promise<Socket> {
  const socket = connectTcp(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  await once(socket, "connect");
  return socket;
}

/** Also where the other side resets the connection, which is an error of the socket. */
const closed = (socket: Socket) =>
  new Promise<void>((resolve) => socket.resume().once("close", () => resolve()));

const rejectedOn = (topic: string) =>
  rowsOf<{ reason: string; detail: string; payload: string }>(
    path.store.reader,
    "SELECT reason, detail, payload FROM rejected WHERE topic = {topic:String}",
    { topic },
  );

test.each([0, 1, 2] as const)(
  "a packet too long at QoS %i is acknowledged and rejected, its sender goes on, and nobody receives the piece of it",
  async (qos) => {
    const topic = topicOf(`long-${qos}`);
    const device = await connect(path, acme.machineLogin);
    const listener = await connect(path, acme.companyLogin);
    const received: string[] = [];
    listener.on("message", (from) => received.push(from));
    await listener.subscribeAsync("sme/v1/acme/#");
    const long = JSON.stringify(Array.from({ length: 1000 }, () => JSON.parse(reading("x".repeat(250)))));
    await device.publishAsync(topic, long, { qos });
    await device.publishAsync(topicOf(`behind-${qos}`), reading(), { qos: 1 });
    expect(await storedOn(path, `behind-${qos}`)).toBe(1);
    const rejected = await rejectedOn(topic);
    expect(rejected).toEqual([
      {
        reason: "payload-too-long",
        detail: expect.stringMatching(
          /^The packet has 2\d{5} bytes; the broker reads at most 262144\. Send fewer readings in a message\.$/,
        ),
        payload: long.slice(0, 4096),
      },
    ]);
    await until(() => received.length > 0);
    expect(received).toEqual([topicOf(`behind-${qos}`)]);
    expect(device.connected).toBe(true);
    await Promise.all([device.endAsync(), listener.endAsync()]);
  },
);

test("a packet at the limit is stored, and one byte more is rejected, in whatever pieces they arrive", async () => {
  const socket = await rawClient(path.broker, acme.machineLogin);
  let acknowledged = 0;
  socket.on("data", (data) => {
    acknowledged += data.length / 4;
  });
  const { packetBytes } = standardLimits();
  const overhead = 2 + Buffer.byteLength(topicOf("limit")) + 2;
  const fits = reading().padEnd(packetBytes - overhead);
  const all = Buffer.concat([
    publish(topicOf("limit"), fits, 1, 1),
    publish(topicOf("above"), `${fits} `, 1, 2),
    publish(topicOf("limit"), reading(), 1, 3),
  ]);
  for (let start = 0; start < all.length; start += 9973) {
    socket.write(all.subarray(start, start + 9973));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => acknowledged === 3);
  expect(await storedOn(path, "limit")).toBe(2);
  expect((await rejectedOn(topicOf("above"))).map(({ reason }) => reason)).toEqual(["payload-too-long"]);
  socket.destroy();
});

test("a packet too long on another's topic is rejected for its topic", async () => {
  const device = await connect(path, acme.machineLogin);
  const topic = topicOf("long", "other");
  await device.publishAsync(topic, "x".repeat(300_000), { qos: 1 });
  expect((await rejectedOn(topic)).map(({ reason }) => reason)).toEqual(["topic-not-allowed"]);
  await device.endAsync();
});

test("a long packet of another kind, or before the login, ends its connection and is counted", async () => {
  await withBroker({}, async (broker, on) => {
    const bystander = await connect(on, other.machineLogin);
    const known = await rawClient(broker, acme.machineLogin);
    const unknown = await stranger(broker.mqttPort);
    // SUBSCRIBE of 256 MiB; CONNECT of 16 KiB and one byte.
    for (const [socket, start] of [
      [known, [0x82, 0xff, 0xff, 0xff, 0x7f]],
      [unknown, [0x10, 0x81, 0x80, 0x01]],
    ] as const) {
      socket.write(Buffer.from(start));
      await closed(socket);
    }
    expect(broker.refused["packet-too-long"]).toBe(2);
    expect(bystander.connected).toBe(true);
    await bystander.endAsync();
  });
});

test("one login's packets in part are limited, and others' are not touched", async () => {
  await withBroker({ unfinishedBytesOfLogin: 250_000 }, async (broker, on) => {
    const sockets = await Promise.all([1, 2].map(() => rawClient(broker, acme.machineLogin)));
    const bystander = await rawClient(broker, other.machineLogin);
    for (const socket of [...sockets, bystander]) socket.write(inPart(120_000));
    const device = await connect(on, acme.machineLogin);
    await device.publishAsync(topicOf("whole"), reading(), { qos: 1 });
    expect(broker.refused["too-much-unfinished"]).toBeUndefined();
    const ended = closed(sockets[1]!);
    sockets[1]!.write(Buffer.alloc(20_000));
    await ended;
    expect(broker.refused["too-much-unfinished"]).toBe(1);
    // What the other one held is free again for the first, which is still there.
    sockets[0]!.write(inPart(300_000).subarray(120_000));
    await once(sockets[0]!.resume(), "data");
    expect(bystander.closed).toBe(false);
    for (const socket of [...sockets, bystander]) socket.destroy();
    await device.endAsync();
  });
});

test("packets in part of all clients are limited: the login that has most of them loses", async () => {
  await withBroker({ unfinishedBytesInAll: 100_000 }, async (broker) => {
    const greedy = await Promise.all([1, 2, 3].map(() => rawClient(broker, acme.companyLogin)));
    const modest = await rawClient(broker, other.machineLogin);
    const all = [...greedy, modest];
    let ended = 0;
    for (const socket of greedy)
      void closed(socket).then(() => {
        ended += 1;
      });
    for (const socket of greedy) socket.write(inPart(30_000));
    modest.write(inPart(20_000));
    await until(() => ended === 1);
    expect(broker.refused["too-much-unfinished"]).toBe(1);
    modest.write(publish(topicOf("part"), "x".repeat(200_000), 1, 1).subarray(20_000, 30_000));
    expect(modest.closed).toBe(false);
    for (const socket of all) socket.destroy();
    await until(() => broker.connections === 0);
  });
});

test("QoS 2 without PUBREL: messages are stored and recognised again, and one client may leave only so many", async () => {
  await withBroker({ unreleased: 5 }, async (broker) => {
    const socket = await rawClient(broker, acme.machineLogin);
    let answers = Buffer.alloc(0);
    socket.on("data", (data) => {
      answers = Buffer.concat([answers, data]);
    });
    const messages = Array.from({ length: 5 }, (_, index) =>
      publish(topicOf("two"), reading(), 2, index + 1),
    );
    socket.write(Buffer.concat([...messages, messages[0]!]));
    await until(() => answers.length === 6 * 4);
    expect(await storedOn(path, "two")).toBe(5);
    // A PUBREL makes room for one more.
    answers = Buffer.alloc(0);
    socket.write(Buffer.from([0x62, 2, 0, 1]));
    await until(() => answers.length === 4);
    expect([...answers]).toEqual([0x70, 2, 0, 1]);
    socket.write(publish(topicOf("two"), reading(), 2, 6));
    await until(() => answers.length === 8);
    const ended = closed(socket);
    socket.write(publish(topicOf("two"), reading(), 2, 7));
    await ended;
  });
});

test.each([
  ["of one login", { unreleasedOfLogin: 5 }, true],
  ["in all", { unreleasedInAll: 5 }, false],
])(
  "unreleased messages %s are limited over all connections, and free when those end",
  async (_name, limits, isOtherServed) => {
    await withBroker(limits, async (broker) => {
      const first = await rawClient(broker, acme.machineLogin);
      const second = await rawClient(broker, acme.machineLogin);
      for (let id = 1; id <= 5; id += 1) first.write(publish(topicOf("login"), reading(), 2, id));
      let answered = 0;
      first.on("data", (data) => {
        answered += data.length / 4;
      });
      await until(() => answered === 5);
      const ended = closed(second);
      second.write(publish(topicOf("login"), reading(), 2, 1));
      await ended;
      expect(broker.refused["too-many-unreleased"]).toBe(1);
      const foreign = await rawClient(broker, other.machineLogin);
      foreign.write(publish(topicOf("login", other.company), reading(), 2, 1));
      await (isOtherServed ? once(foreign, "data") : closed(foreign));
      first.destroy();
      await until(() => broker.connections === (isOtherServed ? 1 : 0));
      const again = await rawClient(broker, acme.machineLogin);
      again.write(publish(topicOf("login"), reading(), 2, 1));
      await once(again, "data");
      for (const socket of [again, foreign]) socket.destroy();
    });
  },
);

test.each([
  ["of one client", { subscriptions: 3 }],
  ["of one login", { subscriptionsOfLogin: 3 }],
])("subscriptions %s are limited; what is unsubscribed makes room", async (_name, limits) => {
  await withBroker(limits, async (broker, on) => {
    const client = await connect(on, acme.companyLogin);
    const filter = (count: number) => `sme/v1/acme/plant/lathe/${count}`;
    await client.subscribeAsync([filter(1), filter(2), filter(3)]);
    await expect(client.subscribeAsync(filter(4))).rejects.toThrow();
    await client.subscribeAsync(filter(3));
    expect(broker.refused["too-many-subscriptions"]).toBe(1);
    await client.unsubscribeAsync(filter(1));
    await client.subscribeAsync(filter(4));
    await client.endAsync();
    const again = await connect(on, acme.companyLogin);
    await again.subscribeAsync(filter(5));
    await again.endAsync();
  });
});

test("a long topic filter is refused, the longest one isn't", async () => {
  const client = await connect(path, acme.companyLogin);
  const longest = "sme/v1/acme/".padEnd(standardLimits().filterLength, "x");
  await client.subscribeAsync(longest);
  await expect(client.subscribeAsync(`${longest}x`)).rejects.toThrow();
  await client.endAsync();
});

test("what all clients of one login have in flight is limited together", async () => {
  await withBroker({ bytesInFlightOfLogin: 50_000 }, async (broker) => {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => rawClient(broker, acme.companyLogin)));
    const foreign = await rawClient(broker, other.machineLogin);
    await path.store.writer.command({ query: "DETACH TABLE rollup_hour" });
    try {
      for (const socket of sockets)
        socket.write(publish(topicOf("together"), reading().padEnd(30_000), 1, 1));
      await until(() => path.ingest.flow.waiting >= 2);
      await until(() => path.ingest.flow.failure !== undefined);
      // More are taken only when these two are stored; another login's is.
      expect(path.ingest.flow.waiting).toBe(2);
      foreign.write(publish(topicOf("together", other.company), reading(), 1, 1));
      await until(() => path.ingest.flow.waiting === 3);
    } finally {
      await path.store.writer.command({ query: "ATTACH TABLE rollup_hour" });
    }
    await until(async () => (await storedOn(path, "together")) === 11);
    for (const socket of [...sockets, foreign]) socket.destroy();
  });
});

test("connections without a TLS handshake or CONNECT are closed, and each end of one makes room for another", async () => {
  const limits = { connectionsBeforeLoginOfAddress: 20, handshakeMilliseconds: 700 };
  await withBroker(limits, async (broker, on) => {
    for (const port of [broker.mqttsPort, broker.mqttPort]) {
      const idle = await Promise.all(Array.from({ length: 20 }, () => stranger(port)));
      await Promise.all(idle.map(closed));
    }
    expect(broker.refused).toEqual({});
    const device = await connect(on, acme.machineLogin, { connectTimeout: 60_000 });
    await device.endAsync();
  });
});

test.each([
  ["of one address", { connectionsBeforeLoginOfAddress: 20 }, "too-many-before-login-of-address"],
  ["in all", { connectionsBeforeLogin: 20 }, "too-many-before-login"],
] as const)(
  "connections before their login %s are limited, with and without TLS; those that logged in stay",
  async (_name, limits, refusal) => {
    await withBroker(limits, async (broker, on) => {
      const device = await connect(on, acme.machineLogin);
      const plain = await Promise.all(Array.from({ length: 10 }, () => stranger(broker.mqttPort)));
      const secure = await Promise.all(Array.from({ length: 10 }, () => stranger(broker.mqttsPort)));
      const [refused] = [await stranger(broker.mqttsPort)];
      if (!refused.closed) await once(refused, "close");
      expect(broker.refused[refusal]).toBe(1);
      await device.publishAsync(topicOf("admitted"), reading(), { qos: 1 });
      plain[0]!.destroy();
      secure[0]!.destroy();
      const second = await retry(() => connect(on, acme.machineLogin));
      await Promise.all([device.endAsync(), second.endAsync()]);
      for (const socket of [...plain, ...secure]) socket.destroy();
    });
  },
);

/** The broker hears a moment later that a connection is closed. */
async function retry<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await action();
    } catch (error) {
      if (attempt === 20) throw error;
    }
}

test("a broker that closes does not wait for connections without a TLS handshake", async () => {
  const broker = await brokerOn(path, { handshakeMilliseconds: 3_600_000 });
  const idle = await Promise.all([broker.mqttsPort, broker.mqttPort].map(stranger));
  const ended = idle.map(closed);
  await broker.close();
  await Promise.all(ended);
});

test("a process that may open few descriptors keeps half of them for its stores and the web app", () => {
  expect(standardLimits(1024)).toMatchObject({
    connections: 512,
    connectionsBeforeLogin: 256,
    connectionsBeforeLoginOfAddress: 128,
  });
  expect(standardLimits(Number.POSITIVE_INFINITY)).toMatchObject({
    connections: 20_000,
    connectionsBeforeLogin: 4000,
    connectionsBeforeLoginOfAddress: 2000,
  });
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("connections from %s count for %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
