/** What a localisation file marks as open: comments with "to be confirmed", and fields with an example value. */
import { LineCounter, parseDocument } from "yaml";
import { placeholderIn, withoutPlaceholders } from "../localisation/rules/placeholders.ts";
import type { Country } from "../localisation/schema/country.ts";
import { clusterTargets } from "../localisation/schema/hosting.ts";

export interface Remark {
  readonly line: number;
  readonly text: string;
}

const mark = /to be confirmed/i;

/**
 * The YAML comments that say "to be confirmed". Consecutive comment lines are one remark.
 * @param text of a localisation file.
 */
export function remarksToConfirm(text: string): Remark[] {
  const remarks: { line: number; text: string }[] = [];
  let previous = -1;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const comment = /^\s*#(.*)$/.exec(line)?.[1];
    if (comment === undefined) continue;
    const last = remarks.at(-1);
    if (last !== undefined && previous === index - 1) last.text += ` ${comment.trim()}`;
    else remarks.push({ line: index + 1, text: comment.trim() });
    previous = index;
  }
  // The comment at the top of the file explains the mark.
  return remarks.filter((remark) => mark.test(remark.text) && remark.line > firstKeyLine(text));
}

function firstKeyLine(text: string): number {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const start = document.contents?.range?.[0] ?? 0;
  return lines.linePos(start).line;
}

/** Fields that the target reads and whose value is a placeholder; production refuses them. */
export function placeholdersOf(
  country: Country,
  target: Country["hosting"]["target"],
): { path: string; value: string }[] {
  const otherTargets = new Set<string>(clusterTargets.filter((name) => name !== target));
  const found: { path: string; value: string }[] = [];
  const visit = (value: unknown, path: string): void => {
    if (withoutPlaceholders.has(path.replaceAll(".", "/"))) return;
    if (otherTargets.has(path.replace(/^hosting\./, ""))) return;
    if (typeof value === "string") {
      if (placeholderIn(value) !== undefined) found.push({ path, value });
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, `${path}[${index}]`);
    } else if (typeof value === "object" && value !== null)
      for (const [key, item] of Object.entries(value)) visit(item, path === "" ? key : `${path}.${key}`);
  };
  visit(country, "");
  return found;
}
