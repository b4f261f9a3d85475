/** What one address, one client, one login and all of them together may use of the broker. */
import { report } from "node:process";

export interface BrokerLimits {
  /** Open at a time, from their acceptance on: each is a descriptor of the process. */
  readonly connections: number;
  /** For the TLS handshake, and then for CONNECT; after it the connection is closed. */
  readonly handshakeMilliseconds: number;
  /** Accepted and not yet logged in. */
  readonly connectionsBeforeLogin: number;
  /** Of those, from one address. Behind it may be all machines of a factory, which reconnect at the same time. */
  readonly connectionsBeforeLoginOfAddress: number;
  /** A gateway may open a connection for each of a company's machines. */
  readonly connectionsPerLogin: number;
  /** Of one client, taken in and not yet committed; above it the socket is not read. */
  readonly messagesInFlight: number;
  readonly bytesInFlight: number;
  /** Of all clients of one login. */
  readonly bytesInFlightOfLogin: number;
  /** QoS 2: of one client, committed and not yet released by PUBREL; one more ends the connection. */
  readonly unreleased: number;
  readonly unreleasedOfLogin: number;
  readonly unreleasedInAll: number;
  /** A longer first packet ends the connection: before the login nobody is known. */
  readonly connectBytes: number;
  /** Of a longer PUBLISH only the beginning is kept, and it is rejected; other packets end the connection. */
  readonly packetBytes: number;
  /** Of packets that have arrived in part. */
  readonly unfinishedBytesOfLogin: number;
  readonly unfinishedBytesInAll: number;
  /** One more is refused in the SUBACK. A filter with wildcards serves a whole machine or company. */
  readonly subscriptions: number;
  readonly subscriptionsOfLogin: number;
  readonly filterLength: number;
  /** A subscriber with more bytes than these waiting to be sent is disconnected. */
  readonly unreadBytes: number;
  readonly clientIdLength: number;
  readonly usernameLength: number;
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

export const longestNames = { clientIdLength: 256, usernameLength: 130 };

/** @param descriptors that the process may have open. Half of them stay free for the stores and the web app. */
export function standardLimits(descriptors = mostDescriptors()): BrokerLimits {
  const connections = Math.min(20_000, Math.floor(descriptors / 2));
  return {
    connections,
    handshakeMilliseconds: 10_000,
    connectionsBeforeLogin: Math.min(4000, Math.floor(connections / 2)),
    connectionsBeforeLoginOfAddress: Math.min(2000, Math.floor(connections / 4)),
    connectionsPerLogin: 1000,
    messagesInFlight: 2000,
    bytesInFlight: mebibyte,
    bytesInFlightOfLogin: 8 * mebibyte,
    unreleased: 1000,
    unreleasedOfLogin: 20_000,
    unreleasedInAll: 200_000,
    connectBytes: 16 * kibibyte,
    packetBytes: 256 * kibibyte,
    unfinishedBytesOfLogin: 8 * mebibyte,
    unfinishedBytesInAll: 64 * mebibyte,
    subscriptions: 100,
    subscriptionsOfLogin: 5000,
    filterLength: 256,
    unreadBytes: mebibyte,
    ...longestNames,
  };
}

/** The process's own limit (`ulimit -n`), which Node.js raises to the hard one when it starts. */
function mostDescriptors(): number {
  // The types lack it; without it the report asks the name server about each connection.
  Object.assign(report, { excludeNetwork: true });
  const { userLimits } = report.getReport() as unknown as {
    userLimits?: { open_files?: { soft: number | "unlimited" } };
  };
  const most = userLimits?.open_files?.soft;
  return typeof most === "number" ? most : Number.POSITIVE_INFINITY;
}
