/**
 * Signs that nobody sees: they come with text that is copied from web pages and documents. In texts for people some are
 * right (a no-break space in French, joiners in Persian and Hindi, marks of direction in Arabic), in keys and codes none.
 */

const names: readonly (readonly [first: number, last: number, name: string])[] = [
  [0x00a0, 0x00a0, "a no-break space"],
  [0x00ad, 0x00ad, "a soft hyphen"],
  [0x061c, 0x061c, "a mark of direction"],
  [0x115f, 0x1160, "an empty letter"],
  [0x180e, 0x180e, "a zero-width separator"],
  [0x2000, 0x200a, "a space of a fixed width"],
  [0x200b, 0x200b, "a zero-width space"],
  [0x200c, 0x200d, "a zero-width joiner"],
  [0x200e, 0x200f, "a mark of direction"],
  [0x2028, 0x2029, "a line separator"],
  [0x202a, 0x202e, "a sign that turns the direction of the text round"],
  [0x202f, 0x202f, "a narrow no-break space"],
  [0x205f, 0x205f, "a space of a fixed width"],
  [0x2060, 0x2064, "a zero-width sign"],
  [0x2066, 0x2069, "a mark of direction"],
  [0x2800, 0x2800, "an empty letter"],
  [0x3000, 0x3000, "a wide space"],
  [0x3164, 0x3164, "an empty letter"],
  [0xfe00, 0xfe0f, "a variation selector"],
  [0xfeff, 0xfeff, "a zero-width no-break space"],
  [0xfff9, 0xfffb, "a mark of annotation"],
  [0xe0000, 0xe007f, "a tag"],
];

const hex = (code: number): string => `\\u{${code.toString(16)}}`;
const anySign = new RegExp(`[${names.map(([first, last]) => `${hex(first)}-${hex(last)}`).join("")}]`, "u");
const everySign = new RegExp(anySign, "gu");

/** Right in no text: they hide what is written or change how it reads. */
const nowhere = /[\u180e\u2028\u2029\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
/** Scripts without spaces between words, where U+200B marks the end of a word. */
const withoutSpaces = "[\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}\\p{sc=Tibetan}\\p{sc=Javanese}]";
const strayZeroWidthSpace = new RegExp(`(?<!${withoutSpaces})\\u200b|\\u200b(?!${withoutSpaces})`, "u");
/** In place of the space after a key's colon or a list's dash. */
const inPlaceOfASpace = new RegExp(
  `(?<=^ *(?:- +)*(?:-|[A-Za-z][\\w-]*:))(?:${anySign.source.replace(/\\u\{fe00\}-\\u\{fe0f\}/, "")})`,
  "mu",
);
const everyWrongSign = new RegExp(
  [nowhere, strayZeroWidthSpace, inPlaceOfASpace].map(({ source }) => source).join("|"),
  "gmu",
);

/** `U+200B` */
export const codePoint = (sign: string): string =>
  `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** `U+200B, a zero-width space` */
export function nameOfSign(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  const name = names.find(([first, last]) => code >= first && code <= last)?.[2];
  return name === undefined ? codePoint(sign) : `${codePoint(sign)}, ${name}`;
}

/** The first sign in a key or a code that can't be seen; undefined where there is none. */
export const invisibleIn = (text: string): string | undefined => anySign.exec(text)?.[0];

/** The text without them. */
export const withoutInvisible = (text: string): string => text.replaceAll(everySign, "");

export interface FoundSign {
  readonly offset: number;
  readonly sign: string;
}

/** Signs of a file's text that are right in no text, or stand where YAML needs a plain space. */
export const wrongSigns = (text: string): FoundSign[] =>
  // Nearly every file has none of them.
  anySign.test(text)
    ? [...text.matchAll(everyWrongSign)].map((match) => ({ offset: match.index, sign: match[0] }))
    : [];
