/**
 * The embedded MQTT 3.1.1 broker of the local target: TLS and plain listeners, a login per company and machine, each
 * held to its own subtree of topics. A PUBACK leaves only when ingest has committed the message.
 */
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Aedes, type Client } from "aedes";
import mqttPacket from "mqtt-packet";
import type { Ingest } from "../ingest/ingest.ts";
import { rejection, topicRoot } from "../ingest/reading.ts";
import type { Login, LoginCheck } from "./login.ts";

/** Larger packets end the connection before they are read into memory. */
const maximumPacketBytes = 256 * 1024;
/** Where a publication goes that its sender isn't allowed: no login may subscribe to it. */
const refusedTopic = "refused";

export interface BrokerOptions {
  readonly bind: string;
  /** 0 takes a free port. */
  readonly mqttPort: number;
  readonly mqttsPort: number;
  /** PEM. */
  readonly tls: { readonly key: string; readonly certificate: string };
  readonly checkLogin: LoginCheck;
  readonly ingest: Ingest;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

export interface Broker {
  readonly mqttPort: number;
  readonly mqttsPort: number;
  /** Clients connected now. */
  readonly connections: number;
  close(): Promise<void>;
}

type LoggedInClient = Client & { login?: Login };

export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { ingest, log } = options;
  const aedes = await Aedes.createBroker({
    id: "rollout",
    concurrency: 1000,
    connectTimeout: 10_000,
    // 3.1 limits a client id to 23 characters; ours are prefixed by the login.
    maxClientsIdLength: 256,

    preConnect(client, packet, done) {
      if ((packet.protocolVersion as number) === 5) {
        refuseVersion5(client.conn as Socket);
        done(new Error("MQTT 5"), false);
        return;
      }
      // A client id belongs to its login, so that no login can end another's session by taking its client id.
      if (packet.clientId !== "")
        (packet as { clientId: string }).clientId = `${packet.username ?? ""}:${packet.clientId}`;
      done(null, true);
    },

    authenticate(client: LoggedInClient, username, password, done) {
      options
        .checkLogin(username ?? "", password?.toString("utf8") ?? "")
        .then((login) => {
          if (login === undefined) {
            log.warn({ username: username?.slice(0, 140) }, "a login was refused");
            done(Object.assign(new Error("bad user name or password"), { returnCode: 4 as const }), false);
            return;
          }
          client.login = login;
          done(null, true);
        })
        .catch((error: unknown) => {
          log.warn({ error: String(error) }, "a login could not be checked");
          done(
            Object.assign(new Error("the broker cannot check logins now"), { returnCode: 3 as const }),
            false,
          );
        });
    },

    authorizePublish(client: LoggedInClient | null, packet, done) {
      // The broker's own $SYS messages; a device's last will comes with its client.
      if (client === null) return done(null);
      const login = client.login;
      if (login === undefined) return done(new Error("not logged in"));
      // Nothing is retained: a device could fill the memory with topics, and the store has the latest values.
      packet.retain = false;
      const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload);
      const settle = (error?: Error) => done(error ?? null);
      if (isWithin(packet.topic, login)) {
        ingest.accept(login.company, packet.topic, payload, settle);
        return;
      }
      const detail = `This login may publish below ${subtreeOf(login)}/ only.`;
      const refused = rejection(login.company, packet.topic, payload, "topic-not-allowed", detail);
      packet.topic = refusedTopic;
      ingest.reject(refused, settle);
    },

    authorizeSubscribe(client: LoggedInClient | null, subscription, done) {
      const login = client?.login;
      const allowed = login !== undefined && isWithin(subscription.topic, login);
      // null gives the return code 0x80 in the SUBACK: failure, as MQTT 3.1.1 section 3.9.3 has it.
      done(null, allowed ? subscription : null);
    },
  });

  aedes.on("clientError", (client, error) =>
    log.warn({ client: client.id, error: error.message }, "a client was disconnected"),
  );
  aedes.on("connectionError", (_client, error) =>
    log.warn({ error: error.message }, "a connection ended before its login"),
  );

  const sockets = new Set<Socket>();
  const handle = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => sockets.delete(socket));
    limitPacketSize(aedes.handle(socket), socket);
  };
  const plain = createTcpServer(handle);
  const secure = createTlsServer(
    { key: options.tls.key, cert: options.tls.certificate, minVersion: "TLSv1.2", handshakeTimeout: 10_000 },
    handle,
  );
  secure.on("tlsClientError", (error: Error) => log.info({ error: error.message }, "a TLS handshake failed"));
  const mqttPort = await listen(plain, options.mqttPort, options.bind);
  const mqttsPort = await listen(secure, options.mqttsPort, options.bind);

  return {
    mqttPort,
    mqttsPort,
    get connections() {
      return aedes.connectedClients;
    },
    close: async () => {
      const closed = [plain, secure].map(
        (server) => new Promise<void>((resolve) => server.close(() => resolve())),
      );
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

function subtreeOf(login: Login): string {
  const machine = login.machine === undefined ? "" : `/${login.site}/${login.machine}`;
  return `${topicRoot}/${login.company}${machine}`;
}

function isWithin(topic: string, login: Login): boolean {
  return topic.startsWith(`${subtreeOf(login)}/`);
}

/** MQTT 5 section 4.13: a CONNACK with a reason before the connection is closed. */
function refuseVersion5(socket: Socket): void {
  socket.write(
    mqttPacket.generate(
      {
        cmd: "connack",
        reasonCode: 0x84,
        sessionPresent: false,
        properties: {
          reasonString: "This broker speaks MQTT 3.1.1. Set the client's protocol version to 4 (MQTT 3.1.1).",
        },
      } as mqttPacket.Packet,
      { protocolVersion: 5 },
    ),
  );
}

interface Parser {
  packet: { length: number };
  _parseLength(): boolean;
}

/** The broker's parser has no limit of its own, and a packet may claim 256 MiB. */
function limitPacketSize(client: Client, socket: Socket): void {
  const parser = (client as unknown as { _parser: Parser })._parser;
  const parseLength = parser._parseLength.bind(parser);
  parser._parseLength = () => {
    const parsed = parseLength();
    if (parser.packet.length > maximumPacketBytes) {
      client.emit(
        "error",
        new Error(`a packet of ${parser.packet.length} bytes; at most ${maximumPacketBytes} are taken`),
      );
      socket.destroy();
      return false;
    }
    return parsed;
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: 4096 }, () => {
      server.off("error", reject);
      resolve((server.address() as { port: number }).port);
    });
  });
}
