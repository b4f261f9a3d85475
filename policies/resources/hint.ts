/**
 * Whether a text contains one of some words. Patterns are tried only on such texts: most texts have none of the words, and
 * a search for a plain word is many times faster than a pattern.
 */
export function holdsOneOf(...words: readonly string[]): (text: string) => boolean {
  const read = new Map<string, boolean>();
  const search = (text: string) => words.some((word) => text.includes(word));
  return (text) => {
    if (text.length < long) return search(text);
    // Long texts, such as catalogues of messages, are in several objects.
    const known = read.get(text);
    if (known !== undefined) return known;
    if (read.size >= 64) read.clear();
    const found = search(text);
    read.set(text, found);
    return found;
  };
}

const long = 2000;
