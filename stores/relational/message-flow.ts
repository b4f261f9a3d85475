/** How messages flow through one ingest since its start, and through several. */
export interface MessageFlow {
  /** Messages received since start. */
  readonly messages: number;
  /** Readings committed since start. */
  readonly stored: number;
  /** Readings (or unreadable messages) kept as rejected since start. */
  readonly rejected: number;
  readonly rejectedByReason: Readonly<Record<string, number>>;
  /** Readings that the store already had since start. */
  readonly duplicates: number;
  /** Batches committed since start, and the time it took. */
  readonly batches: number;
  readonly commitMilliseconds: number;
  /** Messages received and not yet committed. */
  readonly waiting: number;
  /** Age of the oldest message not yet committed, in milliseconds. */
  readonly lagMilliseconds: number;
  /** The last insert's error, while it is being retried. */
  readonly failure?: string;
}

/** Of all processes together; undefined for none. */
export function sumOfFlows(flows: readonly MessageFlow[]): MessageFlow | undefined {
  if (flows.length === 0) return undefined;
  const sum = (of: (flow: MessageFlow) => number) => flows.reduce((total, flow) => total + of(flow), 0);
  const reasons = new Set(flows.flatMap(({ rejectedByReason }) => Object.keys(rejectedByReason)));
  const failure = flows.find((flow) => flow.failure !== undefined)?.failure;
  return {
    messages: sum((flow) => flow.messages),
    stored: sum((flow) => flow.stored),
    rejected: sum((flow) => flow.rejected),
    rejectedByReason: Object.fromEntries(
      [...reasons].map((reason) => [reason, sum(({ rejectedByReason }) => rejectedByReason[reason] ?? 0)]),
    ),
    duplicates: sum((flow) => flow.duplicates),
    batches: sum((flow) => flow.batches),
    commitMilliseconds: sum((flow) => flow.commitMilliseconds),
    waiting: sum((flow) => flow.waiting),
    lagMilliseconds: Math.max(...flows.map((flow) => flow.lagMilliseconds)),
    ...(failure === undefined ? {} : { failure }),
  };
}
