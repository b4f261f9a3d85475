/**
 * The embedded MQTT 3.1.1 broker of the local target: listeners with and without TLS, a login per company and machine, each
 * limited to its own subtree of topics. A PUBACK or PUBREC is sent only when ingest has committed the message.
 *
 * It has no persistent sessions and no retained messages: the store has the data, and memory stays bounded.
 */
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Aedes } from "aedes";
import type { Ingest } from "../ingest/ingest.ts";
import { Admission } from "./admission.ts";
import { Clients } from "./clients.ts";
import { Connection } from "./connection.ts";
import { authenticateClient } from "./handlers/authenticate.ts";
import { authorizeForward } from "./handlers/authorize-forward.ts";
import { authorizePublish } from "./handlers/authorize-publish.ts";
import { authorizeSubscribe } from "./handlers/authorize-subscribe.ts";
import type { BrokerContext } from "./handlers/context.ts";
import { preConnect } from "./handlers/pre-connect.ts";
import { type BrokerLimits, standardLimits } from "./limits.ts";
import { listen } from "./listen.ts";
import type { LoginCheck } from "./login.ts";
import { limitPackets } from "./packet-limits.ts";
import { type Log, type Refusal, Refusals } from "./refusals.ts";
import { keepIdentifiersOnly } from "./unreleased.ts";

/** A client whose login was revoked is disconnected after this time; a new connection is refused at once. */
const recheckMilliseconds = 30_000;
/** How long `close` waits for messages that are being committed. */
const closeMilliseconds = 3000;

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
  /** Takes no more, waits for messages that are being committed, and disconnects all. */
  close(): Promise<void>;
}

