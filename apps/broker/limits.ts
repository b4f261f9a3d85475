/** How much one client, one login and all of them together may ask of the broker. */
export interface BrokerLimits {
  readonly connections: number;
  /** A gateway may connect for each of a company's machines. */
  readonly connectionsPerLogin: number;
  /** Of one client, taken in and not yet acknowledged; more is left in its socket until some are. */
  readonly messagesInFlight: number;
  readonly bytesInFlight: number;
  /** Larger packets end the connection before they are read into memory. */
  readonly packetBytes: number;
  /** A subscriber that reads slower than this much behind is disconnected. */
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
