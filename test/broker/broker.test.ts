/** The broker with real MQTT clients over TLS and plain: logins, topics, acknowledgements. */

import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { eq } from "drizzle-orm";
import mqtt from "mqtt";
import mqttPacket from "mqtt-packet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBroker } from "../../apps/broker/broker.ts";
import { loginCheck } from "../../apps/broker/login.ts";
import { EnvironmentError } from "../../base/kit-error.ts";
import { issueCredential } from "../../stores/relational/companies.ts";
import { credential, loginChange } from "../../stores/relational/schema.ts";
import { disagreements, rowsOf } from "../stores/rows.ts";
import { until } from "../until.ts";
import {
  connect,
  country,
  type DataPath,
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
  // Its id begins with the first one's.
  other = await registerTestCompany(path.database, "Acme 2");
});
afterAll(async () => {
  expect(await disagreements(path.store.reader, country.timezone)).toEqual([]);
  expect(path.fatal).toEqual([]);
  await path.close();
});

const stored = (channel: string) => storedOn(path, channel);
const rejected = (topic: string) =>
  rowsOf<{ company: string; reason: string; payload: string }>(
    path.store.reader,
    "SELECT company, reason, payload FROM rejected WHERE topic = {topic:String} ORDER BY received_at",
    { topic },
  );

