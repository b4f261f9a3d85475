/**
 * Text of the Common Expression Language, as Kubernetes' API server runs it (with its libraries of addresses and regular
 * expressions). https://kubernetes.io/docs/reference/using-api/cel/
 */

/** A text, or a list of texts, as a literal. */
export const literal = (value: string | readonly string[]): string =>
  typeof value === "string"
    ? JSON.stringify(value)
    : `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;

/** `a && b`; true for no terms. */
export const all = (...terms: readonly string[]): string =>
  terms.length === 0 ? "true" : terms.map((term) => `(${term})`).join(" && ");

/** `a || b`; false for no terms. */
export const any = (...terms: readonly string[]): string =>
  terms.length === 0 ? "false" : terms.map((term) => `(${term})`).join(" || ");

/** A field that may be absent: `field("object", "spec.externalName", '""')`. */
export const field = (root: string, path: string, otherwise: string): string =>
  `${root}${path
    .split(".")
    .map((name) => `.?${name}`)
    .join("")}.orValue(${otherwise})`;

/**
 * A condition on every item of a list, and the items that break it.
 * @param holds CEL of a condition on `item`.
 * @param text CEL of the text that names an item.
 */
export const every = (list: string, item: string, holds: string, text: string) => ({
  expression: `${list}.all(${item}, ${holds})`,
  names: `${list}.filter(${item}, !(${holds})).map(${item}, ${text})`,
});

/** RE2 allows no more repetitions. */
const maximumRepeat = 1000;

/** `text.matches(pattern)`, for a pattern that JavaScript and RE2 read alike. */
export const matches = (text: string, pattern: RegExp): string =>
  `${text}.matches(${literal(portable(pattern))})`;

/**
 * The pattern in RE2's syntax.
 * @throws Error where the pattern uses what RE2 lacks.
 */
export function portable(pattern: RegExp): string {
  if (!isPortable(pattern)) throw new Error(`RE2 has nothing like ${pattern.source}.`);
  const source = pattern.source
    .replaceAll(/\{(\d+),(\d+)\}/g, (repeat, least, most) =>
      Number(most) > maximumRepeat ? `{${least},}` : repeat,
    )
    .replaceAll("\\/", "/");
  const letters = [...pattern.flags].filter((flag) => flag === "i" || flag === "m").join("");
  return letters === "" ? source : `(?${letters})${source}`;
}

/** Whether RE2 can express it. */
export const isPortable = ({ source }: RegExp): boolean => !/\(\?[=!<]|\\[1-9]/.test(source);
