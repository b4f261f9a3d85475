/** Runs the YAML parser within limits, and reports each mistake of the syntax once: the parser reports what follows from it too. */
import {
  Composer,
  type CST,
  type Document,
  isCollection,
  isScalar,
  Lexer,
  Parser,
  visit,
  type YAMLError,
} from "yaml";
import { LocalisationError, type Problem } from "../problem.ts";
import type { Source } from "./source.ts";
import { describeSyntax, isTab, type Surroundings } from "./syntax-messages.ts";

export const maximumDepth = 40;
/** The parser's own count of open collections; an indented group opens up to two. */
const maximumParserDepth = 120;
const maximumTokens = 250_000;
const maximumSyntaxProblems = 20;

/** Marks a value that is still to be filled in; its text is the question that the value answers. */
export const todo = { tag: "!todo", resolve: (text: string) => text };

export type Locate = (offset: number) => Position;
type Position = Pick<Problem, "file" | "line" | "column">;

/** @throws LocalisationError where the text is not one document of YAML. */
export function compose(source: Source, place: Locate): Document.Parsed {
  const documents = documentsOf(source.text, place);
  const [first, second] = documents;
  const problems = syntaxProblems(source.text, documents, place);
  if (second !== undefined)
    problems.push({
      ...place(second.range[0]),
      path: "",
      message: "A second document starts here.",
      remediation: 'Keep one document per file; remove the "---" line.',
    });
  if (problems.length > 0 || first === undefined) throw new LocalisationError(problems);
  return first;
}

function documentsOf(text: string, place: Locate): Document.Parsed[] {
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
    customTags: [todo],
  });
  return [...composer.compose(boundedTokens(text, place), true, text.length)] as Document.Parsed[];
}

/**
 * After a mistake the parser misreads what follows, at the most until the next key at the left margin. So the first
 * mistake is reported, its part of the file is taken away, and what is left is read again.
 */
function syntaxProblems(text: string, documents: readonly Document.Parsed[], place: Locate): Problem[] {
  const problems: Problem[] = [];
  let left = text;
  let tabs = false;
  let found = firstError(documents);
  // Each round reads the whole file again.
  for (let round = text.length > 100_000 ? 15 : 0; found !== undefined; round += 1) {
    const around = surroundings(left, found.offset);
    const tab = isTab(around);
    // Whoever indents with tabs does it everywhere.
    if (!tab || !tabs)
      problems.push({
        ...place(tab ? around.tabOffset : found.offset),
        path: "",
        ...describeSyntax(found.error.code, found.error.message, around),
      });
    if (round >= maximumSyntaxProblems) break;
    tabs ||= tab;
    left = withoutPart(left, found.offset);
    found = firstError(documentsOf(left, place));
  }
  return problems;
}

function firstError(documents: readonly Document.Parsed[]): { error: YAMLError; offset: number } | undefined {
  return documents
    .flatMap((document) => [...document.errors, ...document.warnings])
    .map((error) => ({ error, offset: opening(error, documents[0]) ?? error.pos[0] }))
    .reduce<{ error: YAMLError; offset: number } | undefined>(
      (first, next) => (first === undefined || next.offset < first.offset ? next : first),
      undefined,
    );
}

/** Blanks the text from the key at the left margin before the offset to the next one; places stay the same. */
function withoutPart(text: string, offset: number): string {
  const starts = [...text.matchAll(/^[^\s#\-\]}]/gm)].map(({ index }) => index);
  const at = starts.findLastIndex((start) => start <= offset);
  const from = starts[at] ?? 0;
  const to = starts[at + 1] ?? text.length;
  return text.slice(0, from) + text.slice(from, to).replaceAll(/[^\n]/g, " ") + text.slice(to);
}

/** The lines around a mistake, as they were typed. */
function surroundings(text: string, offset: number): Surroundings & { readonly tabOffset: number } {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(0, start).split("\n").slice(0, -1);
  const [line = "", ...after] = text.slice(start).split("\n");
  const isTabbed = (candidate: string) => /^ *\t\s*\S/.test(candidate);
  const previous = before.at(-1) ?? "";
  const tabStart = !isTabbed(line) && isTabbed(previous) ? start - previous.length - 1 : start;
  return { before, line, after, tabOffset: tabStart };
}

/** Where an unclosed quote or bracket opens: the parser reports it only later in the text. */
function opening(error: YAMLError, yaml: Document.Parsed | undefined): number | undefined {
  const isQuote = error.code === "MISSING_CHAR" && error.message.includes("closing");
  const isBracket = error.code === "BAD_INDENT" && error.message.startsWith("Flow");
  if (yaml === undefined || !(isQuote || isBracket)) return undefined;
  let start: number | undefined;
  const [at] = error.pos;
  visit(yaml, (_, node) => {
    if (!isScalar(node) && !(isCollection(node) && node.flow === true)) return;
    if (isScalar(node) === isQuote && node.range != null && node.range[0] < at && node.range[1] >= at)
      start = node.range[0];
  });
  return start;
}

/** Stops at a limit, so that no file can exhaust the parser. */
function* boundedTokens(text: string, place: Locate): Generator<CST.Token> {
  const parser = new Parser();
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    count += 1;
    if (parser.stack.length > maximumParserDepth)
      throw new LocalisationError([tooDeep(place(parser.offset))]);
    if (count > maximumTokens) throw new LocalisationError([tooMuch(place(parser.offset))]);
  }
  yield* parser.end();
}

const tooMuch = (position: Position): Problem => ({
  ...position,
  path: "",
  message: `Up to here the file has ${maximumTokens.toLocaleString("en")} words and signs, the most that are read.`,
  remediation: "Check that it is the right file.",
});

export const tooDeep = (position: Position): Problem => ({
  ...position,
  path: "",
  message: `The values are nested more than ${maximumDepth} deep.`,
  remediation: "Check the brackets and the indentation.",
});
