/** Storage classes of the stack. */

import { objectName } from "../resources/resource-set.ts";
import type { PolicyContext } from "./context.ts";

/** Those for its volumes: the one that the file names, and its own. */
export function stackClasses(context: PolicyContext): string[] {
  const given = context.country.hosting.kubernetes?.storageClass;
  return [...(given === undefined ? [] : [given]), ...ownClasses(context)];
}

/** Those that it makes itself. */
export const ownClasses = ({ resources }: PolicyContext): string[] =>
  resources.ofTypes(["kubernetes:storage.k8s.io/*:StorageClass"]).map(objectName);
