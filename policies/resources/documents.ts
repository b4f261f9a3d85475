/** The settings in ConfigMaps and Secrets that are JSON or YAML, as values. Each text is parsed once. */
import { parseAllDocuments } from "yaml";
import { holdsOneOf } from "./hint.ts";
import { rememberLast, rememberTexts } from "./last.ts";
import { jsonIn } from "./properties.ts";
import { isObject, type Json, type Resource } from "./resource.ts";
import { textsOf } from "./texts.ts";

export interface SettingsDocument {
  readonly value: Json;
  /** Of the text that holds it. */
  readonly path: string;
}

/** Words of the settings that policies read; most texts have none, and parsing is the slow part. */
const isRead = holdsOneOf(
  '"vhosts"',
  '"policies"',
  "users:",
  "profiles:",
  "remote_servers:",
  "listen_host:",
  "tcp_port",
);

/** Longer ones are tables of data, such as dashboards, and no settings of a server. */
const longest = 200_000;
/** A first line of a map, a list or JSON; scripts and other grammars are left to readers of their own. */
const looksStructured = /^\s*(?:[{[]|(?:#[^\n]*\n\s*)*(?:---\s*\n\s*)?["']?[\w.@/-]{1,100}["']?:(?:\s|$)|- )/;

export const documentsOf = rememberLast((resource: Resource): readonly SettingsDocument[] =>
  textsOf(resource).flatMap((text): SettingsDocument[] => {
    const { value, section } = text;
    if (
      (section !== "data" && section !== "stringData") ||
      value.length > longest ||
      !isRead(value) ||
      !looksStructured.test(value)
    )
      return [];
    if (!value.includes("\n") && !value.startsWith("{")) return [];
    const document = readSettings(value);
    return isObject(document) ? [{ value: document, path: text.path }] : [];
  }),
);

/** Many objects hold the same text, such as the settings of a part that is planned for each shard. */
const readSettings = rememberTexts((text: string): Json | undefined => {
  if (text.trimStart().startsWith("{")) return jsonIn(text);
  try {
    const [document] = parseAllDocuments(text, { logLevel: "silent", uniqueKeys: false });
    if (document === undefined || !("toJS" in document) || document.errors.length > 0) return undefined;
    return document.toJS({ maxAliasCount: 100 }) as Json;
  } catch {
    return undefined;
  }
});
