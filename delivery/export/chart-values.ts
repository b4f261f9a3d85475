/** The values of an exported chart: one list gives `values.yaml`, `values.schema.json` and the file of each country. */
import { stringify } from "yaml";
import type { Country } from "../../localisation/schema/country.ts";
import { endpointAddresses } from "./admission-places.ts";
import { allowedRegions, byDefault, type Setting } from "./chart-settings.ts";
import type { DerivedValues } from "./derived-values.ts";
import type { ImageReferences } from "./template-object.ts";
import type { Tree } from "./template-text.ts";

export interface ChartValue {
  readonly name: string;
  readonly description: string;
  /** In `values.yaml`; what a country must give is empty there, which the schema refuses. */
  readonly byDefault: Tree;
  /** In the country's file; absent for what no country decides. */
  readonly ofCountry?: Tree;
  /** JSON Schema, draft 7. */
  readonly schema: object;
}

const quantity = {
  type: ["string", "number"],
  pattern: "^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$",
  minimum: 0,
};
const quantities = { type: "object", additionalProperties: quantity, minProperties: 1 };
const count = { type: "integer", minimum: 1, maximum: 1000 };
const text = { type: "string" };
/** What goes into a text of a template as it is: without quotes, braces and the like. */
const plain = { type: ["string", "integer"], pattern: '^[^"\\\\{}\\n\\r]*$' };
const list = { type: "array", items: plain };

/** What a team may set, and what only the localisation file decides. */
export function chartValues(
  country: Country,
  settings: readonly Setting[],
  images: ImageReferences,
  derived: DerivedValues,
  notes: readonly string[],
): readonly ChartValue[] {
  const { kubernetes, aws } = country.hosting;
  return [
    ...settings.map(({ name, description, pattern, byDefault }) =>
      value(name, description, byDefault, { ...text, maxLength: 253, pattern }),
    ),
    ...switches,
    ...amounts(),
    ...fileValues().map((one) => ({
      ...one,
      description: `${one.description} The localisation file decides: change it there, and export again.`,
    })),
  ];

  function amounts(): ChartValue[] {
    const { replicas, autoscaling, resources, quota } = derived;
    const names = [...images.keys()].sort();
    const digests = Object.fromEntries(names.map((name) => [name, kubernetes?.imageDigests[name] ?? ""]));
    const digest = { ...text, pattern: "^(sha256:[0-9a-f]{64})?$" };
    const bounds = mapOf(["minReplicas", "maxReplicas"], count);
    const amount = mapOf(["requests", "limits"], quantities);
    return [
      value(
        "digests",
        "`sha256:…` of each image in the registry; by version alone where empty.",
        digests,
        mapOf(names, digest),
      ),
      value(
        "replicas",
        "Number of pods of each program without an autoscaler.",
        replicas,
        mapOf(replicas, count),
      ),
      value(
        "autoscaling",
        "The least and the most pods of each autoscaler.",
        autoscaling,
        mapOf(autoscaling, bounds),
      ),
      value(
        "resources",
        "Processors and memory of each part's pods. A store's own memory settings stay those of the file.",
        resources,
        mapOf(resources, amount),
      ),
      value("quota", "What the namespace may take in all; raise it with the rest.", quota, quantities),
    ];
  }

  /** What belongs together: the plan of the localisation file checks it. */
  function fileValues(): ChartValue[] {
    const zones = kubernetes?.zones ?? [];
    const zonesValue = value("zones", "Zones of the cluster that pods and volumes may use.", zones, {
      ...list,
      minItems: 1,
    });
    const { computed, egress, ingress, admission, localisation } = derived;
    const rules = { type: "array", items: { type: "object" } };
    const articlesOrHosts = { ...list, type: ["array", "string"], pattern: plain.pattern };
    const files = { type: "object", additionalProperties: text, required: ["country.json"] };
    return [
      ...(zones.length === 0 ? [] : [zonesValue]),
      value(
        "addresses",
        "Addresses outside the cluster that the stack may reach.",
        endpointAddresses(country),
        list,
      ),
      value(
        "awsDomain",
        "Name of the web app on AWS, which counts as the stack's own.",
        aws?.domain ?? "",
        plain,
      ),
      value("regions", "Regions of AWS that the stack may reach.", allowedRegions(country), list),
      value("egress", "Rules for outside addresses, by network policy.", egress, mapOf(egress, rules)),
      value("ingress", "Rules for other namespaces, by network policy.", ingress, mapOf(ingress, rules)),
      value(
        "computed",
        "Sizes, schedules and backup destinations, by object.",
        computed,
        mapOfMaps(computed, plain),
      ),
      value(
        "admission",
        "Articles of the law that each admission policy serves, and the hosts that it allows.",
        admission as Tree,
        mapOfMaps(admission, articlesOrHosts),
      ),
      value("notes", "What Helm tells after an installation.", notes, { type: "array", items: text }),
      value(
        "localisation",
        "The country's file and its languages, as the programs read them.",
        localisation,
        files,
      ),
      value(
        "planned",
        "Digests of the configuration, and the settings that they were computed with.",
        planned(),
        mapOf(["configuration", "migration", "settings"], {}),
      ),
    ];
  }

  function planned(): Tree {
    const { configuration, migration, resources } = derived;
    const given = {
      digest: kubernetes?.imageDigests.application ?? "",
      domain: byDefault(settings, "domain"),
      namespace: byDefault(settings, "namespace"),
      pullSecret: byDefault(settings, "registryPullSecret"),
      registry: byDefault(settings, "registry"),
      resources: resources.migration ?? {},
    };
    return { configuration, migration, settings: given };
  }
}

