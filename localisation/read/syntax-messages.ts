/** Explains syntax errors of YAML to people who know neither the parser nor the specification. */
import type { ErrorCode } from "yaml";
import { kitPath } from "../../base/package-root.ts";
import { quote } from "../problem.ts";
import { CountrySchema } from "../schema/country.ts";
import { fileSchema, type SchemaNode } from "../schema/file-schema.ts";

export interface SyntaxMessage {
  readonly message: string;
  readonly remediation: string;
}

/** The lines around a mistake, without their line ends. */
export interface Surroundings {
  readonly before: readonly string[];
  readonly line: string;
  readonly after: readonly string[];
}

const isIndentedWithTab = (line: string): boolean => /^ *\t\s*\S/.test(line);

/** Whether a tab in the line or in the one before it is the cause. */
export const isTab = ({ before, line }: Surroundings): boolean =>
  isIndentedWithTab(line) || isIndentedWithTab(before.at(-1) ?? "");

/** @param detail the parser's own message, used where there is no better one. */
export function describeSyntax(code: ErrorCode, detail: string, around: Surroundings): SyntaxMessage {
  if (isTab(around)) return tab;
  const words =
    (code === "BLOCK_AS_IMPLICIT_KEY" ? twoKeys(around) : undefined) ??
    byCode[code] ??
    say(`${detail.replace(/[.\s]+$/, "")}.`, compareWithTemplate);
  return typeof words === "function" ? words(detail) : words;
}

const say = (message: string, remediation: string): SyntaxMessage => ({ message, remediation });

const compareWithTemplate = `Compare the line with ${kitPath("countries/template.yaml")}.`;
const quoteIt = 'Put the whole text in quotes: "…".';

const tab = say("The line is indented with a tab.", "Indent with two spaces for each level.");

const byCode: Partial<Record<ErrorCode, SyntaxMessage | ((detail: string) => SyntaxMessage)>> = {
  TAB_AS_INDENT: tab,
  BAD_INDENT: indentation,
  MISSING_CHAR: missing,
  UNEXPECTED_TOKEN: unexpected,
  BLOCK_AS_IMPLICIT_KEY: say("The line holds two keys, or a text with a colon.", quoteIt),
  BLOCK_IN_FLOW: say(
    "Inside brackets a comma is missing, or a text holds a colon.",
    "Write a comma between items; put a text with a colon in quotes.",
  ),
  MULTILINE_IMPLICIT_KEY: say(
    "A key's colon, or the space after it, is missing.",
    "Write key: value on one line.",
  ),
  KEY_OVER_1024_CHARS: say(
    "A key is longer than 1,024 characters.",
    "Check that a quote or a bracket is closed.",
  ),
  BAD_SCALAR_START: say("A text can't start with this character.", quoteIt),
  BAD_DQ_ESCAPE: say(
    "A backslash in double quotes starts an escape that doesn't exist.",
    "Write \\\\ for a backslash, or use single quotes.",
  ),
  BAD_ALIAS: say(
    "A word that starts with * refers to a value marked elsewhere, and no value has this mark.",
    quoteIt,
  ),
  ALIAS_PROPS: say("A reference (*name) can't have its own mark or type.", "Write the reference alone."),
  BAD_PROP_ORDER: say("A mark (&name) or type (!name) is before the dash or colon.", "Write it after that."),
  MULTIPLE_ANCHORS: say("The value has two marks (&name).", "Keep one."),
  MULTIPLE_TAGS: say("The value has two types (!name).", "Remove them."),
  TAG_RESOLVE_FAILED: say(
    "Types of YAML (words that start with !) are not supported.",
    `Remove the type. ${quoteIt}`,
  ),
  BAD_COLLECTION_TYPE: say("Types of YAML (words that start with !) are not supported.", "Remove the type."),
  BAD_DIRECTIVE: say(
    "Lines that start with % are directives of YAML, and this one is unknown.",
    "Remove it.",
  ),
};

