/** Storage classes of the stack. */
import type { PolicyContext } from "../context.ts";
import { objectName } from "../resource-set.ts";

/** By which it makes its volumes: the file's, and its own. */
export function stackClasses(context: PolicyContext): string[] {
  const given = context.country.hosting.kubernetes?.storageClass;
  return [...(given === undefined ? [] : [given]), ...ownClasses(context)];
}

/** That it makes itself. */
export const ownClasses = ({ plan }: PolicyContext): string[] =>
  plan.ofTypes(["kubernetes:storage.k8s.io/*:StorageClass"]).map(objectName);
