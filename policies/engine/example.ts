/**
 * The resources of a policy's example, written as the map under `resources` of a program in Pulumi YAML:
 *
 *     backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }
 *     backups-policy:
 *       type: aws:s3/bucketPolicy:BucketPolicy
 *       name: backups
 *       properties: { policy: { fn::toJSON: { Statement: [] } } }
 *
 * A resource has a type and may have properties, and a name where its key is not its name. Of the functions only
 * `fn::toJSON` and `fn::secret` are known; references to other resources and options are not.
 */
import { parse } from "yaml";
import {
  displayName,
  isObject,
  type Json,
  type JsonObject,
  type Resource,
  secretMarker,
} from "../resources/resource.ts";
import type { Example, Examples } from "./policy.ts";

const known = ["type", "name", "properties"];

/** @throws Error where the text holds more than the part of Pulumi YAML above. */
export function pulumiResources({ pulumi = "{}", region = "af-south-1" }: Example): Resource[] {
  if (pulumi.includes("${")) throw new Error("An example can't refer to another resource.");
  const resources = parse(pulumi) as Json;
  if (!isObject(resources)) throw new Error("The resources of an example are not a map.");
  return Object.entries(resources).map(([key, entry]) => {
    if (!isObject(entry)) throw new Error(`${key} is not a map.`);
    const unknown = Object.keys(entry).find((field) => !known.includes(field));
    if (unknown !== undefined) throw new Error(`${key} can't have ${unknown}, only ${known.join(", ")}.`);
    const { type, name = key } = entry;
    if (typeof type !== "string" || typeof name !== "string") throw new Error(`${key} has no type or name.`);
    const properties = evaluate(entry.properties ?? {});
    if (!isObject(properties)) throw new Error(`The properties of ${key} are not a map.`);
    const made = resource(type, name, properties);
    return type.startsWith("aws:") ? { ...made, provider: { name: "aws", region } } : made;
  });
}

/** The lines of a failing example's findings. */
export const findingsOf = ({ findings }: Examples["failing"][number]): string[] =>
  findings.trim().split("\n");

export function resource(type: string, name: string, properties: JsonObject): Resource {
  return {
    type,
    name: displayName(type, name, properties),
    urn: `urn:pulumi:example::example::${type}::${name}`,
    properties,
  };
}

/** The value with the results of functions in place of their calls. */
function evaluate(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map((item: Json) => evaluate(item));
  if (!isObject(value)) return value ?? null;
  const called = Object.keys(value).find((key) => key.startsWith("fn::"));
  if (called === undefined)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluate(item)]));
  if (Object.keys(value).length > 1) throw new Error(`${called} is not alone in its map.`);
  if (called === "fn::secret") return secretMarker;
  if (called === "fn::toJSON") return JSON.stringify(evaluate(value[called]));
  throw new Error(`An example can't call ${called}, only fn::toJSON and fn::secret.`);
}
