/**
 * The embedded MQTT 3.1.1 broker of the local target: TLS and plain listeners, a login per company and machine, each
 * held to its own subtree of topics. A PUBACK or PUBREC leaves only when ingest has committed the message.
 *
 * It keeps nothing for clients that are away and retains nothing: the store has the data, and memory stays bounded.
 */
import { createServer as createTcpServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Aedes, type Client } from "aedes";
import mqttPacket from "mqtt-packet";
import type { Ingest } from "../ingest/ingest.ts";
import { isWithin, subtreeOf } from "./access.ts";
import { Connection } from "./connection.ts";
import { type BrokerLimits, standardLimits } from "./limits.ts";
import { listen } from "./listen.ts";
import type { LoginCheck } from "./login.ts";
import { type Log, type Refusal, Refusals } from "./refusals.ts";

/** Where a publication goes that its sender isn't allowed: no login may subscribe to it. */
const refusedTopic = "refused";
/** How soon a client is disconnected whose login was revoked; a new connection is refused at once. */
const recheckMilliseconds = 30_000;
/** After a connection's start, when clients send again what was not acknowledged on the last one. */
const redeliveryMilliseconds = 60_000;
/** How long `close` waits for messages on their way to the store. */
const closeMilliseconds = 3000;
const version5Message = "This broker speaks MQTT 3.1.1. Set the client's protocol version to 4 (MQTT 3.1.1).";

/** Passwords without TLS never cross a network. */
const loopback = "127.0.0.1";

export interface BrokerOptions {
  /** Address of the listener with TLS; the one without is on loopback. */
  readonly bind: string;
  /** 0 takes a free port. */
  readonly mqttPort: number;
  readonly mqttsPort: number;
  /** PEM. */
  readonly tls: { readonly key: string; readonly certificate: string };
  readonly checkLogin: LoginCheck;
  readonly ingest: Ingest;
  readonly limits?: Partial<BrokerLimits>;
  readonly log: Log;
}

export interface Broker {
  readonly mqttPort: number;
  readonly mqttsPort: number;
  /** Clients connected now. */
  readonly connections: number;
  /** What was refused since start, by reason. */
  readonly refused: Readonly<Partial<Record<Refusal, number>>>;
  /** Disconnects clients whose login was revoked, removed or given a new password; also done every 30 seconds. */
  recheckLogins(): Promise<void>;
  /** Takes no more, acknowledges what is on its way to the store, and disconnects all. */
  close(): Promise<void>;
}

