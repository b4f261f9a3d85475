/** Leaves out the comments of a text, by the language it is in. What is no comment there stays. */

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
  yaml: "hash",
  yml: "hash",
  toml: "hash",
  properties: "hash",
  env: "hash",
  py: "hash",
};

export type Language = keyof typeof lineComments | "markup" | "none";

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
  if (language === "markup") return without(text, "<!--", "-->");
  const plain =
    text.includes("\n") || language !== "unknown" ? text.replaceAll(lineComments[language], "") : text;
  if (language === "code" || language === "sql") return without(plain, "/*", "*/", /[\s;{}),]$/);
  return language === "unknown" && plain.includes("<!--") ? without(plain, "<!--", "-->") : plain;
}

/** Leaves out what is between two marks. A mark without its end, or after other signs than `before`, is no comment. */
function without(text: string, start: string, end: string, before?: RegExp): string {
  let kept = "";
  let from = 0;
  let at = text.indexOf(start);
  while (at >= 0) {
    const close = text.indexOf(end, at + start.length);
    if (close < 0) break;
    if (before === undefined || at === 0 || before.test(text[at - 1] ?? "")) {
      kept += `${text.slice(from, at)} `;
      from = close + end.length;
      at = text.indexOf(start, from);
    } else at = text.indexOf(start, at + start.length);
  }
  return kept + text.slice(from);
}
