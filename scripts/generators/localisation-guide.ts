/** Writes docs/localisation.md, the reference of the localisation file, from its schema. */

import { fileSchemas } from "../../localisation/check/schema-check.ts";
import { inline } from "../../localisation/check/validation.ts";
import { hasDefault, type SchemaNode } from "../../localisation/schema/file-schema.ts";

const introduction = `# The localisation file

One YAML file per country, \`countries/<country>.yaml\`, holds all that makes the country's rollout its own. Start one with
\`npx rollout init KE\`: languages, time zone, currency and week are Unicode CLDR's, regions ISO 3166-2's, and what only the country's
team knows is a question. [\`countries/template.yaml\`](../countries/template.yaml) is the required minimum; every other field below has a
default. Check a file with \`npx rollout validate countries/ke.yaml\`: it reports all problems at once, each with file, line,
column, and how to fix it. A file of an older version is brought up to date by \`npx rollout migrate\`, which
keeps comments and order.

- The first line \`# yaml-language-server: $schema=./schema.json\` lets editors complete and check fields while you type
  (VS Code with the YAML extension, IntelliJ, Neovim, Helix).
- \`!todo\` and a question stand for any value that is still to be filled in, but \`apiVersion\`, \`country\` and \`languages\`: \`validate\` names
  each, a pilot shows the question where the answer will stand (a number is the least that is allowed), \`production\` refuses it. It refuses
  words such as "example", "contoh" or "TBD", addresses kept for examples and telephones of zeros too.
- \`npx rollout explain <file> [part]\` shows every value in force, where it comes from (line, environment, default) and what depends on it,
  and the year's shifts and holidays. \`validate\` shows the week and the holidays that follow from the country: have them confirmed.
- YAML 1.2 is read: \`NO\` is text, not false. Put digits that are not numbers in quotes: \`"10"\`. Tabs, merge keys (\`<<\`),
  other types (\`!tag\`) and duplicate keys are refused; files are UTF-8 and at most 1 MB.
- Texts for people have a value for each language, \`{ en: South Africa, af: Suid-Afrika }\`, or one for all, such as a proper name:
  \`name: Gauteng\`. Texts of the diagnostic need every language that it offers; elsewhere a missing language falls back to the first of \`languages\`.
- A size band gives what the law limits: \`employees\`, \`annualTurnover\`, \`capital\` or \`assets\`. Where bands do not count employees, companies
  are asked how large they are. \`from\` and \`until\` of laws and authorities say which counts when one takes another's place.
- \`checked\` is the day of the last look at a fact's source; \`validate\` tells where it is missing or two years old, and what names another
  country: a title, an address, a telephone code.
- Texts of the pages and of the standard questions are in \`countries/languages/<language>.yaml\`, or in a \`languages\`
  folder next to your file. [Translating](translating.md) has their format.
- \`hosting.environments\` holds what is different in \`training\`, \`pilot\`, \`staging\` or \`production\`: maps are merged,
  lists and plain values are replaced. \`production\` refuses placeholders such as \`office@example.gov.za\`.

*This page is generated from \`localisation/schema/\` by \`npm run generate\`.*
`;

export function localisationGuide(): string {
  const { properties = {}, required = [] } = fileSchemas.country;
  const plain = Object.entries(properties).filter(([, schema]) => !isGroup(schema));
  const groups = Object.entries(properties).filter(([, schema]) => isGroup(schema));
  const sections = [
    "## At the top\n",
    table(plain.map(([key, schema]) => ({ key, schema, required: required.includes(key) }))),
    ...groups.flatMap(([key, schema]) => group(key, schema, required.includes(key), 2)),
  ];
  return `${introduction}\n${sections.join("\n")}`;
}

const isGroup = (schema: SchemaNode): boolean =>
  schema.type === "object" && schema.properties !== undefined && schema.overlay !== true;
const isListOfGroups = (schema: SchemaNode): boolean => schema.items !== undefined && isGroup(schema.items);

