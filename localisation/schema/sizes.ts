/** `hosting.sizes`: differences from the sizes that the kit computes from the expected companies and machines. */

import { strictObject } from "./common.ts";
import Type from "./type.ts";

const replicas = (maximum: number) =>
  Type.Optional(
    Type.Integer({
      title: "Replicas",
      description: "How many run at once.",
      minimum: 1,
      maximum,
      examples: [3],
    }),
  );
const cpu = Type.Optional(
  Type.String({
    title: "Processor",
    description: "Kubernetes quantity of processors, per replica.",
    pattern: "^([1-9][0-9]*m|[0-9]+(\\.[0-9]+)?)$",
    expected: "a quantity of processors",
    examples: ["500m"],
  }),
);
const bytes = (title: string, description: string, example: string) =>
  Type.Optional(
    Type.String({
      title,
      description,
      pattern: "^[1-9][0-9]*(Mi|Gi|Ti)$",
      expected: "a quantity of bytes in Mi, Gi or Ti",
      examples: [example],
    }),
  );
const memory = bytes("Memory", "Kubernetes quantity of memory, per replica.", "2Gi");
const storage = bytes("Storage", "Kubernetes quantity of disk, per replica.", "100Gi");

const stateful = (title: string, description: string) =>
  strictObject({ replicas: replicas(9), cpu, memory, storage }, { title, description, default: {} });
const scaled = (title: string, description: string) =>
  strictObject(
    {
      minimumReplicas: replicas(100),
      maximumReplicas: replicas(100),
      cpu,
      memory,
    },
    { title, description, default: {} },
  );

export const Sizes = strictObject(
  {
    broker: stateful("Broker", "RabbitMQ."),
    timeSeries: strictObject(
      {
        shards: Type.Optional(
          Type.Integer({
            title: "Shards",
            description: "Number of parts into which the data is divided.",
            minimum: 1,
            maximum: 100,
            examples: [2],
          }),
        ),
        replicas: replicas(5),
        cpu,
        memory,
        storage,
      },
      { title: "Time-series store", description: "ClickHouse.", default: {} },
    ),
    relational: stateful("Relational store", "PostgreSQL."),
    ingest: scaled("Ingest", "Writes messages into the store."),
    analytics: scaled("Analytics", "Computes KPIs."),
    diagnostic: scaled("Diagnostic", "The web app."),
  },
  {
    title: "Sizes",
    description:
      "Differences from the sizes that the kit computes from `programme.scale` and `telemetry.sampling`.",
    default: {},
  },
);
