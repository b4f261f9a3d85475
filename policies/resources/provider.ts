/** The provider of a resource, by its inputs. The engine keeps each input of a provider that is not a text as JSON in a text. */
import { jsonIn, textAt } from "./properties.ts";
import { isUnknown, type JsonObject, type ProviderReference } from "./resource.ts";

/** A kubeconfig is a text by itself, whatever it holds. */
const texts = new Set(["kubeconfig"]);

/** The inputs as the program gave them: lists and maps, not their JSON. */
export function providerInputs(type: string, inputs: JsonObject): JsonObject {
  if (!type.startsWith("pulumi:providers:")) return inputs;
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [
      key,
      typeof value === "string" && !texts.has(key) && /^\s*[[{]/.test(value)
        ? (jsonIn(value) ?? value)
        : value,
    ]),
  );
}

/** A region or context that is not known yet counts as absent. */
export function providerReference(name: string, inputs: JsonObject): ProviderReference {
  const known = (key: string) => (isUnknown(inputs[key]) ? undefined : textAt(inputs, key));
  const region = known("region");
  const context = known("context");
  return { name, ...(region !== undefined && { region }), ...(context !== undefined && { context }) };
}
