/**
 * Every flow of data that the stack needs, as one list: all others are closed. It says who connects to whom, on which ports,
 * and why; the network policies are made from it.
 */
import type { PartName } from "./part.ts";
import { ports } from "./ports.ts";

export type Peer =
  | { readonly kind: "part"; readonly part: PartName }
  /** Pods of the namespace that an operator starts. */
  | { readonly kind: "pods"; readonly labels: Readonly<Record<string, string>> }
  /** All pods of a namespace; of every namespace where absent. */
  | { readonly kind: "namespace"; readonly namespace?: string }
  | { readonly kind: "addresses"; readonly ranges: readonly string[] }
  | { readonly kind: "anywhere" };

export interface NetworkFlow {
  readonly from: Peer;
  readonly to: Peer;
  readonly ports: readonly number[];
  readonly why: string;
}

const part = (name: PartName): Peer => ({ kind: "part", part: name });

/**
 * Flows between the parts.
 * @param relationalStoreAt address ranges of the relational store where it runs outside the cluster.
 */
export function internalFlows(relationalStoreAt?: readonly string[]): NetworkFlow[] {
  const { broker, timeSeriesStore, keeper, relationalStore, application } = ports;
  const flow = (from: PartName, to: PartName, on: readonly number[], why: string): NetworkFlow => ({
    from: part(from),
    to: part(to),
    ports: on,
    why,
  });
  const stores = (from: PartName): NetworkFlow[] => [
    flow(from, "time-series-store", [timeSeriesStore.https], "reads and writes the time-series store"),
    {
      from: part(from),
      to:
        relationalStoreAt === undefined
          ? part("relational-store")
          : { kind: "addresses", ranges: relationalStoreAt },
      ports: [relationalStore.postgres],
      why: "reads and writes the relational store",
    },
  ];
  return [
    flow("ingest", "broker", [broker.amqps], "takes readings from the queues"),
    ...stores("ingest"),
    ...stores("analytics"),
    ...stores("diagnostic"),
    ...stores("migration"),
    flow("time-series-backup", "time-series-store", [timeSeriesStore.native], "starts the backup"),
    flow("broker", "diagnostic", [application.logins], "asks whether a machine may in"),
    flow("diagnostic", "broker", [broker.management], "counts and ends a login's connections"),
    flow("broker", "broker", [broker.peerDirectory, broker.peers], "brokers form their cluster"),
    flow(
      "time-series-store",
      "time-series-store",
      [timeSeriesStore.native, timeSeriesStore.replication],
      "shards answer together, replicas copy parts",
    ),
    flow("time-series-store", "keeper", [keeper.clients], "replicas agree"),
    flow("keeper", "keeper", [keeper.raft], "keepers agree"),
    flow(
      "relational-store",
      "relational-store",
      [relationalStore.postgres, relationalStore.status],
      "instances replicate",
    ),
  ];
}

export interface OutsideFlows {
  /** Where the gateway's pods run. */
  readonly gatewayNamespace?: string;
  readonly monitoringNamespace?: string;
  /** Where the PostgreSQL operator runs. */
  readonly operatorNamespace: string;
  readonly apiServerAddresses: readonly string[];
  /** Address ranges that machines may connect from; all where empty. */
  readonly machineSources: readonly string[];
  /** Outside addresses, and the parts that may connect to them. */
  readonly endpoints: readonly {
    readonly host: string;
    readonly addresses: readonly string[];
    readonly ports: readonly number[];
    readonly parts: readonly PartName[];
    readonly why: string;
  }[];
  /** Whether an ACME authority checks the name over HTTP. */
  readonly acmeProofs: boolean;
}

const namespace = (name: string | undefined): Peer => ({
  kind: "namespace",
  ...(name === undefined ? {} : { namespace: name }),
});

const metricsPorts: Readonly<Partial<Record<PartName, number>>> = {
  broker: ports.broker.metrics,
  "time-series-store": ports.timeSeriesStore.metrics,
  keeper: ports.keeper.metrics,
  "relational-store": ports.relationalStore.metrics,
  ingest: ports.application.metrics,
  analytics: ports.application.metrics,
  diagnostic: ports.application.metrics,
};

/** Flows that enter or leave the namespace. */
export function outsideFlows(outside: OutsideFlows): NetworkFlow[] {
  return [
    {
      from: namespace(outside.gatewayNamespace),
      to: part("diagnostic"),
      ports: [ports.application.https],
      why: "people reach the pages through the gateway",
    },
    {
      from:
        outside.machineSources.length === 0
          ? { kind: "anywhere" }
          : { kind: "addresses", ranges: outside.machineSources },
      to: part("broker"),
      ports: [ports.broker.mqtts],
      why: "machines publish by MQTT over TLS",
    },
    ...Object.entries(metricsPorts).map(
      ([name, port]): NetworkFlow => ({
        from: namespace(outside.monitoringNamespace),
        to: part(name as PartName),
        ports: [port],
        why: "Prometheus reads metrics",
      }),
    ),
    {
      from: namespace(outside.operatorNamespace),
      to: part("relational-store"),
      ports: [ports.relationalStore.postgres, ports.relationalStore.status],
      why: "the operator runs the PostgreSQL cluster",
    },
    {
      from: part("relational-store"),
      to: { kind: "addresses", ranges: outside.apiServerAddresses },
      ports: [443, 6443],
      why: "the operator's agent in each instance reports to the cluster's API",
    },
    ...(outside.acmeProofs
      ? [
          {
            from: namespace(outside.gatewayNamespace),
            to: { kind: "pods", labels: { "acme.cert-manager.io/http01-solver": "true" } },
            ports: [8089],
            why: "the certification authority reads the proof of the name",
          } satisfies NetworkFlow,
        ]
      : []),
    ...outside.endpoints.flatMap((endpoint) =>
      endpoint.parts.map(
        (name): NetworkFlow => ({
          from: part(name),
          to: { kind: "addresses", ranges: endpoint.addresses },
          ports: endpoint.ports,
          why: `${endpoint.why} (${endpoint.host})`,
        }),
      ),
    ),
  ];
}