const switches: readonly ChartValue[] = [
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
    name: "refuseDataLoss",
    description:
      "Whether an upgrade is refused that would leave stored data behind: fewer queues, brokers, shards or keepers, other disks. Helm asks the cluster; where it only renders, as in Argo CD, nothing is asked.",
    byDefault: true,
    schema: { type: "boolean" },
  },
];

/** A value that the country's file gives: empty in `values.yaml`. */
function value(name: string, description: string, ofCountry: Tree, schema: object): ChartValue {
  const byDefault = typeof ofCountry === "string" ? "" : Array.isArray(ofCountry) ? [] : {};
  return { name, description, byDefault, ofCountry, schema };
}

/** A map with exactly these keys. */
function mapOf(keys: readonly string[] | object, value: object): object {
  const names = Array.isArray(keys) ? keys : Object.keys(keys);
  const properties = Object.fromEntries(names.map((name) => [name, value]));
  return { type: "object", additionalProperties: false, required: names, properties };
}

/** A map of maps with at least these keys: templates read them. */
function mapOfMaps(maps: Readonly<Record<string, object>>, value: object): object {
  const withKeys = (map: object, schema: object) => ({
    type: "object",
    required: Object.keys(map),
    additionalProperties: schema,
  });
  const properties = Object.entries(maps).map(([key, map]) => [key, withKeys(map, value)]);
  return { ...withKeys(maps, {}), properties: Object.fromEntries(properties) };
}

/** @returns `values.yaml`, which describes every value. */
export const defaultsFile = (values: readonly ChartValue[]): string =>
  `# Every value of the chart. What is empty here comes from the file of a country: helm ... --values values-<country>.yaml\n\n${valuesFile(values.map(({ name, description, byDefault }) => [name, description, byDefault]))}`;

/** @returns `values-<country>.yaml`. */
export const countryFile = (values: readonly ChartValue[]): string =>
  valuesFile(
    values.flatMap(({ name, description, ofCountry }) =>
      ofCountry === undefined ? [] : [[name, description, ofCountry]],
    ),
  );

function valuesFile(values: readonly (readonly [name: string, description: string, value: Tree])[]): string {
  return values
    .map(
      ([name, description, value]) =>
        `# ${description}\n${stringify({ [name]: value }, { lineWidth: 0, version: "1.1", aliasDuplicateObjects: false })}`,
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
