/** A folder's Pulumi.yaml and Pulumi.<stack>.yaml as resources: they say where `pulumi` keeps the state and its secrets. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { fileFailure } from "../../base/file-failure.ts";
import { LocalisationError } from "../../localisation/problem.ts";
import { isObject, type Json, type JsonObject, type Resource, secretMarker } from "../resources/resource.ts";

const settingsFile = /^Pulumi(?:\.([\w.-]+))?\.ya?ml$/;

/** @throws LocalisationError where the folder has no project, or a file of it can't be read. */
export function readProject(folder: string): Resource[] {
  const problem = (file: string, message: string, remediation: string) =>
    new LocalisationError([{ file, line: 1, column: 1, path: "", message, remediation }]);
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => settingsFile.test(name));
  } catch (error) {
    throw problem(folder, `The folder can't be read: ${fileFailure(error)}.`, "Check the path.");
  }
  if (names.length === 0)
    throw problem(folder, "The folder has no Pulumi.yaml.", "Name the folder of a Pulumi project.");
  return names.sort().map((name) => {
    const file = join(folder, name);
    let settings: Json;
    try {
      settings = parse(readFileSync(file, "utf8")) as Json;
    } catch (error) {
      throw problem(file, `It is not YAML: ${(error as Error).message.split("\n")[0]}`, "Correct it.");
    }
    const stack = settingsFile.exec(name)?.[1];
    const kind = stack === undefined ? "Project" : "StackSettings";
    return {
      type: `pulumi:pulumi:${kind}`,
      name: stack === undefined ? "Project/Pulumi.yaml" : `StackSettings/${stack}`,
      urn: `urn:project::pulumi:pulumi:${kind}::${name}`,
      properties: isObject(settings) ? withSecrets(settings) : {},
      source: { file, line: 1 },
    };
  });
}

/** `secure: …` is encrypted. */
function withSecrets(value: JsonObject): JsonObject {
  const marked = (item: Json | undefined): Json => {
    if (Array.isArray(item)) return item.map((one: Json) => marked(one));
    if (!isObject(item)) return item ?? null;
    return typeof item.secure === "string" ? secretMarker : withSecrets(item);
  };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item)]));
}