describe("connecting", () => {
  test("over TLS and plain, by a machine's login and a company's", async () => {
    for (const tls of [true, false])
      for (const login of [acme.machineLogin, acme.companyLogin]) {
        const client = await connect(path, login, { tls });
        await client.publishAsync(topicOf("connecting"), reading(), { qos: 1 });
        await client.endAsync();
      }
    expect(await stored("connecting")).toBe(4);
  });

  test("a client that does not trust the authority does not connect", async () => {
    await expect(connect(path, acme.machineLogin, { ca: undefined as never })).rejects.toThrow(/certificate/);
  });

  // Elsewhere only 127.0.0.1 is an address of this machine.
  test.skipIf(process.platform !== "linux")(
    "without TLS is for this machine alone, with TLS for the address of the file",
    async () => {
      const { database, ingest, certificates, log } = path;
      const tls = { tls: certificates, checkLogin: loginCheck(database), ingest, log };
      const open = await startBroker({ ...tls, bind: "0.0.0.0", mqttPort: 0, mqttsPort: 0 });
      const answers = (port: number, host: string) =>
        new Promise<boolean>((resolve) => {
          const socket = connectTcp(port, host, () => resolve(true));
          socket.on("error", () => resolve(false)).on("connect", () => socket.destroy());
        });
      try {
        expect(await answers(open.mqttPort, "127.0.0.1")).toBe(true);
        expect(await answers(open.mqttPort, "127.0.0.2")).toBe(false);
        expect(await answers(open.mqttsPort, "127.0.0.2")).toBe(true);
        expect(await answers(path.broker.mqttsPort, "127.0.0.2")).toBe(false);
      } finally {
        await open.close();
      }
    },
  );

  test("TLS is 1.2 or 1.3, and nothing older", async () => {
    const agreed = (version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3") =>
      new Promise<string | null>((resolve) => {
        const socket = connectTls(
          {
            host: "127.0.0.1",
            port: path.broker.mqttsPort,
            servername: "localhost",
            ca: path.certificates.ca,
            minVersion: version,
            maxVersion: version,
            // Else the client itself refuses the old version.
            ciphers: "DEFAULT@SECLEVEL=0",
          },
          () => {
            resolve(socket.getProtocol());
            socket.destroy();
          },
        );
        socket.on("error", () => resolve("refused"));
      });
    expect(await agreed("TLSv1.1")).toBe("refused");
    expect(await agreed("TLSv1.2")).toBe("TLSv1.2");
    expect(await agreed("TLSv1.3")).toBe("TLSv1.3");
  });

  test.each([true, false])("a wrong password and an unknown user are refused alike, TLS %s", async (tls) => {
    for (const credential of [
      { ...acme.machineLogin, password: "wrong" },
      { username: "nobody", password: "x" },
      { username: "nul\0byte", password: "x" },
      { username: "' OR 1=1 --", password: "x" },
    ])
      await expect(connect(path, credential, { tls })).rejects.toMatchObject({ code: 4 });
    await expect(
      mqtt.connectAsync(`mqtt://127.0.0.1:${path.broker.mqttPort}`, { reconnectPeriod: 0 }, false),
    ).rejects.toMatchObject({ code: 4 });
    expect(JSON.stringify(path.logs)).not.toContain(acme.machineLogin.password);
  });

  test.each([true, false])("an MQTT 5 client is told which version to use, TLS %s", async (tls) => {
    const refusals: mqtt.IConnackPacket[] = [];
    const failure = connect(path, acme.machineLogin, { tls, protocolVersion: 5 });
    await expect(failure).rejects.toMatchObject({
      code: 0x84,
      message: "Connection refused: Unsupported Protocol Version",
    });
    const client = mqtt.connect(`mqtt://127.0.0.1:${path.broker.mqttPort}`, {
      ...acme.machineLogin,
      protocolVersion: 5,
      reconnectPeriod: 0,
    });
    client.on("error", () => {});
    client.on("packetreceive", (packet) => packet.cmd === "connack" && refusals.push(packet));
    await until(() => refusals.length > 0);
    expect(refusals[0]!.properties?.reasonString).toBe(
      "This broker speaks MQTT 3.1.1. Set the client's protocol version to 4 (MQTT 3.1.1).",
    );
    await client.endAsync(true);
    expect(path.broker.refused["mqtt-5"]).toBeGreaterThan(0);
  });

  test("MQTT 3.1 works as well", async () => {
    const client = await connect(path, acme.machineLogin, {
      protocolVersion: 3,
      protocolId: "MQIsdp",
      clientId: "old",
    });
    await client.publishAsync(topicOf("old"), reading(), { qos: 1 });
    await client.endAsync();
    expect(await stored("old")).toBe(1);
  });

  test("a client id in use moves to a newer connection of the same login, and to no other login", async () => {
    const first = await connect(path, acme.machineLogin, { clientId: "device" });
    const foreign = await connect(path, other.machineLogin, { clientId: "device" });
    let closed = false;
    first.on("close", () => {
      closed = true;
    });
    await foreign.publishAsync(topicOf("taken", other.company), reading(), { qos: 1 });
    expect(closed).toBe(false);
    const second = await connect(path, acme.machineLogin, { clientId: "device" });
    await until(() => closed);
    await second.publishAsync(topicOf("taken"), reading(), { qos: 1 });
    expect(await stored("taken")).toBe(2);
    await Promise.all([second.endAsync(), foreign.endAsync()]);
  });

  test("a client that sends nothing for one and a half times its keep-alive is disconnected", async () => {
    const socket = connectTcp(path.broker.mqttPort, "127.0.0.1");
    const ended = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    socket.write(
      mqttPacket.generate({
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clean: true,
        clientId: "silent",
        keepalive: 1,
        username: acme.machineLogin.username,
        password: Buffer.from(acme.machineLogin.password),
      }),
    );
    socket.resume();
    await ended;
  });

  test("a revoked login is refused at once, and its client is disconnected; so is one with an old password", async () => {
    const site = "plant";
    for (const end of [
      (username: string) =>
        path.database
          .update(credential)
          .set({ revokedAt: new Date() })
          .where(eq(credential.username, username)),
      () => issueCredential(path.database, { company: other.company, site, machine: "mill" }),
    ]) {
      const login = await issueCredential(path.database, { company: other.company, site, machine: "mill" });
      const client = await connect(path, login);
      const bystander = await connect(path, other.companyLogin);
      const closed = new Promise<void>((resolve) => client.on("close", () => resolve()));
      await path.broker.recheckLogins();
      expect(client.connected).toBe(true);
      await end(login.username);
      await expect(connect(path, login)).rejects.toMatchObject({ code: 4 });
      await path.broker.recheckLogins();
      await closed;
      expect(bystander.connected).toBe(true);
      await bystander.endAsync();
    }
    // Recorded for a cluster's broker; here nothing is left of it.
    expect(await path.database.select().from(loginChange)).toEqual([]);
  });

  test("a session that the client asks for is not kept, and the client is told so", async () => {
    const options = { clean: false, clientId: "kept", resubscribe: false };
    const first = await connect(path, acme.companyLogin, options);
    await first.subscribeAsync(topicOf("kept"), { qos: 1 });
    await first.endAsync();
    const publisher = await connect(path, acme.machineLogin);
    await publisher.publishAsync(topicOf("kept"), reading(), { qos: 1 });
    const present: unknown[] = [];
    const second = mqtt.connect(`mqtt://127.0.0.1:${path.broker.mqttPort}`, {
      ...acme.companyLogin,
      ...options,
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    second.on("packetreceive", (packet) => packet.cmd === "connack" && present.push(packet.sessionPresent));
    await until(() => present.length > 0);
    expect(present).toEqual([false]);
    await Promise.all([second.endAsync(), publisher.endAsync()]);
  });
});

describe("publishing", () => {
  test.each([0, 1, 2] as const)("at QoS %i is stored before it is acknowledged", async (qos) => {
    const client = await connect(path, acme.machineLogin);
    const channel = `qos-${qos}`;
    for (let count = 1; count <= 5; count += 1) {
      await client.publishAsync(topicOf(channel), reading(), { qos });
      if (qos > 0) expect(await stored(channel)).toBe(count);
    }
    await until(async () => (await stored(channel)) === 5);
    await client.endAsync();
  });

  test("QoS 2: PUBREC comes after the commit, a message sent again before PUBREL counts once, PUBREL is always answered", async () => {
    const client = await connect(path, acme.machineLogin);
    const packets: string[] = [];
    let storedAtRec = -1;
    client.on("packetreceive", async (packet) => {
      if (packet.cmd === "pubrec") storedAtRec = await stored("exactly");
      packets.push(packet.cmd);
    });
    const raw = (packet: object) => client.stream.write(mqttPacket.generate(packet as mqttPacket.Packet));
    const publish = { cmd: "publish", qos: 2, topic: topicOf("exactly"), payload: reading(), retain: false };
    raw({ ...publish, messageId: 7, dup: false });
    await until(() => storedAtRec >= 0);
    expect(storedAtRec).toBe(1);
    raw({ ...publish, messageId: 7, dup: true });
    raw({ cmd: "pubrel", messageId: 7 });
    raw({ cmd: "pubrel", messageId: 999 });
    await until(() => packets.filter((cmd) => cmd === "pubcomp").length === 2);
    await client.endAsync();
    expect(await stored("exactly")).toBe(1);
  });

  test("a message sent again after a lost PUBACK counts once", async () => {
    const payload = reading();
    const client = await connect(path, acme.machineLogin);
    const cut = client.publishAsync(topicOf("again"), payload, { qos: 1 });
    // Sent, and disconnected before the answer.
    await new Promise((resolve) => setImmediate(resolve));
    client.stream.destroy();
    cut.catch(() => {});
    await client.endAsync(true);
    const again = await connect(path, acme.machineLogin);
    await again.publishAsync(topicOf("again"), payload, { qos: 1, dup: true });
    await again.endAsync();
    expect(await stored("again")).toBe(1);
  });

  test.each([
    ["another company's", topicOf("forbidden", "acme-2")],
    ["another machine's", topicOf("forbidden", "acme", "mill")],
    ["a parent's", "sme/v1/acme"],
    ["the broker's own", "$SYS/rollout/new/clients"],
    ["anything else", "refused"],
  ])("on %s topic is kept as rejected, acknowledged, and reaches nobody", async (_name, forbidden) => {
    const victim = await connect(path, other.companyLogin);
    const heard: string[] = [];
    victim.on("message", (topic) => heard.push(topic));
    await victim.subscribeAsync(`sme/v1/${other.company}/#`);
    const client = await connect(path, acme.machineLogin);
    const payload = reading();
    await client.publishAsync(forbidden, payload, { qos: 1, retain: true });
    expect((await rejected(forbidden)).at(-1)).toEqual({
      company: "acme",
      reason: "topic-not-allowed",
      payload,
    });
    expect(await stored("forbidden")).toBe(0);
    // A message that reaches the victim would arrive before its own one.
    await victim.publishAsync(topicOf("own", other.company), reading(), { qos: 1 });
    await until(() => heard.length > 0);
    expect(heard).toEqual([topicOf("own", other.company)]);
    await Promise.all([client.endAsync(), victim.endAsync()]);
  });

  test("what cannot be decoded is acknowledged and kept", async () => {
    const client = await connect(path, acme.machineLogin);
    const payload = Buffer.from([0, 1, 2, 255]);
    await client.publishAsync(topicOf("bytes"), payload, { qos: 1 });
    await client.endAsync();
    expect(await rejected(topicOf("bytes"))).toEqual([
      { company: "acme", reason: "payload-malformed", payload: `base64:${payload.toString("base64")}` },
    ]);
  });

  test("nothing is retained", async () => {
    const client = await connect(path, acme.machineLogin);
    await client.publishAsync(topicOf("retained"), reading(), { qos: 1, retain: true });
    const subscriber = await connect(path, acme.companyLogin);
    const heard: string[] = [];
    subscriber.on("message", (topic) => heard.push(topic));
    await subscriber.subscribeAsync("sme/v1/acme/#");
    await client.publishAsync(topicOf("later"), reading(), { qos: 1 });
    await until(() => heard.length > 0);
    expect(heard).toEqual([topicOf("later")]);
    await Promise.all([client.endAsync(), subscriber.endAsync()]);
  });
});

describe("last wills", () => {
  test("one on the client's own topic is stored when the connection breaks, not when the client disconnects", async () => {
    const will = () => ({
      topic: topicOf("will"),
      payload: Buffer.from(reading("gone")),
      qos: 1 as const,
      retain: true,
    });
    const proper = await connect(path, acme.machineLogin, { will: will() });
    await proper.endAsync();
    const broken = await connect(path, acme.machineLogin, { will: will() });
    broken.stream.destroy();
    await until(async () => (await stored("will")) > 0);
    expect(await stored("will")).toBe(1);
    await broken.endAsync(true);
  });

  test.each([
    topicOf("will", "acme-2"),
    topicOf("will", "acme", "mill"),
    "sme/v1/acme/plant/lathe/#",
    "sme/v1/acme/plant/lathe/+",
    "$SYS/x",
  ])("one on %s is refused with the connection, and kept once", async (forbidden) => {
    for (const _try of [1, 2])
      await expect(
        connect(path, acme.machineLogin, { will: { topic: forbidden, payload: Buffer.from("x"), qos: 1 } }),
      ).rejects.toMatchObject({ code: 5 });
    expect(await rejected(forbidden)).toEqual(
      expect.arrayContaining([{ company: "acme", reason: "topic-not-allowed", payload: "x" }]),
    );
    expect((await rejected(forbidden)).filter((row) => row.payload === "x")).toHaveLength(1);
  });
});

describe("subscribing", () => {
  test("a company receives all its machines' messages, a machine its own, and nobody another's", async () => {
    const company = await connect(path, acme.companyLogin);
    const machine = await connect(path, acme.machineLogin);
    const heard = { company: [] as string[], machine: [] as string[] };
    company.on("message", (topic) => heard.company.push(topic));
    machine.on("message", (topic) => heard.machine.push(topic));
    await company.subscribeAsync(["sme/v1/acme/#"]);
    await machine.subscribeAsync("sme/v1/acme/plant/lathe/+", { qos: 1 });
    const foreign = await connect(path, other.companyLogin);
    await foreign.publishAsync(topicOf("heard", other.company), reading(), { qos: 1 });
    await company.publishAsync(topicOf("heard", "acme", "mill"), reading(), { qos: 1 });
    await company.publishAsync(topicOf("heard"), reading(), { qos: 1 });
    await until(() => heard.company.length >= 2 && heard.machine.length >= 1);
    expect(heard).toEqual({
      company: [topicOf("heard", "acme", "mill"), topicOf("heard")],
      machine: [topicOf("heard")],
    });
    await Promise.all([company.endAsync(), machine.endAsync(), foreign.endAsync()]);
  });

  test.each([
    "#",
    "+/#",
    "sme/#",
    "sme/v1/#",
    "sme/v1/+/#",
    "sme/v1/acme",
    "sme/v1/acme+/#",
    "sme/v1/acme-2/#",
    "+/v1/acme/#",
    "$share/g/sme/v1/acme/#",
    "$SYS/#",
    "refused",
    "/sme/v1/acme/#",
  ])("to %s is refused", async (filter) => {
    const client = await connect(path, acme.companyLogin, { reconnectPeriod: 0 });
    const granted: unknown[] = [];
    let closed = false;
    client.on(
      "packetreceive",
      (packet) => packet.cmd === "suback" && granted.push(...(packet.granted as number[])),
    );
    client.on("close", () => {
      closed = true;
    });
    client.stream.write(
      mqttPacket.generate({
        cmd: "subscribe",
        messageId: 5,
        subscriptions: [{ topic: filter, qos: 1 }],
      } as never),
    );
    // A filter that the standard forbids ends the connection instead.
    await until(() => granted.length > 0 || closed);
    if (!closed) expect(granted).toEqual([0x80]);
    await client.endAsync(true);
  });

  test("to a sibling of the machine's own topic is refused", async () => {
    const client = await connect(path, acme.machineLogin);
    await expect(client.subscribeAsync(["sme/v1/acme/plant/mill/#"])).rejects.toThrow();
    await expect(client.subscribeAsync(["sme/v1/acme/plant/+/state"])).rejects.toThrow();
    await client.endAsync();
  });
});

test("a port in use is named, and nothing is left open", async () => {
  const options = {
    bind: "127.0.0.1",
    tls: path.certificates,
    checkLogin: loginCheck(path.database),
    ingest: path.ingest,
    log: { info: () => {}, warn: () => {} },
  };
  const free = await startBroker({ ...options, mqttPort: 0, mqttsPort: 0 });
  const { mqttPort } = free;
  await free.close();
  const start = startBroker({ ...options, mqttPort, mqttsPort: path.broker.mqttsPort });
  await expect(start).rejects.toThrow(EnvironmentError);
  await expect(start).rejects.toThrow(
    `Port ${path.broker.mqttsPort} (MQTT over TLS) is already in use by another program.`,
  );
  const again = await startBroker({ ...options, mqttPort, mqttsPort: 0 });
  expect(again.mqttPort).toBe(mqttPort);
  await again.close();
});
