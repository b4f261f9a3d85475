/** Texts of a country's file outside the pages, which have a translation of their own. */

/** The text in the first of the languages that it has, or in any. */
export const textIn = (text: Readonly<Record<string, string>>, languages: readonly string[]): string =>
  languages.map((language) => text[language]).find((found) => found !== undefined) ??
  Object.values(text)[0] ??
  "";
