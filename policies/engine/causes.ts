/** Findings by cause: what one policy says of many places, apart from the names that it says it of, is said once. */
import type { Finding } from "./findings.ts";

/** What is read of a finding: the report's are of another type. */
type Grouped = Pick<Finding, "policy" | "verdict" | "subject" | "message" | "remediation"> & {
  readonly value?: string | undefined;
  readonly waiver?: string | undefined;
};

/** What is wrong, and every place where it is. */
export interface Cause<F extends Grouped = Finding> {
  /** The same in every check with this cause, whatever its places are: for programs that follow findings over time. */
  readonly id: string;
  /** What is wrong and how to fix it; an ellipsis stands where the places differ. */
  readonly message: string;
  readonly remediation: string;
  /** All of one policy, verdict and waiver; at least one, in the order of the check. */
  readonly findings: readonly [F, ...F[]];
}

/** @returns causes in the order of their first finding. */
export function causesOf<F extends Grouped>(findings: readonly F[]): Cause<F>[] {
  const causes = new Map<string, { id: string; findings: [F, ...F[]] }>();
  for (const finding of findings) {
    const { policy, verdict, waiver = "", message, remediation } = finding;
    const names = namesIn(finding);
    const id = [policy, verdict, waiver, shapeOf(message, names), shapeOf(remediation, names)]
      .join(" ")
      .replaceAll(/ {2,}/g, " ");
    const known = causes.get(id);
    if (known === undefined) causes.set(id, { id, findings: [finding] });
    else known.findings.push(finding);
  }
  return [...causes.values()].map((cause) => ({
    ...cause,
    message: sharedText(cause.findings, ({ message }) => message),
    remediation: sharedText(cause.findings, ({ remediation }) => remediation),
  }));
}

const ellipsis = "…";

/** Words, and what stands in quotes as one word. */
const wordsOf = (text: string): string[] => text.match(/"[^"]*"\S*|\S+/g) ?? [];
const core = (word: string): string => word.replace(/^["'“‘(]+/, "").replace(/["'”’)]*[.,;:]*["'”’)]*$/, "");

/** Names of the finding's own resource and value. */
function namesIn({ subject, value = "" }: Grouped): ReadonlySet<string> {
  return new Set([subject, value].flatMap((text) => [text, ...text.split(/[\s,/.:[\]]+/)]));
}

/** Words after which a name comes, even one that could be any other word. */
const named = new Set([
  ...["container", "namespace", "image", "bucket", "role", "user", "key", "topic", "host", "zone", "region"],
  ...["class", "account", "policy", "waiver", "database", "annotation", "label", "variable", "secret"],
]);

const isName = (word: string): boolean =>
  word.startsWith('"') || /[\d/:@_*={}[\]…-]|\p{Ll}\p{Lu}|.\../u.test(core(word));

/** The text with each name, or list of names, as an ellipsis. */
function shapeOf(text: string, names: ReadonlySet<string>): string {
  return pieces(text, names)
    .map(({ word, name }) => (name ? ellipsis : word))
    .join(" ");
}

interface Piece {
  readonly word: string;
  readonly name: boolean;
}

function pieces(text: string, names: ReadonlySet<string>): Piece[] {
  const found: Piece[] = [];
  let before = "";
  for (const word of wordsOf(text)) {
    const name = isName(word) || names.has(core(word)) || named.has(before);
    const last = found.at(-1);
    if (name && last?.name) found[found.length - 1] = { word: `${last.word} ${word}`, name };
    else found.push({ word, name });
    before = word;
  }
  return found;
}

/** The text of all findings: names that differ become an ellipsis, with the punctuation that ends them. */
function sharedText(
  findings: readonly [Grouped, ...Grouped[]],
  textOf: (finding: Grouped) => string,
): string {
  const [first, ...others] = findings;
  const text = textOf(first);
  const different = others.filter((finding) => textOf(finding) !== text);
  if (different.length === 0) return text;
  const all = different.map((finding) => pieces(textOf(finding), namesIn(finding)));
  return pieces(text, namesIn(first))
    .map(({ word }, index) =>
      all.every((other) => other[index]?.word === word)
        ? word
        : `${ellipsis}${/[.,;:]+$/.exec(word)?.[0] ?? ""}`,
    )
    .join(" ");
}
