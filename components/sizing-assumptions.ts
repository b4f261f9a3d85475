/** What the sizing formulas assume about a reading, a message, a device and a processor. */

/** The peak is so many times the mean: at the start of a shift, and when devices send what they stored while offline. */
export const peakFactor = 3;

/**
 * Bytes on disk of a row, compressed: twice (raw) and one and a half times (rollups) what 5 million readings of six channels
 * took in the engine: 2.7 and 15.5 bytes.
 */
export const bytesPerRow = { raw: 6, rollup: 24 } as const;

/** A merge writes a new part before it deletes the old ones, and a disk over 80 % full raises an alarm. */
export const diskHeadroom = 2;

/** Readings a second that a processor of the time-series store stores with their rollups, with half its time left for queries. */
export const readingsPerProcessor = 10_000;
export const processorsPerShard = 16;
export const gibibytesPerShard = 8 * 1024;

/** Messages a second that a broker's processor receives over TLS, replicates and delivers. */
export const messagesPerBrokerProcessor = 5_000;
export const processorsPerBroker = 16;
/** Copies of a queue: a majority of them holds what is acknowledged. */
export const queueCopies = 3;
/** Brokers of a cluster; an odd number has a majority on one side of any split. */
export const brokerCounts = [3, 5, 7, 9] as const;
/** Messages a second that the largest cluster takes while one of its brokers is upgraded. */
export const brokerCeiling = 8 * processorsPerBroker * messagesPerBrokerProcessor;
export const queuesAtMost = 512;
/** Memory of a device's connection with TLS and its session. */
export const connectionKibibytes = 150;
/** Bytes of a message with its index in a quorum queue. */
export const queuedMessageBytes = 400;
/** How long the broker keeps messages while the store is down. */
export const outageHours = 6;

/** Messages a second that one ingest replica takes from the broker and commits. */
export const messagesPerIngest = 10_000;
/** Companies whose pages one diagnostic replica serves: about 5 % of them at once, 20 requests a second. */
export const companiesPerDiagnostic = 2_000;
