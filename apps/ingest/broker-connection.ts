/**
 * A connection to the cluster's broker by AMQP 0-9-1 over TLS, which logs in by the program's certificate (SASL EXTERNAL).
 * Reading from it can be held back: the broker then waits, and what is in hand stays bounded in bytes.
 */
import type { Socket } from "node:net";
import { type ChannelModel, connect, credentials } from "amqplib";

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  /** Name in the broker's certificate. */
  readonly serverName: string;
}

/** PEM; read anew for each connection. */
export interface BrokerCertificates {
  readonly cert: string;
  readonly key: string;
  /** The public authorities where absent. */
  readonly ca?: string;
}

/** Both ends give a silent connection up after two of these. */
export const heartbeatSeconds = 15;
const connectMilliseconds = 15_000;

export interface BrokerLine {
  readonly model: ChannelModel;
  /** Reads on after it was held back. */
  goOn(): void;
  /** The broker sends something twice in each heartbeat. */
  endIfSilentFor(milliseconds: number): void;
}

/** @param mustWait asked before each read. */
export async function connectBroker(
  address: BrokerAddress,
  certificates: BrokerCertificates,
  mustWait: () => boolean,
): Promise<BrokerLine> {
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
  let isHeld = false;
  let heard = { bytes: stream.bytesRead, at: performance.now() };
  stream.read = (size?: number) => {
    isHeld = mustWait();
    return isHeld ? null : read(size);
  };
  return {
    model,
    goOn() {
      if (!isHeld || mustWait()) return;
      isHeld = false;
      stream.emit("readable");
    },
    endIfSilentFor(milliseconds) {
      if (isHeld || stream.bytesRead !== heard.bytes)
        heard = { bytes: stream.bytesRead, at: performance.now() };
      else if (performance.now() - heard.at > milliseconds)
        stream.destroy(new Error("The broker has been silent for too long."));
    },
  };
}
