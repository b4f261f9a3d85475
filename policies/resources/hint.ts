/**
 * Whether a text contains one of some words. Patterns are tried only on such texts: most texts have none of the words, and
 * a search for a plain word is many times faster than a pattern.
 */
export const holdsOneOf =
  (...words: readonly string[]) =>
  (text: string): boolean =>
    words.some((word) => text.includes(word));
