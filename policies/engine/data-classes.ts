/** The classes of data that a resource holds, as its annotation (Kubernetes) or tag (AWS) states. */
import { dataClassKey } from "../../components/data-classes.ts";
import type { DataClassName } from "../../localisation/schema/residency.ts";
import { dataClassNames } from "../../localisation/schema/residency.ts";
import { objectsAt, textMapAt } from "../resources/properties.ts";
import type { Resource } from "../resources/resource.ts";
import { Undetermined } from "../resources/undetermined.ts";

export { dataClassKey };

const places = ["metadata.annotations", "metadata.labels", "tags", "tagsAll"] as const;

/** The words that the resource states; undefined where it states none. */
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

/** The classes that a policy protects and the resource holds; all that the policy protects where it holds none of them. */
export function guardedClasses(
  resource: Resource | undefined,
  guarded: readonly DataClassName[],
): readonly DataClassName[] {
  if (resource === undefined) return guarded;
  const stated = statedOrNone(resource).filter(isDataClass);
  const both = guarded.filter((name) => stated.includes(name));
  return both.length > 0 ? both : guarded;
}

/** A tag that is not known yet counts as none. */
function statedOrNone(resource: Resource): string[] {
  try {
    return statedDataClasses(resource) ?? [];
  } catch (error) {
    if (error instanceof Undetermined) return [];
    throw error;
  }
}