interface Row {
  readonly key: string;
  readonly schema: SchemaNode;
  readonly required: boolean;
}

function group(path: string, schema: SchemaNode, isRequired: boolean, level: number): string[] {
  const of = isGroup(schema)
    ? schema
    : isGroup(valueOfMap(schema))
      ? valueOfMap(schema)
      : (schema.items ?? {});
  const { properties = {}, required = [] } = of;
  const rows = Object.entries(properties).map(([key, child]) => ({
    key,
    schema: child,
    required: required.includes(key),
  }));
  const presence = isRequired || hasDefault(schema) ? "" : "Optional; without it there is none.";
  const heading = `\n${"#".repeat(Math.min(level, 4))} \`${path}\`\n`;
  const text = [schema.description, presence].filter(Boolean).join(" ");
  const deeper = rows.filter(({ schema: child }) => hasInside(child));
  const [first] = deeper;
  // Groups that differ in name alone, such as the data classes, are explained once.
  const alike =
    first !== undefined &&
    deeper.length > 2 &&
    deeper.every((row) => shape(row.schema) === shape(first.schema));
  return [
    heading,
    `${text}\n`,
    table(rows),
    ...(alike
      ? group(
          `${path}.*`,
          { ...first.schema, description: "All of these groups hold the same fields." },
          true,
          level + 1,
        )
      : deeper.flatMap((row) => group(inside(path, row), row.schema, row.required, level + 1))),
  ];
}

const shape = ({ title, description, ...rest }: SchemaNode): string => JSON.stringify(rest);
const valueOfMap = (schema: SchemaNode): SchemaNode => Object.values(schema.patternProperties ?? {})[0] ?? {};
const hasInside = (schema: SchemaNode): boolean =>
  isGroup(schema) || isListOfGroups(schema) || isGroup(valueOfMap(schema));

function inside(path: string, { key, schema }: Row): string {
  if (isGroup(schema)) return `${path}.${key}`;
  return isListOfGroups(schema) ? `${path}.${key}[]` : `${path}.${key}.*`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ key, schema, required }) =>
    [`\`${key}\``, kind(schema), presence(schema, required), meaning(schema)]
      .map((cell) => cell.replaceAll("|", "\\|"))
      .join(" | "),
  );
  return [
    "| field | value | default | meaning |",
    "|---|---|---|---|",
    ...lines.map((line) => `| ${line} |`),
    "",
  ].join("\n");
}

function kind(schema: SchemaNode): string {
  if (schema.localised === true) return "text, or text by language";
  if (schema.overlay === true) return "overlay";
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.items !== undefined)
    return isGroup(schema.items) ? "list of groups" : `list of: ${kind(schema.items)}`;
  if (schema.patternProperties !== undefined) return `map of: ${kind(valueOfMap(schema))}`;
  if (schema.type === "object") return "group";
  if (schema.expected !== undefined) return schema.expected;
  const { minimum, exclusiveMinimum, maximum } = schema;
  const from = minimum ?? (exclusiveMinimum === undefined ? undefined : `more than ${exclusiveMinimum}`);
  const bounds =
    from === undefined ? "" : maximum === undefined ? `, ${from} or more` : `, ${from} to ${maximum}`;
  const names: Readonly<Record<string, string>> = {
    string: "text",
    integer: "whole number",
    number: "number",
    boolean: "`true`, `false`",
  };
  return `${names[schema.type ?? ""] ?? ""}${bounds}`;
}

function presence(schema: SchemaNode, required: boolean): string {
  if (required) return "**required**";
  if (schema.derived !== undefined) return schema.derived;
  if (!("default" in schema)) return "none";
  const value = schema.default;
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0)
    return Array.isArray(value) ? "empty" : "see below";
  return `\`${inline(value)}\``;
}

function meaning(schema: SchemaNode): string {
  const [example] = schema.examples ?? [];
  const shown = example === undefined || schema.enum !== undefined ? "" : ` Example: \`${inline(example)}\`.`;
  return `${schema.description ?? schema.title ?? ""}${shown}`;
}
