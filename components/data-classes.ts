/** Which classes of data each part stores, and the key of the annotation or tag that says so. */
import type { DataClassName } from "../localisation/schema/residency.ts";
import { metadata, type ObjectMetadata, type PartName } from "./part.ts";

/** Annotation in Kubernetes, tag in AWS; its value lists names of `residency.dataClasses`, separated by spaces. */
export const dataClassKey = "rollout/data-classes";

export const dataClasses = (names: readonly DataClassName[]): Record<string, string> => ({
  [dataClassKey]: names.join(" "),
});

const keptBy: Readonly<Partial<Record<PartName, readonly DataClassName[]>>> = {
  // Readings until ingest has stored them.
  broker: ["machineTelemetry"],
  // National figures and the log of queries are stored with the readings.
  "time-series-store": ["machineTelemetry", "aggregates", "logs"],
  // Names and digests of the store's data parts, never a reading; they are protected in the same way.
  keeper: ["machineTelemetry"],
  // The audit trail is stored with accounts and answers.
  "relational-store": ["identity", "diagnosticAnswers", "logs"],
};

export function dataClassesOf(part: PartName): Record<string, string> {
  const names = keptBy[part];
  if (names === undefined) throw new Error(`The part ${part} keeps no data.`);
  return dataClasses(names);
}

/** Metadata of an object that stores its part's data. */
export function storeMetadata(namespace: string, name: string, part: PartName): ObjectMetadata {
  return { ...metadata(namespace, name, part), annotations: dataClassesOf(part) };
}
