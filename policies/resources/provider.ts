/** The provider of a resource, by its inputs. */
import { textAt } from "./properties.ts";
import { isUnknown, type JsonObject, type ProviderReference } from "./resource.ts";

/** A region or context that is not known yet counts as absent. */
export function providerReference(name: string, inputs: JsonObject): ProviderReference {
  const known = (key: string) => (isUnknown(inputs[key]) ? undefined : textAt(inputs, key));
  const region = known("region");
  const context = known("context");
  return { name, ...(region !== undefined && { region }), ...(context !== undefined && { context }) };
}
