/**
 * How large each part must be for the country's expected companies and machines: pure formulas over the file, with what
 * `hosting.sizes` says otherwise laid over them. Everything is sized for three years ahead: disks are hard to shrink, and
 * a national programme buys its capacity once.
 */

import { periodDays } from "../base/period.ts";
import { parseMebibytes, parseProcessors } from "../base/quantity.ts";
import type { Country } from "../localisation/schema/country.ts";
import {
  brokerCounts,
  bytesPerRow,
  companiesPerDiagnostic,
  connectionKibibytes,
  diskHeadroom,
  gibibytesPerShard,
  messagesPerBrokerProcessor,
  messagesPerIngest,
  outageHours,
  peakFactor,
  processorsPerBroker,
  processorsPerShard,
  queueCopies,
  queuedMessageBytes,
  queuesAtMost,
  readingsPerProcessor,
} from "./sizing-assumptions.ts";

/** What one replica gets. */
export interface ResourceAmounts {
  /** Thousandths of a processor. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** GiB of disk; 0 where it keeps nothing. */
  readonly storage: number;
}

/** A part whose replicas each keep a disk. */
export interface StatefulSize extends ResourceAmounts {
  readonly replicas: number;
}

/** A part that grows and shrinks with the load. */
export interface ScaledSize extends ResourceAmounts {
  readonly minimumReplicas: number;
  readonly maximumReplicas: number;
}

export interface TimeSeriesSize extends StatefulSize {
  readonly shards: number;
}

export interface StackSize {
  /** Messages a second, on average and at most. */
  readonly messages: { readonly mean: number; readonly peak: number };
  readonly broker: StatefulSize & {
    /** Queues over which the readings are spread by series; each has one consumer at a time. */
    readonly queues: number;
    /** Bytes that the queues hold together before the broker stops acknowledging. */
    readonly queueBytes: number;
  };
  readonly timeSeries: TimeSeriesSize;
  readonly keeper: StatefulSize;
  readonly relational: StatefulSize;
  readonly ingest: ScaledSize;
  readonly analytics: ScaledSize;
  readonly diagnostic: ScaledSize;
}

/** @param zones over how many zones the stack is spread. */
export function sizeStack(country: Country, zones: number): StackSize {
  const { companies, machines } = country.programme.scale.inThreeYears;
  const { channelsPerMachine, intervalSeconds } = country.telemetry.sampling;
  const channels = machines * channelsPerMachine;
  const mean = channels / intervalSeconds;
  const peak = mean * peakFactor;
  const given = country.hosting.sizes;

  const brokerProcessors = peak / messagesPerBrokerProcessor;
  const brokerReplicas =
    given.broker.replicas ??
    brokerCounts.find((count) => brokerProcessors <= (count - 1) * processorsPerBroker) ??
    9;
  const ingestReplicas = Math.min(queuesAtMost / 2, Math.max(2, Math.ceil(peak / messagesPerIngest)));
  const queueBytes = mean * outageHours * 3600 * queuedMessageBytes;
  // One broker may be away for its upgrade while the others carry its connections.
  const brokersAtWork = Math.max(1, brokerReplicas - 1);
  const timeSeries = timeSeriesSize(country, channels, mean, peak, zones);

  return {
    messages: { mean, peak },
    broker: {
      ...overlay(
        {
          replicas: brokerReplicas,
          cpu: step(1000, 500, Math.min(processorsPerBroker, brokerProcessors / brokersAtWork) * 1000),
          memory: step(2048, 1024, 1536 + (machines * connectionKibibytes) / 1024 / brokersAtWork),
          // Half as much again for the log that is being compacted.
          storage: step(
            10,
            10,
            (queueBytes * 1.5 * Math.min(queueCopies, brokerReplicas)) / brokerReplicas / 2 ** 30 + 5,
          ),
        },
        given.broker,
      ),
      queues: Math.min(queuesAtMost, 2 * ingestReplicas),
      queueBytes: Math.max(2 ** 30, Math.ceil(queueBytes)),
    },
    timeSeries,
    keeper: keeperSize(timeSeries),
    relational: overlay(
      {
        replicas: 3,
        cpu: step(500, 500, companies / 4),
        memory: step(1024, 1024, 768 + companies / 4),
        // Accounts, answers of every year, and the audit trail of a company; a machine with its logins; write-ahead log.
        storage: step(10, 10, 5 + (companies * 2 + machines * 0.02) / 1024),
      },
      given.relational,
    ),
    ingest: scaled(
      { minimumReplicas: ingestReplicas, maximumReplicas: 2 * ingestReplicas },
      // The latest time of each series stays in memory, to tell duplicates.
      { cpu: 1000, memory: step(512, 256, 384 + (channels * 400) / 2 ** 20 / ingestReplicas), storage: 0 },
      given.ingest,
    ),
    // One works at a time; the second waits to take over.
    analytics: scaled(
      { minimumReplicas: 2, maximumReplicas: 2 },
      {
        cpu: step(500, 500, Math.min(4000, machines / 10)),
        memory: step(512, 512, 384 + machines / 40),
        storage: 0,
      },
      given.analytics,
    ),
    diagnostic: scaled(
      {
        minimumReplicas: Math.max(2, Math.ceil(companies / companiesPerDiagnostic)),
        maximumReplicas: 3 * Math.max(2, Math.ceil(companies / companiesPerDiagnostic)),
      },
      { cpu: 500, memory: 512, storage: 0 },
      given.diagnostic,
    ),
  };
}

