/** Settings that resources of AWS must have, as tables by type: one line for each. */
import { itemsAt, objectsAt, textAt } from "../resources/properties.ts";
import type { Json, Resource } from "../resources/resource.ts";
import type { Violation } from "./policy.ts";

export interface Wanted {
  /** In the properties; `rules[].enabled` is each of a list. */
  readonly path: string;
  /** True, false, a least number, or the values that are right. */
  readonly wanted: boolean | number | readonly string[];
  /** Whether the setting's absence is right too. */
  readonly orAbsent?: boolean;
  /** What is wrong. One sentence, full stop. */
  readonly message: string;
}

export type WantedByType = Readonly<Record<string, readonly Wanted[]>>;

/** The settings of a resource that are not as its type's lines say. */
export function unwanted({ type, properties }: Resource, table: WantedByType): Violation[] {
  return (table[type] ?? []).flatMap(({ path, wanted, orAbsent, message }) =>
    valuesAt(properties, path).flatMap(({ value, at }): Violation | [] => {
      if (value === undefined || value === null ? orAbsent === true : isWanted(value, wanted)) return [];
      return {
        path: at,
        value: shown(value),
        message,
        remediation: `Set ${at} to ${typeof wanted === "number" ? `${wanted} or more` : Array.isArray(wanted) ? wanted.join(" or ") : String(wanted)}.`,
      };
    }),
  );
}

function isWanted(value: Json, wanted: Wanted["wanted"]): boolean {
  // A list or an object is none of the values.
  if (typeof value === "object") return false;
  if (typeof wanted === "boolean") return String(value) === String(wanted);
  if (typeof wanted === "number") return Number(value) >= wanted;
  return wanted.some((right) => right.toLowerCase() === String(value).toLowerCase());
}

const shown = (value: Json | undefined): string =>
  value === undefined ? "absent" : typeof value === "object" ? JSON.stringify(value) : String(value);

function valuesAt(root: Json, path: string): { readonly value: Json | undefined; readonly at: string }[] {
  const [list, rest] = path.split("[].");
  if (rest !== undefined)
    return objectsAt(root, list ?? "").map(({ value, path: at }) => ({
      value: itemsAt(value, rest)[0]?.value,
      at: `${at}.${rest}`,
    }));
  return [{ value: itemsAt(root, path)[0]?.value, at: path }];
}

/** Parameter groups of databases and caches. */
export const parameterGroups = [
  "aws:rds/parameterGroup:ParameterGroup",
  "aws:rds/clusterParameterGroup:ClusterParameterGroup",
  "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
  "aws:neptune/clusterParameterGroup:ClusterParameterGroup",
  "aws:redshift/parameterGroup:ParameterGroup",
] as const;

export interface WantedParameter {
  readonly name: string;
  readonly wrong: RegExp;
  readonly message: string;
  readonly remediation: string;
}

export function unwantedParameters({ properties }: Resource, table: readonly WantedParameter[]): Violation[] {
  return objectsAt(properties, "parameters").flatMap(({ value: parameter, path }): Violation | [] => {
    const name = textAt(parameter, "name");
    const value = shown(itemsAt(parameter, "value")[0]?.value ?? "");
    const found = table.find((one) => one.name === name?.toLowerCase() && one.wrong.test(value));
    if (found === undefined) return [];
    return {
      path: `${path}.value`,
      value: `${name}=${value}`,
      message: `${found.message} (${name}=${value}).`,
      remediation: found.remediation,
    };
  });
}
