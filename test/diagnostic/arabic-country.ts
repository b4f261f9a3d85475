/** A country's file in Arabic and English. */
import { join } from "node:path";
import { packageRoot } from "../../base/package-root.ts";
import { readCatalogue } from "../../localisation/languages/catalogue.ts";
import type { LoadedCountry } from "../../localisation/load.ts";

export function inArabic({
  country,
  catalogues,
}: Pick<LoadedCountry, "country" | "catalogues">): Pick<LoadedCountry, "country" | "catalogues"> {
  const languages = ["ar", "en"];
  const named = <T extends { readonly name: object }>(one: T, name: string) => ({
    ...one,
    name: { ...one.name, ar: name },
  });
  const operator = { ...country.programme.operator, phone: "+20 2 0000 0000" };
  return {
    country: {
      ...country,
      country: "EG",
      languages,
      diagnostic: { ...country.diagnostic, languages },
      names: { ar: "مصر", en: "Egypt" },
      programme: {
        ...named(country.programme, "المصانع المتصلة"),
        operator,
        sizeBands: country.programme.sizeBands.map((band, at) => named(band, `الفئة ${at + 1}`)),
      },
      support: { ...country.support, phone: operator.phone, hours: { ar: "من 8:00 إلى 16:00" } },
    },
    catalogues: {
      ...catalogues,
      ar: readCatalogue(join(packageRoot, "countries", "languages", "ar.yaml")),
    },
  };
}
