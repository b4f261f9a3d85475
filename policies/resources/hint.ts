import { rememberTexts } from "./last.ts";

/**
 * Whether a text contains one of some words. Patterns are tried only on such texts: most texts have none of the words, and
 * a search for a plain word is many times faster than a pattern.
 */
export function holdsOneOf(...words: readonly string[]): (text: string) => boolean {
  const search = (text: string): boolean => words.some((word) => text.includes(word));
  const remembered = rememberTexts(search);
  return (text) => (text.length < longEnough ? search(text) : remembered(text));
}

/** Shorter texts are searched faster than they are looked up. */
const longEnough = 200;
