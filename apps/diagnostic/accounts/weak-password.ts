/**
 * Refuses passwords that are guessed first (NIST SP 800-63B, section 5.1.1.2): common words, a person's own name or address,
 * repeated characters, rows of keys or of the alphabet. zxcvbn estimates how many guesses a password takes
 * (D. Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016).
 */
import type { ZxcvbnFactory } from "@zxcvbn-ts/core";

export type Weakness = "common" | "repeated" | "own";

/** At least 10^8 guesses: zxcvbn's "safely unguessable", enough with a slow hash and limits of attempts. */
const enough = 3;
const shortestWord = 3;

let loading: Promise<ZxcvbnFactory> | undefined;

/**
 * @param common more words that are common here, such as the page's own word for a password.
 * @param own the person's address, the company's name and the like.
 * @returns undefined for a password that is hard to guess.
 */
export async function weaknessOf(
  password: string,
  { common, own }: { common: readonly string[]; own: readonly string[] },
): Promise<Weakness | undefined> {
  loading ??= loadZxcvbn();
  const zxcvbn = await loading;
  const text = plain(password);
  const commonWords = common.flatMap(wordsOf);
  const { score, sequence } = zxcvbn.check(text, commonWords);
  const hasWord = sequence.some(({ pattern, token }) => pattern === "dictionary" && /\p{L}/u.test(token));
  if (score < enough) return hasWord ? "common" : "repeated";
  const all = [...commonWords, ...own.flatMap(wordsOf)];
  const withoutSigns = text.replace(/[^\p{L}\p{N}]/gu, "");
  return zxcvbn.check(withoutSigns, all).score < enough ? "own" : undefined;
}

/** Loaded with the first password: the lists take a fifth of a second, and a start of the stack needs none. */
async function loadZxcvbn(): Promise<ZxcvbnFactory> {
  const [core, lists] = await Promise.all([import("@zxcvbn-ts/core"), import("@zxcvbn-ts/language-common")]);
  return new core.ZxcvbnFactory({ dictionary: lists.dictionary, graphs: lists.adjacencyGraphs });
}

/** Lower case, without accents, so that "şifre" is found as "sifre". */
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ı", "i");
}

/** A name whole, its words, and each run of its words written as one. */
function wordsOf(name: string): string[] {
  const whole = plain(name);
  const parts = whole.split(/[^\p{L}\p{N}]+/u);
  const runs = parts.flatMap((_, first) =>
    parts.slice(first).map((_, to) => parts.slice(first, first + to + 1).join("")),
  );
  return [whole, whole.split("@", 1)[0]!, ...runs].filter(({ length }) => length >= shortestWord);
}
