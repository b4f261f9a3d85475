/**
 * How large each part must be for the country's expected companies and machines: pure formulas over the file; values under
 * `hosting.sizes` replace theirs. Everything is sized for three years ahead: disks are hard to shrink, and a national
 * programme buys its capacity once.
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

/** A part whose replicas have a disk each. */
export interface StatefulSize extends ResourceAmounts {
  readonly replicas: number;
}

/** A part whose number of replicas follows the load. */
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
    /** Bytes that the queues together hold before the broker stops acknowledging. */
    readonly queueBytes: number;
  };
  readonly timeSeries: TimeSeriesSize;
  readonly keeper: StatefulSize;
  readonly relational: StatefulSize;
  readonly ingest: ScaledSize;
  readonly analytics: ScaledSize;
  readonly diagnostic: ScaledSize;
}

/** What the country's machines send. */
interface Load {
  readonly companies: number;
  readonly machines: number;
  /** Series of readings. */
  readonly channels: number;
  /** Messages a second, on average and at the peak. */
  readonly mean: number;
  readonly peak: number;
  readonly ingestReplicas: number;
}

type GivenSizes = Country["hosting"]["sizes"];

/** @param zones number of zones over which the stack is spread. */
export function sizeStack(country: Country, zones: number): StackSize {
  const load = loadOf(country);
  const given = country.hosting.sizes;
  const timeSeries = timeSeriesSize(country, load, zones);
  return {
    messages: { mean: load.mean, peak: load.peak },
    broker: brokerSize(load, given.broker),
    timeSeries,
    keeper: keeperSize(timeSeries),
    relational: relationalSize(load, given.relational),
    ingest: ingestSize(load, given.ingest),
    analytics: analyticsSize(load, given.analytics),
    diagnostic: diagnosticSize(load, given.diagnostic),
  };
}

function loadOf({ programme, telemetry }: Country): Load {
  const { companies, machines } = programme.scale.inThreeYears;
  const { channelsPerMachine, intervalSeconds } = telemetry.sampling;
  const channels = machines * channelsPerMachine;
  const mean = channels / intervalSeconds;
  const peak = mean * peakFactor;
  const ingestReplicas = Math.min(queuesAtMost / 2, Math.max(2, Math.ceil(peak / messagesPerIngest)));
  return { companies, machines, channels, mean, peak, ingestReplicas };
}

function brokerSize(
  { machines, mean, peak, ingestReplicas }: Load,
  given: GivenSizes["broker"],
): StackSize["broker"] {
  const processors = peak / messagesPerBrokerProcessor;
  const replicas =
    given.replicas ?? brokerCounts.find((count) => processors <= (count - 1) * processorsPerBroker) ?? 9;
  // The others carry the connections while one broker is upgraded.
  const atWork = Math.max(1, replicas - 1);
  const queueBytes = mean * outageHours * 3600 * queuedMessageBytes;
  // Half as much again for the log while it is compacted.
  const diskBytes = (queueBytes * 1.5 * Math.min(queueCopies, replicas)) / replicas;
  return {
    ...overlay(
      {
        replicas,
        cpu: step(1000, 500, Math.min(processorsPerBroker, processors / atWork) * 1000),
        memory: step(2048, 1024, 1536 + (machines * connectionKibibytes) / 1024 / atWork),
        storage: step(10, 10, diskBytes / 2 ** 30 + 5),
      },
      given,
    ),
    queues: given.queues ?? Math.min(queuesAtMost, 2 * ingestReplicas),
    queueBytes: Math.max(2 ** 30, Math.ceil(queueBytes)),
  };
}

function relationalSize({ companies, machines }: Load, given: GivenSizes["relational"]): StatefulSize {
  return overlay(
    {
      replicas: 3,
      cpu: step(500, 500, companies / 4),
      memory: step(1024, 1024, 768 + companies / 4),
      // Of a company: accounts, answers of every year and the audit trail; of a machine: its logins; and the write-ahead log.
      storage: step(10, 10, 5 + (companies * 2 + machines * 0.02) / 1024),
    },
    given,
  );
}

function ingestSize({ channels, ingestReplicas }: Load, given: GivenSizes["ingest"]): ScaledSize {
  return scaled(
    { minimumReplicas: ingestReplicas, maximumReplicas: 2 * ingestReplicas },
    // The latest time of each series stays in memory, to recognise duplicates.
    { cpu: 1000, memory: step(512, 256, 384 + (channels * 400) / 2 ** 20 / ingestReplicas), storage: 0 },
    given,
  );
}

/** One replica works at a time; the second waits to take over. */
function analyticsSize({ machines }: Load, given: GivenSizes["analytics"]): ScaledSize {
  return scaled(
    { minimumReplicas: 2, maximumReplicas: 2 },
    {
      cpu: step(500, 500, Math.min(4000, machines / 10)),
      memory: step(512, 512, 384 + machines / 40),
      storage: 0,
    },
    given,
  );
}

function diagnosticSize({ companies }: Load, given: GivenSizes["diagnostic"]): ScaledSize {
  const replicas = Math.max(2, Math.ceil(companies / companiesPerDiagnostic));
  return scaled(
    { minimumReplicas: replicas, maximumReplicas: 3 * replicas },
    { cpu: 500, memory: 512, storage: 0 },
    given,
  );
}

function timeSeriesSize(country: Country, { channels, mean, peak }: Load, zones: number): TimeSeriesSize {
  const days = (level: keyof Country["telemetry"]["retention"]) =>
    periodDays(country.telemetry.retention[level]);
  // A rollup has a row for each channel and each interval in which the channel sent something.
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
        // An insert needs a majority of replicas: with three, a zone may fail and the store still takes readings.
        replicas: zones >= 3 ? 3 : 2,
        cpu,
        memory: step(4096, 1024, (cpu / 1000) * 3072),
        storage: step(20, 10, gibibytes / shards),
      },
      given,
    ),
  };
}

/** One keeper is enough for a store of one server, as in a pilot: the loss of that server loses the store anyway. */
function keeperSize({ shards, replicas }: TimeSeriesSize): StatefulSize {
  return shards * replicas === 1
    ? { replicas: 1, cpu: 250, memory: 512, storage: 10 }
    : { replicas: 3, cpu: 500, memory: 1024, storage: 10 };
}

/** @returns what is wanted, rounded up to whole steps of a width, and not less than the least. */
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