/** A key with a value, and deeper keys below it: a list's dash is missing, or the line below is indented too far. */
function twoKeys({ before, line, after }: Surroundings): SyntaxMessage | undefined {
  const [, indent, dash, key] = /^( *)(-?)([A-Za-z][\w-]*): +\S/.exec(line) ?? [];
  const below = after.find(isContent) ?? "";
  if (indent === undefined || key === undefined || indentOf(below) <= indent.length) return undefined;
  if (dash === "-") return say('A space is missing after "-".', `Write "- ${key}: …".`);
  if (!/^ *(- +)?[A-Za-z][\w-]*:( |$)/.test(below)) return undefined;
  const above = before.findLast((other) => isContent(other) && indentOf(other) < indent.length);
  const group = /^ *(?:- +)?([A-Za-z]\w*): *(#.*)?$/.exec(above ?? "")?.[1];
  const list = group !== undefined && listKeys.has(group);
  return list
    ? say(`${quote(group)} is a list, and the "- " before ${key} is missing.`, `Write "- ${key}: …".`)
    : say(
        `The line below is indented deeper, and ${quote(key)} has a value already.`,
        "Indent both the same.",
      );
}

const isContent = (line: string): boolean => /^\s*[^\s#]/.test(line);
const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Keys of the localisation file whose value is a list of groups. */
const listKeys: ReadonlySet<string> = new Set(keysOfLists(fileSchema(CountrySchema)));

function keysOfLists(schema: SchemaNode): string[] {
  const below = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  const own = Object.entries(schema.properties ?? {}).filter(([, { items }]) => items?.type === "object");
  return [...own.map(([key]) => key), ...below.flatMap(keysOfLists)];
}

function indentation(detail: string): SyntaxMessage {
  if (detail.startsWith("Flow"))
    return say(
      "A bracket is not closed, or closed by the wrong one.",
      "Close [ with ] and { with }. A # after a space starts a comment; put it in quotes.",
    );
  return say(
    "The indentation matches no level above.",
    "Indent all keys of a group the same, two spaces deeper than the name of the group.",
  );
}

function missing(detail: string): SyntaxMessage {
  if (detail.includes("closing")) return say("A quote is not closed.", "Close it on the same line.");
  if (detail.includes("Comments"))
    return say("A comment touches the text before it.", "Write a space before #, or put the text in quotes.");
  if (detail.includes("map values")) return say("A key has no colon.", "Write key: value.");
  if (detail.includes("- indicator"))
    return say(
      "The line is not an item of the list above and does not belong to one of its items.",
      'Start an item with "- ", or indent the line like the keys of the item above.',
    );
  if (detail.includes("Missing ,"))
    return say("A comma is missing between two items in brackets.", "Write a comma between them.");
  if (detail.includes("space after")) return say("A space is missing after the colon.", "Write key: value.");
  if (detail.includes("directives-end") || detail.includes("doc-start"))
    return say("A directive (%) has no --- line after it.", "Remove the directive.");
  return say(`${detail}.`, compareWithTemplate);
}

function unexpected(detail: string): SyntaxMessage {
  if (/flow-(map|seq)-end|^Unexpected [\]}]/.test(detail))
    return say("A bracket closes that was not opened.", "Remove it, or open it.");
  if (/^Unexpected ,/.test(detail) || detail.includes("empty item"))
    return say("There is a comma instead of an item.", "Remove one comma.");
  if (detail.includes("at node end"))
    return say(
      "Something follows a value that has ended already.",
      `Remove it, or start a new line. ${quoteIt}`,
    );
  if (detail.includes("Flow") || detail.includes("flow"))
    return say("A bracket is not closed, or closed by the wrong one.", "Close [ with ] and { with }.");
  if (detail.includes("Block scalar header"))
    return say("Text follows the | or > on its line.", "Start the text on the next line, indented.");
  return say("This is not allowed here.", `Check the quotes, brackets and colons of this line. ${quoteIt}`);
}
