/** Which classes of data each part keeps, and the key by which objects and resources say so. */
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
  // National figures and the log of queries rest beside the readings.
  "time-series-store": ["machineTelemetry", "aggregates", "logs"],
  // Names and digests of the store's parts, never a reading; they share its fate.
  keeper: ["machineTelemetry"],
  // The audit trail rests beside accounts and answers.
  "relational-store": ["identity", "diagnosticAnswers", "logs"],
};

export function dataClassesOf(part: PartName): Record<string, string> {
  const names = keptBy[part];
  if (names === undefined) throw new Error(`The part ${part} keeps no data.`);
  return dataClasses(names);
}

/** Of an object that keeps its part's data. */
export function storeMetadata(namespace: string, name: string, part: PartName): ObjectMetadata {
  return { ...metadata(namespace, name, part), annotations: dataClassesOf(part) };
}
