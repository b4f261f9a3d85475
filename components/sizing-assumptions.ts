/** What the sizing formulas assume of a reading, a message, a device and a processor; docs/sizing.md is written from it. */

/** Shift starts, and devices that send what they kept while they were offline, against the mean. */
export const peakFactor = 3;

/**
 * Bytes on disk of a row, compressed: twice (raw) and one and a half times (rollups) what 5 million readings of six channels
 * took in the engine: 2.7 and 15.5 bytes.
 */
export const bytesPerRow = { raw: 6, rollup: 24 } as const;

/** Merges write a part before they drop its sources, and a disk past 80 % is an alarm. */
export const diskHeadroom = 2;

/** Readings a second that a processor of the time-series store takes in with its rollups, leaving as much for queries. */
export const readingsPerProcessor = 10_000;
export const processorsPerShard = 16;
export const gibibytesPerShard = 8 * 1024;

/** Messages a second that a broker's processor takes in over TLS, replicates and hands on. */
export const messagesPerBrokerProcessor = 5_000;
export const processorsPerBroker = 16;
/** Copies of a queue: a majority of them holds what is acknowledged. */
export const queueCopies = 3;
/** Brokers of a cluster; an odd number has a majority on one side of any split. */
export const brokerCounts = [3, 5, 7, 9] as const;
/** What the largest cluster takes while one of it is being upgraded, in messages a second. */
export const brokerCeiling = 8 * processorsPerBroker * messagesPerBrokerProcessor;
export const queuesAtMost = 512;
/** Memory of a device's connection with TLS and its session. */
export const connectionKibibytes = 150;
/** A message with its index in a quorum queue. */
export const queuedMessageBytes = 400;
/** How long the broker keeps messages while the store is down. */
export const outageHours = 6;

/** Messages a second that one ingest replica takes from the broker and commits. */
export const messagesPerIngest = 10_000;
/** Companies whose pages one diagnostic replica serves: about 5 % of them at once, 20 requests a second. */
export const companiesPerDiagnostic = 2_000;
