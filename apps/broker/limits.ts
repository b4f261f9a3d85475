/** What one client, one login and all of them together may use of the broker. */
export interface BrokerLimits {
  readonly connections: number;
  /** A gateway may open a connection for each of a company's machines. */
  readonly connectionsPerLogin: number;
  /** Of one client, taken in and not yet acknowledged; above it the socket is not read. */
  readonly messagesInFlight: number;
  readonly bytesInFlight: number;
  /** Larger packets end the connection before they are read into memory. */
  readonly packetBytes: number;
  /** A subscriber with more bytes than these waiting to be sent is disconnected. */
  readonly unreadBytes: number;
  readonly clientIdLength: number;
  readonly usernameLength: number;
}

export const standardLimits: BrokerLimits = {
  connections: 20_000,
  connectionsPerLogin: 1000,
  messagesInFlight: 2000,
  bytesInFlight: 1024 * 1024,
  packetBytes: 256 * 1024,
  unreadBytes: 1024 * 1024,
  clientIdLength: 256,
  usernameLength: 130,
};
