/** Leaves out the comments of a text, by the language it is in. What is no comment there stays. */
import { Lexer } from "yaml";

const lineComments = {
  /** Shell, YAML, TOML, nginx and most others. */
  hash: /^[ \t]*#.*$/gm,
  ini: /^[ \t]*[#;].*$/gm,
  sql: /^[ \t]*--[ \t].*$/gm,
  code: /^[ \t]*\/\/.*$/gm,
  /** Of a language that is not known. A `//` without a blank begins the address of a host. */
  unknown: /^[ \t]*(?:#|\/\/[ \t]|--[ \t]).*$/gm,
} as const;

const byEnding: Readonly<Record<string, Language>> = {
  xml: "markup",
  html: "markup",
  htm: "markup",
  xhtml: "markup",
  svg: "markup",
  json: "none",
  jsonl: "none",
  sql: "sql",
  ini: "ini",
  js: "code",
  mjs: "code",
  cjs: "code",
  ts: "code",
  tsx: "code",
  jsx: "code",
  java: "code",
  go: "code",
  groovy: "code",
  css: "code",
  sh: "hash",
  bash: "hash",
  yaml: "yaml",
  yml: "yaml",
  toml: "hash",
  properties: "hash",
  env: "hash",
  py: "hash",
};

export type Language = keyof typeof lineComments | "markup" | "yaml" | "none";

/** @param key the name of the file, where the text is one. */
export function languageOf(text: string, key: string): Language {
  const ending = byEnding[key.slice(key.lastIndexOf(".") + 1).toLowerCase()];
  if (ending !== undefined) return ending;
  const first = text.trimStart()[0];
  if (first === "<") return "markup";
  return first === "{" ? "none" : "unknown";
}

export function withoutComments(text: string, language: Language): string {
  if (language === "none") return text;
  if (language === "yaml") return text.includes("#") ? withoutCommentsOfYaml(text) : text;
  if (language === "markup") return without(text, "<!--", "-->");
  const plain =
    text.includes("\n") || language !== "unknown" ? text.replaceAll(lineComments[language], "") : text;
  if (language === "code" || language === "sql") return without(plain, "/*", "*/", /[\s;{}),]$/);
  return language === "unknown" && plain.includes("<!--") ? without(plain, "<!--", "-->") : plain;
}

/** Marks of the lexer itself: a document, a wrong flow, a scalar. */
const marks = new Set(["\u0002", "\u0018", "\u001f"]);

/** In YAML a line that begins with a hash may be inside a text in quotes. Longer texts are mostly scripts. */
function withoutCommentsOfYaml(text: string): string {
  let kept = "";
  for (const token of new Lexer().lex(text)) {
    if (token.startsWith("#") || marks.has(token)) continue;
    kept += /^["']/.test(token) ? token : token.replaceAll(lineComments.hash, "");
  }
  return kept;
}

/** Leaves out what is between two marks. A mark without its end, or after other signs than `before`, is no comment. */
function without(text: string, start: string, end: string, before?: RegExp): string {
  let kept = "";
  let from = 0;
  let at = text.indexOf(start);
  while (at >= 0) {
    const close = text.indexOf(end, at + start.length);
    if (close < 0) break;
    // MySQL runs what is in `/*! … */`, and a browser ends `<!-->` at once.
    const isComment = before === undefined || at === 0 || before.test(text[at - 1] ?? "");
    if (isComment && !/^(\/\*!|<!--\[if)/.test(text.slice(at, at + 7))) {
      const ended = /^<!---?>/.exec(text.slice(at, at + 6))?.[0].length;
      kept += `${text.slice(from, at)} `;
      from = ended === undefined ? close + end.length : at + ended;
      at = text.indexOf(start, from);
    } else at = text.indexOf(start, at + start.length);
  }
  return kept + text.slice(from);
}
