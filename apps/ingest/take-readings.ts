/** Ingest as a program of the cluster: takes messages from the broker's queues into the given stores. */
import type { Database } from "../../stores/relational/database.ts";
import { type Metric, metricsFor } from "../program/metrics.ts";
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
  const { counter, gauge } = metricsFor("ingest");
  return [
    counter("messages_total", "Messages taken from the broker.", flow.messages),
    counter("readings_total", "Readings committed.", flow.stored),
    counter("duplicates_total", "Readings left out because they were stored already.", flow.duplicates),
    counter(
      "rejected_total",
      "Readings, or unreadable messages, kept as rejected.",
      Object.entries(flow.rejectedByReason).map(([reason, value]) => ({ labels: { reason }, value })),
    ),
    counter("batches_total", "Batches committed.", flow.batches),
    counter("commit_seconds_total", "Time spent on committing batches.", flow.commitMilliseconds / 1000),
    gauge("waiting_messages", "Messages in hand and not yet committed.", flow.waiting),
    gauge("lag_seconds", "Age of the oldest message in hand.", flow.lagMilliseconds / 1000),
    gauge("store_failing", "1 while the last insert failed and is tried again.", flow.failure ? 1 : 0),
    gauge(
      "queue_messages",
      "Messages that wait in the broker.",
      queues.flatMap(({ queue, waiting }) =>
        waiting === undefined ? [] : { labels: { queue }, value: waiting },
      ),
    ),
    gauge(
      "queue_active",
      "1 for a queue whose messages this ingest gets.",
      queues.map(({ queue, isActive }) => ({ labels: { queue }, value: isActive ? 1 : 0 })),
    ),
  ];
}
