/**
 * A connection to the cluster's broker by AMQP 0-9-1 over TLS, which logs in by the program's certificate (SASL EXTERNAL).
 * Reading from it can be paused: the broker then waits, and the bytes of unacknowledged messages stay bounded.
 */
import type { Socket } from "node:net";
import { type ChannelModel, connect, credentials } from "amqplib";

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  /** Name in the broker's certificate. */
  readonly serverName: string;
}

/** PEM; read for each connection. */
export interface BrokerCertificates {
  readonly cert: string;
  readonly key: string;
  /** The public authorities where absent. */
  readonly ca?: string;
}

/** Both ends close a connection that was silent for two of these. */
export const heartbeatSeconds = 15;
const connectMilliseconds = 15_000;

export interface AmqpConnection {
  readonly model: ChannelModel;
  /** Reads again after a pause. */
  resume(): void;
  /** Closes it where the broker, which sends something twice in each heartbeat, has sent nothing for so long. */
  endIfSilentFor(milliseconds: number): void;
}

/** @param mustWait asked before each read. */
export async function connectAmqp(
  address: BrokerAddress,
  certificates: BrokerCertificates,
  mustWait: () => boolean,
): Promise<AmqpConnection> {
  const model = await connect(
    {
      protocol: "amqps",
      hostname: address.host,
      port: address.port,
      vhost: "/",
      heartbeat: heartbeatSeconds,
    },
    {
      ...certificates,
      servername: address.serverName,
      minVersion: "TLSv1.2",
      credentials: credentials.external(),
      timeout: connectMilliseconds,
      keepAlive: true,
      clientProperties: { connection_name: "ingest" },
    },
  );
  // The library reads by `read` when the socket is `readable`; both are the stream's public interface.
  const { stream } = model.connection as unknown as { stream: Socket };
  const read = stream.read.bind(stream);
  let isPaused = false;
  let heard = { bytes: stream.bytesRead, at: performance.now() };
  stream.read = (size?: number) => {
    isPaused = mustWait();
    return isPaused ? null : read(size);
  };
  return {
    model,
    resume() {
      if (!isPaused || mustWait()) return;
      isPaused = false;
      stream.emit("readable");
    },
    endIfSilentFor(milliseconds) {
      if (isPaused || stream.bytesRead !== heard.bytes)
        heard = { bytes: stream.bytesRead, at: performance.now() };
      else if (performance.now() - heard.at > milliseconds)
        stream.destroy(new Error("The broker has been silent for too long."));
    },
  };
}
