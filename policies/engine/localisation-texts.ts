/** Localisation files among the texts of a resource: what is in them and not in the file that is checked is read as any text. */
import { type HostReference, hostsIn } from "../resources/hosts.ts";
import { rememberLast, rememberSettings } from "../resources/last.ts";
import { localisationIn, mayBeLocalisation } from "../resources/localisation-file.ts";
import { isObject, type Json, type Resource } from "../resources/resource.ts";
import { textsOf } from "../resources/texts.ts";
import type { PolicyContext } from "./context.ts";

/** Hosts that a text with the form of a localisation file names where it differs from the country's. */
export const changesOfCountry = (subject: Resource, { country }: PolicyContext): HostReference[] =>
  textsOf(subject).flatMap((text) =>
    mayBeLocalisation(text.value) ? changesFrom(country)(text.path, text.value) : [],
  );

const changesFrom = rememberLast((country: PolicyContext["country"]) =>
  rememberSettings((path, text): readonly HostReference[] => {
    const file = localisationIn(text);
    if (file === undefined) return [];
    const own = isObject(file.country) ? { ...file, country } : country;
    return [...differences(file, own as unknown as Json, "")].flatMap((changed) =>
      hostsIn({ ...changed, path }),
    );
  }),
);

function* differences(
  value: Json | undefined,
  own: Json | undefined,
  key: string,
): Generator<{ readonly key: string; readonly value: string }> {
  if (typeof value === "string") {
    if (value !== own) yield { key, value };
  } else if (Array.isArray(value)) {
    const owns: readonly Json[] = Array.isArray(own) ? own : [];
    for (const [index, item] of (value as readonly Json[]).entries())
      yield* differences(item, owns[index], key);
  } else if (isObject(value)) {
    const owns = isObject(own) ? own : {};
    for (const [name, item] of Object.entries(value))
      yield* differences(item, Object.hasOwn(owns, name) ? owns[name] : undefined, name);
  }
}
