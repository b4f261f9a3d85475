/** What devices have sent. */

/** Of all devices together. */
export interface DeviceCounts {
  connected: number;
  /** Readings given to the MQTT client, and of those the ones that the broker acknowledged. */
  published: number;
  acknowledged: number;
  /** Connections other than each device's first. */
  reconnects: number;
  /** The last connection's error, until a connection succeeds. */
  failure: string | undefined;
}

export function noCounts(): DeviceCounts {
  return { connected: 0, published: 0, acknowledged: 0, reconnects: 0, failure: undefined };
}
