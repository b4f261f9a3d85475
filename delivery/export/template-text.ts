/**
 * YAML with Go templates in it. An object is written as a tree whose strings hold tokens; the tree becomes YAML, then the
 * tokens become template actions. Braces in the object's own texts are written so that they stay text.
 */
import { Document, isMap, isScalar, Scalar, visit } from "yaml";

export type Tree = string | number | boolean | null | readonly Tree[] | { readonly [key: string]: Tree };
export type Branch = { readonly [key: string]: Tree };

const open = "%%(";
const close = ")%%";
const encode = (action: string) => Buffer.from(action, "utf8").toString("hex");
const decode = (code: string) => Buffer.from(code, "hex").toString("utf8");

/** An action within a string. What it prints must need no escaping in YAML. */
export const action = (text: string): string => `${open}text:${encode(`{{ ${text} }}`)}${close}`;

/** A value of the chart that is a number, without other text. */
export const numberAction = (text: string): string => `${open}number:${encode(`{{ ${text} }}`)}${close}`;

/**
 * A map or list of the chart's values, without other text. As an item of a list, it stands for items that the values add to
 * the list.
 */
export const blockAction = (text: string): string => `${open}block:${encode(text)}${close}`;

/** Key of an entry that exists only while the condition holds. */
export const conditionalKey = (condition: string, key: string): string =>
  `${open}if:${encode(condition)}${close}${key}`;

/** The text as a template of its own, for use outside an object's YAML. */
export const plainTemplate = (text: string): string =>
  text.replace(textToken, (_, code: string) => decode(code).replaceAll('"{{"', "`{{`"));

/** A text of the object itself, with its braces kept. */
export const literal = (text: string): string => text.replaceAll("{{", action('"{{"'));

const token = /%%\((text|number|block|if):([0-9a-f]+)\)%%/;
const textToken = /%%\(text:([0-9a-f]+)\)%%/g;

export function templateText(tree: Tree): string {
  const document = new Document(tree, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(key, node) {
      // Whatever the action prints stays a string. A text of several lines is one in any case.
      if (key !== "key" && isScalar(node) && typeof node.value === "string" && token.test(node.value))
        if (!node.value.includes("\n")) node.type = Scalar.QUOTE_DOUBLE;
    },
    Map(_, node) {
      // An entry that may be absent can't be the one that carries a list item's dash.
      if (isMap(node)) node.items.sort((a, b) => Number(isConditional(a.key)) - Number(isConditional(b.key)));
    },
  });
  return withActions(document.toString({ lineWidth: 0 }));
}

const isConditional = (key: unknown) => String(isScalar(key) ? key.value : key).startsWith(`${open}if:`);

const conditional = /^(\s*)"?%%\(if:([0-9a-f]+)\)%%([^":]+)"?:/;
const block = /^(\s*(?:- )?)([^:]+): "%%\(block:([0-9a-f]+)\)%%"$/;

function withActions(yaml: string): string {
  const lines: string[] = [];
  /** Indents of the conditional entries that are open. */
  const entries: number[] = [];
  const indent = (line: string) => line.length - line.trimStart().length;
  for (const line of yaml.split("\n")) {
    const last = entries.at(-1);
    if (last !== undefined && line.trim() !== "" && indent(line) <= last) {
      lines.push("{{- end }}");
      entries.pop();
    }
    const found = conditional.exec(line);
    if (found === null) {
      lines.push(line);
      continue;
    }
    lines.push(`{{- if ${decode(found[2]!)} }}`);
    lines.push(line.replace(conditional, "$1$3:"));
    entries.push(found[1]!.length);
  }
  for (const _ of entries) lines.push("{{- end }}");
  return `${lines.map(blockLine).join("\n").trimEnd()}\n`
    .replace(/"%%\(number:([0-9a-f]+)\)%%"/g, (_, code: string) => decode(code))
    .replace(textToken, (_, code: string) => decode(code));
}

const items = /^(\s*)- "%%\(block:([0-9a-f]+)\)%%"$/;

function blockLine(line: string): string {
  const added = items.exec(line);
  if (added !== null) {
    const [, indent, code] = added;
    return `{{- with ${decode(code!)} }}\n${indent}{{- toYaml . | nindent ${indent!.length} }}\n{{- end }}`;
  }
  const found = block.exec(line);
  if (found === null) return line;
  const [, before, key, code] = found;
  return `${before}${key}: {{- toYaml ${decode(code!)} | nindent ${before!.length + 2} }}`;
}
