/** Which classes of data a resource holds: it says so itself, by an annotation in Kubernetes and by a tag in AWS. */
import { dataClassKey } from "../../components/data-classes.ts";
import type { DataClassName } from "../../localisation/schema/residency.ts";
import { dataClassNames } from "../../localisation/schema/residency.ts";
import { objectsAt, textMapAt } from "../resources/properties.ts";
import type { Resource } from "../resources/resource.ts";
import { Undetermined } from "../resources/undetermined.ts";

export { dataClassKey };

const places = ["metadata.annotations", "metadata.labels", "tags", "tagsAll"] as const;

/** What the resource says, word by word; undefined where it says nothing. */
export function statedDataClasses(resource: Resource): string[] | undefined {
  const holders = [
    resource.properties,
    ...objectsAt(resource.properties, "spec.volumeClaimTemplates").map(({ value }) => value),
  ];
  const words = holders.flatMap((holder) =>
    places.flatMap(
      (place) =>
        textMapAt(holder, place)
          .get(dataClassKey)
          ?.split(/[\s,]+/) ?? [],
    ),
  );
  const stated = [...new Set(words.filter((word) => word !== ""))];
  return stated.length === 0 ? undefined : stated;
}

const known: ReadonlySet<string> = new Set(dataClassNames);
export const isDataClass = (word: string): word is DataClassName => known.has(word);

/** Of the classes that a policy guards, those that the resource holds; all of them where it says none. */
export function guardedClasses(
  resource: Resource | undefined,
  guarded: readonly DataClassName[],
): readonly DataClassName[] {
  if (resource === undefined) return guarded;
  const stated = statedOrNone(resource).filter(isDataClass);
  const both = guarded.filter((name) => stated.includes(name));
  return both.length > 0 ? both : guarded;
}

/** A tag that nobody knows yet narrows nothing. */
function statedOrNone(resource: Resource): string[] {
  try {
    return statedDataClasses(resource) ?? [];
  } catch (error) {
    if (error instanceof Undetermined) return [];
    throw error;
  }
}
