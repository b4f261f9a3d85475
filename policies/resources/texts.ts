/** Every text of a resource, with its path. Policies search them for addresses, ARNs and settings. */
import { formatPath, formatSegment, type PathSegment } from "../../localisation/problem.ts";
import { rememberLast } from "./last.ts";
import { isObject, isSecret, isUnknown, type Json, type Resource } from "./resource.ts";

export interface Text {
  readonly value: string;
  /** The key that holds it, or the name in a list of `{ name, value }`. */
  readonly key: string;
  /** The first field of the path, such as `metadata`; known without building the path. */
  readonly section: string;
  readonly path: string;
}

class LocatedText implements Text {
  readonly value: string;
  readonly key: string;
  readonly section: string;
  readonly #trail: Trail | undefined;
  constructor(value: string, key: string, section: string, trail: Trail | undefined) {
    this.value = value;
    this.key = key;
    this.section = section;
    this.#trail = trail;
  }
  /** Most texts are never reported, so their path is built on demand. */
  get path(): string {
    return this.#trail?.path ?? "";
  }
}

/** A step of a path; texts beside each other share those above them. */
class Trail {
  readonly #segment: PathSegment;
  readonly #before: Trail | undefined;
  #path: string | undefined;
  constructor(segment: PathSegment, before: Trail | undefined) {
    this.#segment = segment;
    this.#before = before;
  }
  get path(): string {
    this.#path ??=
      this.#before === undefined
        ? formatPath([this.#segment])
        : this.#before.path + formatSegment(this.#segment);
    return this.#path;
  }
}

/** Keys whose values are prose or schemas, which nothing reads as settings. */
const prose = new Set(["description", "openAPIV3Schema", "managedFields"]);
/** Fields whose keys are anybody's, such as the names of files: nothing in them is prose by its key. */
const settings = new Set(["data", "stringData", "binaryData", "values", "spec.values", "parameters"]);

export const textsOf: (resource: Resource) => readonly Text[] = rememberLast((resource: Resource) => {
  const texts: Text[] = [];
  collect(resource.properties, "", "", undefined, texts);
  return texts;
});

export function textsIn(value: Json, key = ""): readonly Text[] {
  const texts: Text[] = [];
  collect(value, key, key, undefined, texts);
  return texts;
}

function collect(
  value: Json | undefined,
  key: string,
  section: string,
  trail: Trail | undefined,
  into: Text[],
): void {
  if (typeof value === "string") {
    if (value !== "" && !isUnknown(value)) into.push(new LocatedText(value, key, section, trail));
  } else if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Json[]).entries())
      collect(item, key, section, new Trail(index, trail), into);
  } else if (isObject(value) && !isSecret(value)) {
    const name = typeof value.name === "string" ? value.name : undefined;
    for (const [childKey, child] of Object.entries(value)) {
      if (prose.has(childKey) && !settings.has(section)) continue;
      const named = childKey === "value" && name !== undefined ? name : childKey;
      collect(child, named, section === "" ? childKey : section, new Trail(childKey, trail), into);
    }
  }
}
