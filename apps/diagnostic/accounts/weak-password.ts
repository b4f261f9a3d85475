/**
 * Refuses passwords that are guessed first (NIST SP 800-63B, section 5.1.1.2): common words, a person's own name or address,
 * repeated characters, rows of keys or of the alphabet. A password is cut into such parts and single characters in the way
 * that costs least; each part costs as much as that many characters that nobody can guess.
 */
import { commonWords } from "./common-words.ts";

export type Weakness = "common" | "repeated" | "own";

const enough = 8;
const wordCost = 3;
const fewestCharacters = 5;
const shortestWord = 4;
const longestWord = 20;
const shortestRow = 3;

const rows = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "1q2w3e4r5t6y7u8i9o0p",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  "qazwsxedcrfvtgbyhnujmikolp",
  "!@#$%^&*()_+",
].flatMap((row) => [row, backwards(row)]);

/** Signs that stand for letters, with the letters that they stand for. */
const lookalikes: readonly Readonly<Record<string, string>>[] = ["i", "l"].map((one) => ({
  "0": "o",
  "1": one,
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
}));

/** @param own the person's address, the company's name and the like. @returns undefined for a password that is hard to guess. */
export function weaknessOf(password: string, own: readonly string[]): Weakness | undefined {
  const text = plain(password);
  if (new Set(text).size < fewestCharacters || cost(text, new Set()) < enough) return "repeated";
  const ownWords = new Set(own.flatMap(wordsOf));
  if (cost(text, new Set(), ownWords) < enough) return "own";
  if (cost(text, commonWords) < enough) return "common";
  return cost(text, commonWords, ownWords) < enough ? "own" : undefined;
}

/** Lower case, without accents, so that "şifre" is found as "sifre". */
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ı", "i");
}

function wordsOf(name: string): string[] {
  const whole = plain(name);
  const parts = whole.split(/[^\p{L}\p{N}]+/u);
  return [whole, whole.split("@", 1)[0]!, parts.join(""), ...parts].filter(
    ({ length }) => length >= shortestRow,
  );
}

function cost(text: string, words: ReadonlySet<string>, ownWords: ReadonlySet<string> = new Set()): number {
  const period = periodOf(text);
  if (period < text.length) return cost(text.slice(0, period), words, ownWords) + 1;
  const longestOwn = Math.max(0, ...[...ownWords].map(({ length }) => length));
  const spellings = [
    text,
    ...lookalikes.map((letters) => text.replace(/./gsu, (sign) => letters[sign] ?? sign)),
  ];
  /** Cost of the first characters, by their number. */
  const costs = [0];
  for (let end = 1; end <= text.length; end += 1) {
    let least = costs[end - 1]! + 1;
    const first = Math.max(0, end - Math.max(longestWord, longestOwn, rows[0]!.length));
    for (let start = first; start < end - 1; start += 1) {
      const part = costOfPart(
        spellings.map((spelling) => spelling.slice(start, end)),
        words,
        ownWords,
      );
      least = Math.min(least, costs[start]! + part);
    }
    costs.push(least);
  }
  return costs[text.length]!;
}

/** @param spellings the part as typed, then with letters in place of signs. */
function costOfPart(
  spellings: readonly string[],
  words: ReadonlySet<string>,
  ownWords: ReadonlySet<string>,
): number {
  const typed = spellings[0]!;
  if (/^(?:19|20)\d\d$/.test(typed)) return 1;
  if (typed.length >= shortestRow && (/^(.)\1+$/su.test(typed) || rows.some((row) => row.includes(typed))))
    return 1;
  const known = (set: ReadonlySet<string>) =>
    spellings.some((spelling) => set.has(spelling) || set.has(backwards(spelling)));
  if (typed.length >= shortestRow && known(ownWords)) return 1;
  if (typed.length >= shortestWord && known(words)) return wordCost;
  return Number.POSITIVE_INFINITY;
}

/** After how many characters the text repeats itself; its length where it doesn't. */
function periodOf(text: string): number {
  for (let period = 1; period <= text.length / 2; period += 1)
    if (text.startsWith(text.slice(period))) return period;
  return text.length;
}

function backwards(text: string): string {
  return [...text].reverse().join("");
}
