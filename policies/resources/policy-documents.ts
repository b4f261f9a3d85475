/** Statements of AWS's policy documents, wherever a resource holds one: as JSON in a text or as an object. */
import { formatPath, type PathSegment } from "../../localisation/problem.ts";
import { rememberLast } from "./last.ts";
import { jsonIn, objectsAt, textAt, textsAt } from "./properties.ts";
import { isObject, type Json, type JsonObject, type Resource } from "./resource.ts";

export interface Statement {
  /** Of the document in the resource. */
  readonly path: string;
  readonly allows: boolean;
  /** Undefined in a policy of an identity; `*` where it names who is left out. */
  readonly principals: readonly StatementPrincipal[] | undefined;
  /** `*` where it names which are left out. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface StatementPrincipal {
  readonly kind: "AWS" | "Federated" | "CanonicalUser" | "Service";
  readonly text: string;
}

export interface Condition {
  /** Such as `StringEquals`. */
  readonly operator: string;
  /** Such as `aws:SourceAccount`. */
  readonly key: string;
  readonly values: readonly string[];
}

export const statementsOf = rememberLast((resource: Resource): readonly Statement[] => {
  const found: Statement[] = [];
  collect(resource.properties, [], found);
  return found;
});

function collect(value: Json | undefined, path: readonly PathSegment[], into: Statement[]): void {
  if (typeof value === "string") {
    const document = value.includes('"Statement"') ? parsed(value) : undefined;
    if (document !== undefined) read(document, path, into);
  } else if (Array.isArray(value))
    for (const [index, item] of (value as readonly Json[]).entries()) collect(item, [...path, index], into);
  else if (isObject(value)) {
    if (value.Statement !== undefined) read(value, path, into);
    else for (const [key, item] of Object.entries(value)) collect(item, [...path, key], into);
  }
}

function parsed(text: string): JsonObject | undefined {
  const value = jsonIn(text);
  return isObject(value) ? value : undefined;
}

function read(document: JsonObject, path: readonly PathSegment[], into: Statement[]): void {
  for (const { value } of objectsAt(document, "Statement"))
    into.push({
      path: formatPath(path),
      allows: textAt(value, "Effect") === "Allow",
      principals: principalsOf(value),
      actions: listOf(value, "Action"),
      resources: listOf(value, "Resource"),
      conditions: conditionsOf(value),
    });
}

const texts = (value: JsonObject, key: string): string[] => textsAt(value, key).map((item) => item.value);

const listOf = (statement: JsonObject, key: "Action" | "Resource"): string[] =>
  statement[`Not${key}`] === undefined ? texts(statement, key) : ["*"];

function principalsOf(statement: JsonObject): StatementPrincipal[] | undefined {
  const named = statement.Principal;
  if (statement.NotPrincipal !== undefined) return [{ kind: "AWS", text: "*" }];
  if (typeof named === "string") return [{ kind: "AWS", text: named }];
  if (!isObject(named)) return undefined;
  return (["AWS", "Federated", "CanonicalUser", "Service"] as const).flatMap((kind) =>
    texts(named, kind).map((text) => ({ kind, text })),
  );
}

const conditionsOf = ({ Condition: conditions }: JsonObject): Condition[] =>
  Object.entries(isObject(conditions) ? conditions : {}).flatMap(([operator, keys]) =>
    isObject(keys) ? Object.keys(keys).map((key) => ({ operator, key, values: valuesOf(keys[key]) })) : [],
  );

const valuesOf = (value: Json | undefined): string[] =>
  (Array.isArray(value) ? (value as readonly Json[]) : [value ?? ""]).map(String);
