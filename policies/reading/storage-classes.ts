/** The storage classes that the stack makes its volumes by: the file's, and those of the plan. */
import type { PolicyContext } from "../context.ts";
import { objectName } from "../plan.ts";

export function stackClasses({ country, plan }: PolicyContext): string[] {
  const given = country.hosting.kubernetes?.storageClass;
  const planned = plan.ofTypes(["kubernetes:storage.k8s.io/*:StorageClass"]).map(objectName);
  return [...(given === undefined ? [] : [given]), ...planned];
}
