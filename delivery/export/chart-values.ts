/** `values.yaml` and `values.schema.json` of an exported chart: one list of values gives both. */
import { stringify } from "yaml";
import type { ImageName } from "../../components/images.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { Setting } from "./chart-settings.ts";
import type { Tree } from "./template-text.ts";
import type { ChartAmounts } from "./workload-amounts.ts";

export interface ChartValue {
  readonly name: string;
  readonly description: string;
  readonly byDefault: Tree;
  /** JSON Schema, draft 7. */
  readonly schema: object;
}

const quantity = {
  type: ["string", "number"],
  pattern: "^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$",
  minimum: 0,
};
const quantities = { type: "object", additionalProperties: quantity, minProperties: 1 };
const resources = {
  type: "object",
  additionalProperties: false,
  required: ["requests", "limits"],
  properties: { requests: quantities, limits: quantities },
};
const count = { type: "integer", minimum: 1, maximum: 1000 };

export function chartValues(
  country: Country,
  settings: readonly Setting[],
  images: readonly ImageName[],
  amounts: ChartAmounts,
): readonly ChartValue[] {
  const digests = country.hosting.kubernetes?.imageDigests ?? {};
  return [
    ...settings.map(({ name, description, pattern, byDefault }) => ({
      name,
      description,
      byDefault,
      schema: { type: "string", maxLength: 253, pattern },
    })),
    {
      name: "digests",
      description: "`sha256:…` of each image as it rests in the registry; by version alone where empty.",
      byDefault: Object.fromEntries(images.map((name) => [name, digests[name] ?? ""])),
      schema: mapOf(images, { type: "string", pattern: "^(sha256:[0-9a-f]{64})?$" }),
    },
    {
      name: "createNamespace",
      description: "Whether the chart makes the namespace, with its Pod Security labels.",
      byDefault: true,
      schema: { type: "boolean" },
    },
    {
      name: "generateSecrets",
      description:
        "Whether Helm makes the random secrets when they don't exist. Where Helm only renders, as in Argo CD, run secrets.sh instead.",
      byDefault: true,
      schema: { type: "boolean" },
    },
    {
      name: "replicas",
      description: "Pods of the programs that no autoscaler holds.",
      byDefault: amounts.replicas,
      schema: mapOf(Object.keys(amounts.replicas), count),
    },
    {
      name: "autoscaling",
      description: "Between how many pods an autoscaler goes.",
      byDefault: amounts.autoscaling,
      schema: mapOf(Object.keys(amounts.autoscaling), {
        type: "object",
        additionalProperties: false,
        required: ["minReplicas", "maxReplicas"],
        properties: { minReplicas: count, maxReplicas: count },
      }),
    },
    {
      name: "resources",
      description:
        "Processors and memory of each part's pods. What a store keeps in memory is set for the default.",
      byDefault: amounts.resources,
      schema: mapOf(Object.keys(amounts.resources), resources),
    },
    {
      name: "quota",
      description: "What the namespace may take in all; raise it with the rest.",
      byDefault: amounts.quota,
      schema: quantities,
    },
  ];
}

function mapOf(keys: readonly string[], value: object): object {
  return {
    type: "object",
    additionalProperties: false,
    required: keys,
    properties: Object.fromEntries(keys.map((key) => [key, value])),
  };
}

export function valuesFile(values: readonly ChartValue[]): string {
  return values
    .map(
      ({ name, description, byDefault }) =>
        `# ${description}\n${stringify({ [name]: byDefault }, { lineWidth: 0, version: "1.1" })}`,
    )
    .join("\n");
}

export function schemaFile(values: readonly ChartValue[]): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Values of a country's stack",
    type: "object",
    additionalProperties: false,
    required: values.map(({ name }) => name),
    properties: {
      ...Object.fromEntries(
        values.map(({ name, description, schema }) => [name, { description, ...schema }]),
      ),
      // Helm's own, where the chart is part of another.
      global: { type: "object" },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
