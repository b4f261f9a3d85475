/** Refuses values that are nested deeper than in any resource, before policies walk through them. */
import { isObject, type Json } from "../resources/resource.ts";

const maximumDepth = 100;

/** @returns what is wrong, or undefined. */
export function depthProblem(root: Json | undefined): string | undefined {
  let level: (Json | undefined)[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maximumDepth) return `The values are nested more than ${maximumDepth} deep.`;
    const below: (Json | undefined)[] = [];
    for (const value of level) {
      const children = Array.isArray(value) ? (value as Json[]) : isObject(value) ? Object.values(value) : [];
      for (const child of children) if (typeof child === "object" && child !== null) below.push(child);
    }
    level = below;
  }
  return undefined;
}
