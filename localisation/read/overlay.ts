/** Merges an environment's overlay over the file: maps are merged, everything else is replaced; positions are kept. */
import type { LocatedMap, LocatedNode } from "./document.ts";

/** The names under `hosting.environments`, with their overlays. */
export function environmentsOf(root: LocatedMap): ReadonlyMap<string, LocatedNode> {
  const hosting = root.entries.get("hosting");
  const environments = hosting?.kind === "map" ? hosting.entries.get("environments") : undefined;
  return environments?.kind === "map" ? environments.entries : new Map();
}

export function merge(base: LocatedMap, overlay: LocatedMap): LocatedMap {
  const entries = new Map(base.entries);
  for (const [key, over] of overlay.entries) {
    const under = entries.get(key);
    entries.set(key, under?.kind === "map" && over.kind === "map" ? merge(under, over) : over);
  }
  const incomplete = base.incomplete === true || overlay.incomplete === true;
  return { ...overlay, entries, ...(incomplete && { incomplete }) };
}
