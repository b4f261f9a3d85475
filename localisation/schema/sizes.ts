/** `hosting.sizes`: differences from the sizes that the kit computes from the expected companies and machines. */

import { optional, settings } from "./builders.ts";

const replicas = (maximum: number) =>
  optional.whole("Replicas", "How many run at once.", { minimum: 1, maximum, examples: [3] });
const cpu = optional.text("Processor", "Kubernetes quantity of processors, per replica.", {
  pattern: "^([1-9][0-9]*m|[0-9]+(\\.[0-9]+)?)$",
  expected: "a quantity of processors",
  examples: ["500m"],
});
const bytes = (title: string, description: string, example: string) =>
  optional.text(title, description, {
    pattern: "^[1-9][0-9]*(Mi|Gi|Ti)$",
    expected: "a quantity of bytes in Mi, Gi or Ti",
    examples: [example],
  });
const memory = bytes("Memory", "Kubernetes quantity of memory, per replica.", "2Gi");
const storage = bytes("Storage", "Kubernetes quantity of disk, per replica.", "100Gi");

const stateful = (title: string, description: string) =>
  settings(title, description, { replicas: replicas(9), cpu, memory, storage });
const scaled = (title: string, description: string) =>
  settings(title, description, {
    minimumReplicas: replicas(100),
    maximumReplicas: replicas(100),
    cpu,
    memory,
  });

export const Sizes = settings(
  "Sizes",
  "Differences from the sizes that the kit computes from `programme.scale` and `telemetry.sampling`.",
  {
    broker: settings("Broker", "RabbitMQ.", {
      replicas: replicas(9),
      queues: optional.whole(
        "Queues",
        "Queues over which the readings are spread. A stack that runs never gets fewer.",
        { minimum: 1, maximum: 512, examples: [12] },
      ),
      cpu,
      memory,
      storage,
    }),
    timeSeries: settings("Time-series store", "ClickHouse.", {
      shards: optional.whole("Shards", "Number of parts into which the data is divided.", {
        minimum: 1,
        maximum: 100,
        examples: [2],
      }),
      replicas: replicas(5),
      cpu,
      memory,
      storage,
    }),
    relational: stateful("Relational store", "PostgreSQL."),
    ingest: scaled("Ingest", "Writes messages into the store."),
    analytics: scaled("Analytics", "Computes KPIs."),
    diagnostic: scaled("Diagnostic", "The web app."),
  },
);
