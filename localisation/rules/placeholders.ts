/**
 * A draft has placeholders for what only the country's team knows, with names that RFC 2606 reserves for examples.
 * A production environment refuses them.
 */
import type { Examination, Rule } from "../check/examination.ts";
import { type PathSegment, quote } from "../problem.ts";
import { clusterTargets } from "../schema/hosting.ts";

const placeholders: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /(?<![\p{L}\p{N}])example(?![\p{L}\p{N}])/iu, what: "is a placeholder" },
  { pattern: /[\w-]\.(test|invalid|localhost)(?=[:/]|$)/i, what: "is a placeholder" },
  { pattern: /(?<!\d)(123456789012|000000000000)(?!\d)/, what: "is the account number of the documentation" },
];

/** Quotations and texts for readers may use the word. Paths with `/` between fields. */
export const withoutPlaceholders: ReadonlySet<string> = new Set([
  "residency/laws",
  "diagnostic",
  "hosting/environments",
]);

/** Why a text is not the real value, such as `is a placeholder`; undefined where it may be. */
export const placeholderIn = (text: string): string | undefined =>
  placeholders.find(({ pattern }) => pattern.test(text))?.what;

export const productionHasNoPlaceholders: Rule = (examination) => {
  if (examination.circumstances.environment !== "production") return;
  const target = examination.read("hosting", "target");
  const unused = new Set(clusterTargets.filter((name) => name !== target).map((name) => `hosting/${name}`));
  visit(examination, examination.draft, [], unused);
};

function visit(
  examination: Examination,
  value: unknown,
  path: readonly PathSegment[],
  unused: ReadonlySet<string>,
): void {
  const place = path.join("/");
  if (withoutPlaceholders.has(place) || unused.has(place)) return;
  if (typeof value === "string") {
    const found = placeholderIn(value);
    if (found === undefined || !examination.isWritten(path)) return;
    examination.report(path, `${quote(value)} ${found}, and this is production.`, "Write the real one.");
  } else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value))
      visit(examination, item, [...path, Array.isArray(value) ? Number(key) : key], unused);
}
