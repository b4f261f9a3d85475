/** The line of a path in the localisation file, for findings on the file. */
import { LocalisationError, type PathSegment } from "../../localisation/problem.ts";
import { nodeAt, parseDocument } from "../../localisation/read/document.ts";
import { readSource } from "../../localisation/read/source.ts";

/** @returns the line of a path such as `residency.endpoints[0]`, or of its nearest parent in the file. */
export function fileLines(file: string): (path: string) => number | undefined {
  let document: ReturnType<typeof parseDocument> | undefined;
  try {
    document = parseDocument(readSource(file));
  } catch (error) {
    // The file may have been removed after it was loaded.
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
