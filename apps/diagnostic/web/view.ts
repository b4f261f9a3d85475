/** What every page is rendered with: the country, the language, who is signed in, the path. */
import type { Text } from "../../../localisation/languages/text.ts";
import type { Translation, ValuesIn } from "../../../localisation/languages/translation.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import type { Assets } from "./assets.ts";
import type { Content, Html } from "./html.ts";
import type { SignedIn } from "./visitor.ts";

export type { Html };

export interface View {
  readonly country: Country;
  readonly translation: Translation;
  readonly translations: ReadonlyMap<string, Translation>;
  /** Short for `translation.text`. */
  readonly t: (key: string, values?: ValuesIn) => Text;
  /** The page's path without the language. */
  readonly path: string;
  readonly signedIn: SignedIn | undefined;
  readonly asset: Assets["path"];
  readonly hasLogo: boolean;
}

/** The name of one of the country's size bands. */
export function sizeBandName({ country, translation }: View, id: string): Content {
  const band = country.programme.sizeBands.find((one) => one.id === id);
  return band === undefined ? id : translation.textOf(band.name);
}

/** @param code ISO 3166-2. @returns undefined where the country's file has no such region. */
export function regionName({ country, translation }: View, code: string | null): Text | undefined {
  const region = country.programme.regions.find((one) => one.code === code);
  return region && translation.textOf(region.name);
}
