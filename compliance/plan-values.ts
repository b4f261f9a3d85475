/** Lists in a planned resource's properties. */
import { at, type Value } from "../plan/plan.ts";

/** The list at a path; empty where there is none. */
export function listAt(value: Value | undefined, ...path: readonly (string | number)[]): readonly Value[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}