/** @throws EnvironmentError */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { ingest, log, checkLogin } = options;
  const limits = { ...standardLimits(), ...options.limits };
  const refusals = new Refusals(log);
  const admission = new Admission(limits, refusals);
  const context = { clients: new Clients(), limits, refusals, checkLogin, ingest };
  const { clients } = context;
  let isClosing = false;
  const aedes = await createAedes(context, log);
  const handle = connectionHandler(aedes, admission, context, () => ingest.saturated || isClosing);
  const plain = createTcpServer((socket) => {
    if (admission.admit(socket)) handle(socket);
  });
  const secure = tlsServer(options, limits, admission, handle);
  ingest.onRelieved(() => {
    for (const connection of clients.connections) connection.resume();
  });
  const recheck = setInterval(
    () =>
      endLogins(context).catch((error: unknown) =>
        refusals.add("login-check-failed", { error: String(error) }, "logins could not be checked again"),
      ),
    recheckMilliseconds,
  );
  const close = async () => {
    isClosing = true;
    clearInterval(recheck);
    await closeAll(aedes, clients, admission, [plain, secure]);
  };
  try {
    const mqttPort = await listen(plain, options.mqttPort, loopback, "MQTT");
    const mqttsPort = await listen(secure, options.mqttsPort, options.bind, "MQTT over TLS");
    for (const server of [plain, secure])
      server.on("error", ({ message }) =>
        refusals.add("connection-not-accepted", { error: message }, "a connection could not be accepted"),
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
      recheckLogins: () => endLogins(context),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createAedes(context: BrokerContext, log: Log): Promise<Aedes> {
  const { clientIdLength, usernameLength, handshakeMilliseconds, unreleased } = context.limits;
  const aedes = await Aedes.createBroker({
    id: "rollout",
    // Unlimited: with a limit, one subscriber that does not read would delay the messages of all others.
    concurrency: 0,
    connectTimeout: handshakeMilliseconds,
    drainTimeout: 20_000,
    maxClientsIdLength: clientIdLength + usernameLength,
    // Packets that a client sends before its CONNACK; they may come in one read of the socket.
    queueLimit: 1000,
    maxInflightInbound: unreleased,
    preConnect: preConnect(context),
    authenticate: authenticateClient(context),
    authorizePublish: authorizePublish(context),
    authorizeSubscribe: authorizeSubscribe(context),
    authorizeForward: authorizeForward(context),
  });
  keepIdentifiersOnly(aedes, context);
  aedes.on("unsubscribe", (filters, client) => {
    const connection = context.clients.connectionOf(client);
    for (const filter of filters) context.clients.unsubscribe(connection, filter);
  });
  aedes.on("clientError", (client, error) =>
    log.info({ client: client.id, error: error.message }, "a client was disconnected"),
  );
  aedes.on("connectionError", (_client, error) =>
    log.info({ error: error.message }, "a connection ended before its login"),
  );
  return aedes;
}

/** Connections are admitted before their TLS handshake, which costs more than they do. */
function tlsServer(
  { tls, log }: BrokerOptions,
  { handshakeMilliseconds }: BrokerLimits,
  admission: Admission,
  handle: (socket: Socket) => void,
): Server {
  const { key, certificate } = tls;
  const handshakes = createTlsServer(
    { key, cert: certificate, minVersion: "TLSv1.2", handshakeTimeout: handshakeMilliseconds },
    handle,
  );
  handshakes.on("tlsClientError", (error, socket) => {
    log.info({ error: error.message }, "a TLS handshake failed");
    // Node.js leaves a connection open whose handshake did not come in time.
    socket.destroy();
  });
  return createTcpServer((socket) => {
    if (admission.admit(socket)) handshakes.emit("connection", socket);
  });
}

/** Gives an admitted connection to aedes. */
function connectionHandler(
  aedes: Aedes,
  admission: Admission,
  context: BrokerContext,
  isSaturated: () => boolean,
): (socket: Socket) => void {
  const { clients, limits } = context;
  return (socket) => {
    const loggedIn = admission.loginOf(socket);
    if (loggedIn === undefined) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    const { beforeLogin } = clients;
    const connection = new Connection({ socket, limits, beforeLogin, loggedIn, isSaturated });
    clients.connections.add(connection);
    socket.once("close", () => clients.remove(connection));
    const client = aedes.handle(socket);
    clients.add(client, connection);
    limitPackets(client, limits, {
      tooLong: (bytes) => endTooLong(context, connection, bytes),
      unfinished: (bytes) => boundUnfinished(context, connection, bytes),
    });
  };
}

function endTooLong({ refusals }: BrokerContext, { login, socket }: Connection, bytes: number): void {
  const username = login?.username;
  refusals.add("packet-too-long", { username, bytes }, "a packet was too long, and its connection was ended");
  socket.destroy();
}

/** Packets that never become complete must not fill the memory. */
function boundUnfinished(
  { clients, limits, refusals }: BrokerContext,
  connection: Connection,
  bytes: number,
): void {
  clients.setUnfinished(connection, bytes);
  const { group, login } = connection;
  const isOverOfLogin = login !== undefined && group.unfinishedBytes > limits.unfinishedBytesOfLogin;
  const ended = isOverOfLogin
    ? connection
    : clients.unfinishedBytes > limits.unfinishedBytesInAll
      ? clients.mostUnfinished
      : undefined;
  if (ended === undefined) return;
  const fields = { username: ended.login?.username, bytes: ended.group.unfinishedBytes };
  refusals.add(
    "too-much-unfinished",
    fields,
    "too many packets had arrived in part, and a connection was ended",
  );
  clients.setUnfinished(ended, 0);
  ended.socket.destroy();
}

/** Disconnects clients whose login was revoked, removed or given a new password. */
async function endLogins({ checkLogin, clients, refusals }: BrokerContext): Promise<void> {
  const ended = new Set(await checkLogin.ended(clients.logins));
  for (const { login, socket } of clients.connections) {
    if (login === undefined || !ended.has(login)) continue;
    const { username } = login;
    refusals.add("login-ended", { username }, "a client's login ended, and it was disconnected");
    socket.destroy();
  }
}

async function closeAll(
  aedes: Aedes,
  { connections }: Clients,
  admission: Admission,
  servers: readonly Server[],
): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  await untilSettled(connections);
  await new Promise<void>((resolve) => aedes.close(resolve));
  admission.endAll();
  await Promise.all(closed);
}

async function untilSettled(connections: ReadonlySet<Connection>): Promise<void> {
  const until = Date.now() + closeMilliseconds;
  const isSettled = () => [...connections].every((connection) => connection.inFlight === 0);
  while (!isSettled() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
}
