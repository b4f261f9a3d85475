/** At which line of the localisation file a path stands, so that findings on the file point there. */

import { LocalisationError, type PathSegment } from "../../localisation/problem.ts";
import { nodeAt, parseDocument } from "../../localisation/read/document.ts";
import { readSource } from "../../localisation/read/source.ts";

/** @returns the line of a path such as `residency.endpoints[0]`, or of what is nearest above it. */
export function fileLines(file: string): (path: string) => number | undefined {
  let document: ReturnType<typeof parseDocument> | undefined;
  try {
    document = parseDocument(readSource(file));
  } catch (error) {
    // Loaded a moment ago; it may be gone since.
    if (!(error instanceof LocalisationError)) throw error;
  }
  return (path) => {
    if (document === undefined) return undefined;
    const { node } = nodeAt(document.root, segmentsOf(path));
    return document.problemAt(node, "key", "", "").line;
  };
}

function segmentsOf(path: string): PathSegment[] {
  return path
    .split(/[.[\]]+/)
    .filter((segment) => segment !== "")
    .map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));
}
