/** What every page is rendered with: the country, the language, who is signed in, where we are. */
import type { html } from "hono/html";
import type { MessageValues, Translation } from "../../../localisation/languages/translation.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import type { Assets } from "./assets.ts";
import type { SignedIn } from "./visitor.ts";

export type Html = ReturnType<typeof html>;

export interface View {
  readonly country: Country;
  readonly translation: Translation;
  readonly translations: ReadonlyMap<string, Translation>;
  /** Short for `translation.t`. */
  readonly t: (key: string, values?: MessageValues) => string;
  /** The page's path without the language. */
  readonly path: string;
  readonly signedIn: SignedIn | undefined;
  readonly asset: Assets["path"];
  readonly hasLogo: boolean;
}
