/** TCP ports on which the parts listen inside the cluster. */
export const ports = {
  broker: {
    mqtts: 8883,
    amqps: 5671,
    management: 15671,
    metrics: 15692,
    peerDirectory: 4369,
    peers: 25672,
  },
  timeSeriesStore: { https: 8443, native: 9440, replication: 9010, metrics: 9363 },
  keeper: { clients: 9281, raft: 9234, metrics: 9363 },
  relationalStore: { postgres: 5432, status: 8000, metrics: 9187 },
  /** `logins` is where the broker asks whether a machine may in; it wants a certificate of the asker. */
  application: { https: 8443, logins: 8444, metrics: 9000 },
} as const;
