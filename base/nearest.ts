/** "Did you mean": the known word that is nearest to a mistyped one. */
import { distance } from "fastest-levenshtein";

/** The nearest of `known`, if it is near enough to be what was meant. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 60) return undefined;
  const folded = fold(word);
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of known) {
    const target = fold(candidate);
    const edits = target === folded ? 0 : distance(folded, target);
    const allowed = Math.max(1, Math.floor(Math.max(folded.length, target.length) / 3));
    const near = edits <= allowed || (folded.length >= 4 && target.startsWith(folded));
    if (near && (best === undefined || edits < best.edits)) best = { candidate, edits };
  }
  return best?.candidate;
}

/** `Data_Class`, `data-class` and `dataClass` are the same word to a person. */
const fold = (word: string): string =>
  word
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s_-]/g, "");
