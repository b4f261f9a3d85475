/** Countries' other codes, and their provinces, states and counties: ISO 3166 by the package iso-3166. */
import { createRequire } from "node:module";
import type * as Iso3166 from "iso-3166";

export interface Subdivision {
  /** ISO 3166-2, such as KE-01. */
  readonly code: string;
  readonly name: string;
  /** Of the country itself, not of another subdivision. */
  readonly isTop: boolean;
}

/** Five thousand codes are read only for files that name regions. */
const library = (): typeof Iso3166 => createRequire(import.meta.url)("iso-3166") as typeof Iso3166;

const known = new Map<string, readonly Subdivision[]>();

/** Every subdivision of a country, by code; empty where ISO 3166-2 has none. */
export function subdivisionsOf(country: string): readonly Subdivision[] {
  if (known.size === 0) {
    for (const { code, name, parent } of library().iso31662) {
      const owner = code.slice(0, 2);
      const list = (known.get(owner) ?? []) as Subdivision[];
      list.push({ code, name, isTop: parent === owner });
      known.set(owner, list);
    }
  }
  return known.get(country) ?? [];
}

/** ISO 3166-1 alpha-2 by alpha-3 (KEN) or number (404). */
export function alpha2Of(code: string): string | undefined {
  const { iso31661Alpha3ToAlpha2, iso31661NumericToAlpha2 } = library();
  return iso31661Alpha3ToAlpha2[code] ?? iso31661NumericToAlpha2[code];
}
