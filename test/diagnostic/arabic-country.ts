/** A country's file in Arabic and English: each of its texts has an Arabic one. */
import { join } from "node:path";
import { packageRoot } from "../../base/package-root.ts";
import { readCatalogue } from "../../localisation/languages/catalogue.ts";
import type { LoadedCountry } from "../../localisation/load.ts";

type Loaded = Pick<LoadedCountry, "country" | "catalogues">;

const phone = "+20 2 0000 0000";

export function inArabic({ country: english, catalogues }: Loaded): Loaded {
  const languages = ["ar", "en"];
  const country = withArabicTexts(english);
  return {
    country: {
      ...country,
      country: "EG",
      languages,
      diagnostic: { ...country.diagnostic, languages },
      programme: { ...country.programme, operator: { ...country.programme.operator, phone } },
      support: { ...country.support, phone },
    },
    catalogues: {
      ...catalogues,
      ar: readCatalogue(join(packageRoot, "countries", "languages", "ar.yaml")),
    },
  };
}

/** A text by language has a key for English. */
function withArabicTexts<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withArabicTexts) as T;
  const entries = Object.entries(value).map(([key, item]) => [key, withArabicTexts(item)]);
  return Object.fromEntries(
    typeof entries.find(([key]) => key === "en")?.[1] === "string" ? [...entries, ["ar", "نص"]] : entries,
  );
}
