/** Checks a located tree against a JSON Schema (ajv) and says each problem in words, at its place. */
import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { type LocatedDocument, type LocatedMap, type LocatedNode, nodeAt, plainValue } from "./document.ts";
import { nearest } from "./nearest.ts";
import { type PathSegment, type Problem, quote } from "./problem.ts";
import type { SchemaNode } from "./schema/file-schema.ts";

/** A schema problem with the path that it spoils, for checks that read that path. */
export interface SchemaProblem extends Problem {
  readonly spoils: readonly PathSegment[] | undefined;
}

export function compileSchema(schema: SchemaNode): ValidateFunction {
  const ajv = new Ajv.default({ allErrors: true, verbose: true, strict: true });
  addFormats.default(ajv, ["date", "email", "uri"]);
  ajv.addVocabulary(["derived", "expected", "overlay"]);
  return ajv.compile(schema);
}

export function validate(
  check: ValidateFunction,
  document: LocatedDocument,
  root: LocatedMap,
): SchemaProblem[] {
  if (check(plainValue(root))) return [];
  return (check.errors ?? []).map((error) => describe(error, document, root));
}

function describe(error: ErrorObject, document: LocatedDocument, root: LocatedMap): SchemaProblem {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
  const { node } = nodeAt(root, path);
  const at = (
    target: LocatedNode,
    side: "key" | "value",
    message: string,
    cure: string,
    spoils?: readonly PathSegment[],
  ) => ({
    ...document.problemAt(target, side, message, cure),
    spoils,
  });
  const value = quote(error.data);
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(error.params["additionalProperty"]);
      const { properties } = error.parentSchema as SchemaNode;
      const known = Object.keys(properties ?? {});
      const near = nearest(key, known);
      return at(
        nodeAt(root, [...path, key]).node,
        "key",
        `${quote(key)} is not a known key.`,
        near === undefined ? `Known here: ${known.join(", ")}.` : `Did you mean ${quote(near)}?`,
      );
    }
    case "required": {
      const key = String(error.params["missingProperty"]);
      return at(node, "key", `${quote(key)} is missing.`, `Add it.`, [...path, key]);
    }
    case "enum": {
      const allowed = (error.params["allowedValues"] as unknown[]).map(String);
      const near = typeof error.data === "string" ? nearest(error.data, allowed) : undefined;
      return at(
        node,
        "value",
        `${value} is not one of the values.`,
        near === undefined ? `Write one of: ${allowed.join(", ")}.` : `Did you mean ${quote(near)}?`,
        path,
      );
    }
    default:
      return at(node, "value", `${value} ${error.message ?? "is wrong"}.`, "", path);
  }
}