/** @throws EnvironmentError */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { ingest, log, checkLogin } = options;
  const limits = { ...standardLimits, ...options.limits };
  const refusals = new Refusals(log);
  const connections = new Set<Connection>();
  const connectionsByLogin = new Map<string, number>();
  const connectionOf = new WeakMap<Client, Connection>();
  let isClosing = false;

  const aedes = await Aedes.createBroker({
    id: "rollout",
    // No limit of its own: one subscriber that does not read would hold up every other's messages.
    concurrency: 0,
    connectTimeout: 10_000,
    drainTimeout: 20_000,
    maxClientsIdLength: limits.clientIdLength + limits.usernameLength,
    // Packets that a client sends before its CONNACK; they came in one read of the socket.
    queueLimit: 1000,

    preConnect(client, packet, done) {
      const connection = connectionOf.get(client)!;
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
    },

    authenticate(client, username = "", password, done) {
      const connection = connectionOf.get(client)!;
      const refuse = (returnCode: 3 | 4 | 5, message: string) =>
        done(Object.assign(new Error(message), { returnCode }), false);
      checkLogin
        .check(username ?? "", password?.toString("utf8") ?? "")
        .then((login) => {
          if (login === undefined) {
            refusals.add("wrong-password", { username }, "a login was refused");
            return refuse(4, "bad user name or password");
          }
          const count = connectionsByLogin.get(username) ?? 0;
          if (count >= limits.connectionsPerLogin) {
            refusals.add(
              "too-many-connections-of-login",
              { username, count },
              "a login has too many connections",
            );
            return refuse(3, "too many connections of this login");
          }
          const { will } = connection;
          if (will !== undefined && !isUsableWill(will.topic, subtreeOf(login))) {
            const detail = `The last will's topic must be below ${subtreeOf(login)}/ and have no wildcards.`;
            refusals.add(
              "last-will-not-allowed",
              { username },
              "a client's last will has a topic that it may not use",
            );
            // A device tries again and again: as redelivered it is kept once an hour.
            const message = { company: login.company, ...will, redelivered: true };
            ingest.reject(message, "topic-not-allowed", detail, () => refuse(5, detail));
            return;
          }
          if (!connections.has(connection)) return;
          connection.login = login;
          connectionsByLogin.set(username, count + 1);
          done(null, true);
        })
        .catch((error: unknown) => {
          refusals.add("login-check-failed", { error: String(error) }, "a login could not be checked");
          refuse(3, "the broker cannot check logins now");
        });
    },

    authorizePublish(client, publication, done) {
      const packet: typeof publication & { dup?: boolean; messageId?: number } = publication;
      if (client === null) return done(new Error("not logged in"));
      const connection = connectionOf.get(client);
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
        // Some clients send again without saying so.
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
    },

    authorizeSubscribe(client, subscription, done) {
      const login = client === null ? undefined : connectionOf.get(client)?.login;
      const allowed = login !== undefined && isWithin(subscription.topic, login);
      // null gives the return code 0x80 in the SUBACK: failure, as MQTT 3.1.1 section 3.9.3 has it.
      done(null, allowed ? subscription : null);
    },

    authorizeForward(client, packet) {
      const { socket } = connectionOf.get(client)!;
      if (socket.writableLength <= limits.unreadBytes) return packet;
      refusals.add(
        "subscriber-too-slow",
        { client: client.id },
        "a subscriber that does not read was disconnected",
      );
      socket.destroy();
      return null;
    },
  });

  aedes.on("clientError", (client, error) =>
    log.info({ client: client.id, error: error.message }, "a client was disconnected"),
  );
  aedes.on("connectionError", (_client, error) =>
    log.info({ error: error.message }, "a connection ended before its login"),
  );

  const isSaturated = () => ingest.saturated || isClosing;
  ingest.onRelieved(() => {
    for (const connection of connections) connection.goOn();
  });

  const handle = (socket: Socket) => {
    if (connections.size >= limits.connections) {
      refusals.add("too-many-connections", { connections: connections.size }, "a connection was refused");
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    const connection = new Connection(socket, limits, isSaturated);
    connections.add(connection);
    socket.once("close", () => {
      connections.delete(connection);
      if (connection.login !== undefined) forget(connectionsByLogin, connection.login.username);
    });
    const client = aedes.handle(socket);
    connectionOf.set(client, connection);
    connection.limitPackets(client, (bytes) =>
      refusals.add(
        "packet-too-long",
        { client: client.id, bytes },
        `a packet above ${limits.packetBytes} bytes`,
      ),
    );
  };
  const plain = createTcpServer(handle);
  const secure = createTlsServer(
    { key: options.tls.key, cert: options.tls.certificate, minVersion: "TLSv1.2", handshakeTimeout: 10_000 },
    handle,
  );
  secure.on("tlsClientError", (error: Error) => log.info({ error: error.message }, "a TLS handshake failed"));

  const recheckLogins = async () => {
    const logins = [...connections].flatMap(({ login }) => login ?? []);
    const ended = new Set(await checkLogin.ended(logins));
    if (ended.size === 0) return;
    for (const { login, socket } of connections) {
      if (login === undefined || !ended.has(login)) continue;
      refusals.add(
        "login-ended",
        { username: login.username },
        "a client's login ended, and it was disconnected",
      );
      socket.destroy();
    }
  };
  const recheck = setInterval(
    () =>
      recheckLogins().catch((error: unknown) =>
        refusals.add("login-check-failed", { error: String(error) }, "logins could not be checked again"),
      ),
    recheckMilliseconds,
  );

  const close = async () => {
    isClosing = true;
    clearInterval(recheck);
    const closed = [plain, secure].map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    await untilSettled(connections);
    await new Promise<void>((resolve) => aedes.close(resolve));
    for (const { socket } of connections) socket.destroy();
    await Promise.all(closed);
  };

  try {
    const mqttPort = await listen(plain, options.mqttPort, loopback, "MQTT");
    const mqttsPort = await listen(secure, options.mqttsPort, options.bind, "MQTT over TLS");
    for (const server of [plain, secure])
      server.on("error", (error) =>
        refusals.add(
          "connection-not-accepted",
          { error: error.message },
          "a connection could not be accepted",
        ),
      );
    return {
      mqttPort,
      mqttsPort,
      get connections() {
        return aedes.connectedClients;
      },
      get refused() {
        return refusals.counts;
      },
      recheckLogins,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function isUsableWill(topic: string, subtree: string): boolean {
  return topic.startsWith(`${subtree}/`) && !/[+#\0]/.test(topic);
}

function forget(counts: Map<string, number>, username: string): void {
  const count = (counts.get(username) ?? 0) - 1;
  if (count > 0) counts.set(username, count);
  else counts.delete(username);
}

/** MQTT 5 section 4.13: a CONNACK with a reason before the connection is closed. */
function refuseVersion5(socket: Socket, done: () => void): void {
  const properties = { reasonString: version5Message };
  answerAndEnd(socket, { cmd: "connack", reasonCode: 0x84, sessionPresent: false, properties }, done, 5);
}

/** Ends the connection once the answer is on its way; a client that does not read it has five seconds. */
function answerAndEnd(socket: Socket, packet: object, done: () => void, protocolVersion = 4): void {
  const answer = mqttPacket.generate(packet as mqttPacket.Packet, { protocolVersion });
  socket.setTimeout(5000, () => socket.destroy());
  socket.once("close", done);
  socket.end(answer);
}

async function untilSettled(connections: ReadonlySet<Connection>): Promise<void> {
  const until = Date.now() + closeMilliseconds;
  const isSettled = () => [...connections].every((connection) => connection.inFlight === 0);
  while (!isSettled() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
}
