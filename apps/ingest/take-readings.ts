/** Ingest as a program of the cluster: takes messages from the broker's queues into the given stores. */
import type { Database } from "../../stores/relational/database.ts";
import { counter, gauge, type Metric } from "../program/metrics.ts";
import type { RunningProgram } from "../program/program.ts";
import { BrokerConsumer, type BrokerConsumerOptions } from "./broker-consumer.ts";
import { Ingest, type IngestOptions } from "./ingest.ts";
import { MachineRegistry } from "./machine-registry.ts";

export interface TakeReadingsOptions
  extends Pick<
      BrokerConsumerOptions,
      "address" | "readCertificates" | "queues" | "ingests" | "log" | "lookMilliseconds"
    >,
    Pick<IngestOptions, "client" | "country" | "insertsSettle"> {
  readonly database: Database;
}

export interface ReadingsTaker extends RunningProgram {
  readonly ingest: Ingest;
  readonly consumer: BrokerConsumer;
}

/** @throws the client's error where the time-series store is away. */
export async function takeReadings(options: TakeReadingsOptions): Promise<ReadingsTaker> {
  const { database } = options;
  const ingest = await Ingest.openShared({
    ...options,
    registry: new MachineRegistry(database, { needsLogin: true }),
  });
  const consumer = new BrokerConsumer({ ...options, ingest });
  return {
    ingest,
    consumer,
    async notReady() {
      const { failure } = ingest.flow;
      return consumer.problem ?? (failure === undefined ? undefined : `the last insert failed: ${failure}`);
    },
    metrics: () => metricsOf(ingest, consumer),
    async stop() {
      // The consumers wait for the messages that ingest has; stopping ingest commits or rejects them.
      const stopped = consumer.stop();
      await ingest.stop();
      await stopped;
    },
  };
}

function metricsOf(ingest: Ingest, consumer: BrokerConsumer): Metric[] {
  const { flow } = ingest;
  const { queues } = consumer;
  return [
    counter("rollout_ingest_messages_total", "Messages taken from the broker.", flow.messages),
    counter("rollout_ingest_readings_total", "Readings committed.", flow.stored),
    counter(
      "rollout_ingest_duplicates_total",
      "Readings left out because they were stored already.",
      flow.duplicates,
    ),
    counter(
      "rollout_ingest_rejected_total",
      "Readings, or unreadable messages, kept as rejected.",
      Object.entries(flow.rejectedByReason).map(([reason, value]) => ({ labels: { reason }, value })),
    ),
    counter("rollout_ingest_batches_total", "Batches committed.", flow.batches),
    counter(
      "rollout_ingest_commit_seconds_total",
      "Time spent on committing batches.",
      flow.commitMilliseconds / 1000,
    ),
    gauge("rollout_ingest_waiting_messages", "Messages in hand and not yet committed.", flow.waiting),
    gauge("rollout_ingest_lag_seconds", "Age of the oldest message in hand.", flow.lagMilliseconds / 1000),
    gauge(
      "rollout_ingest_store_failing",
      "1 while the last insert failed and is tried again.",
      flow.failure ? 1 : 0,
    ),
    gauge(
      "rollout_ingest_queue_messages",
      "Messages that wait in the broker.",
      queues.flatMap(({ queue, waiting }) =>
        waiting === undefined ? [] : { labels: { queue }, value: waiting },
      ),
    ),
    gauge(
      "rollout_ingest_queue_active",
      "1 for a queue whose messages this ingest gets.",
      queues.map(({ queue, isActive }) => ({ labels: { queue }, value: isActive ? 1 : 0 })),
    ),
  ];
}