function timeSeriesSize(
  country: Country,
  channels: number,
  mean: number,
  peak: number,
  zones: number,
): TimeSeriesSize {
  const days = (level: keyof Country["telemetry"]["retention"]) =>
    periodDays(country.telemetry.retention[level]);
  // A rollup has a row for each channel and bucket in which the channel said something.
  const perMinute = Math.min(channels, mean * 60);
  const bytes =
    mean * 86_400 * days("raw") * bytesPerRow.raw +
    (perMinute * 1440 * days("minute") + channels * (24 * days("hour") + days("day"))) * bytesPerRow.rollup;
  const gibibytes = (bytes * diskHeadroom) / 2 ** 30;
  const neededProcessors = peak / readingsPerProcessor;
  const given = country.hosting.sizes.timeSeries;
  const shards =
    given.shards ??
    Math.max(1, Math.ceil(neededProcessors / processorsPerShard), Math.ceil(gibibytes / gibibytesPerShard));
  const cpu = step(2000, 1000, (neededProcessors * 1000) / shards + 1000);
  return {
    shards,
    ...overlay(
      {
        // An insert counts when a majority has it: with three, a zone may fail and the store still takes readings.
        replicas: zones >= 3 ? 3 : 2,
        cpu,
        memory: step(4096, 1024, (cpu / 1000) * 3072),
        storage: step(20, 10, gibibytes / shards),
      },
      given,
    ),
  };
}

/** A store of one server, as a pilot on one machine has it, is gone with that server whatever agrees beside it. */
function keeperSize({ shards, replicas }: TimeSeriesSize): StatefulSize {
  return shards * replicas === 1
    ? { replicas: 1, cpu: 250, memory: 512, storage: 10 }
    : { replicas: 3, cpu: 500, memory: 1024, storage: 10 };
}

/** The least that a part gets, in whole steps. */
function step(least: number, width: number, wanted: number): number {
  return Math.max(least, Math.ceil(wanted / width) * width);
}

interface GivenAmounts {
  readonly replicas?: number;
  readonly cpu?: string;
  readonly memory?: string;
  readonly storage?: string;
}

function amounts(computed: ResourceAmounts, given: GivenAmounts): ResourceAmounts {
  return {
    cpu: given.cpu === undefined ? computed.cpu : parseProcessors(given.cpu),
    memory: given.memory === undefined ? computed.memory : parseMebibytes(given.memory),
    storage: given.storage === undefined ? computed.storage : Math.ceil(parseMebibytes(given.storage) / 1024),
  };
}

function overlay(computed: StatefulSize, given: GivenAmounts): StatefulSize {
  return { replicas: given.replicas ?? computed.replicas, ...amounts(computed, given) };
}

function scaled(
  computed: { readonly minimumReplicas: number; readonly maximumReplicas: number },
  computedAmounts: ResourceAmounts,
  given: GivenAmounts & { readonly minimumReplicas?: number; readonly maximumReplicas?: number },
): ScaledSize {
  const minimumReplicas = given.minimumReplicas ?? computed.minimumReplicas;
  return {
    minimumReplicas,
    maximumReplicas: Math.max(minimumReplicas, given.maximumReplicas ?? computed.maximumReplicas),
    ...amounts(computedAmounts, given),
  };
}
