/**
 * Whether a text holds one of some words. Patterns are tried only where one is found: most texts have none, and a search
 * for a plain word is many times faster than a pattern.
 */
export const holdsOneOf =
  (...words: readonly string[]) =>
  (text: string): boolean =>
    words.some((word) => text.includes(word));
