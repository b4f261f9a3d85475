/** Tolerant readers of settings that no kept parser reads; each takes linear time and never fails. */
import type { Json, JsonObject } from "./resource.ts";

type Draft = Record<string, Json>;

/** @returns the sections of fluent-bit, rclone, Grafana: `{ section: "OUTPUT", name: "s3" }`, keys in lower case. */
export function readSections(text: string): JsonObject[] {
  // What precedes the first section, as in a file of properties.
  const sections: Draft[] = [{ section: "" }];
  for (const line of text.split("\n")) {
    const trimmed = line.trim();
    if (trimmed === "" || /^[#;]/.test(trimmed)) continue;
    const head = /^\[{1,2}([^[\]]{1,200})\]{1,2}/.exec(trimmed);
    if (head !== null) {
      sections.push({ section: (head[1] ?? "").trim() });
      continue;
    }
    const [, key, value] = /^([\w.@-]{1,100})(?:[ \t]*[=:][ \t]*|[ \t]+)(.*)$/.exec(trimmed) ?? [];
    const section = sections.at(-1);
    if (section === undefined || key === undefined || value === undefined) continue;
    section[key.toLowerCase()] = unquoted(value);
  }
  return sections;
}

/** @returns the actions of rsyslog, `action(type="omfwd" target="…")`, and the exporters of an argument, `exporters::otlp::endpoint: …`. */
export function readCalls(text: string): JsonObject[] {
  const calls: JsonObject[] = [];
  for (const [, inside = ""] of text.matchAll(/\baction[ \t]*\(([^()]{1,2000})\)/g))
    calls.push({
      section: "action",
      ...Object.fromEntries(
        [...inside.matchAll(/([\w.]{1,60})[ \t]*=[ \t]*"([^"]{0,500})"/g)].map(([, key = "", value = ""]) => [
          key,
          value,
        ]),
      ),
    });
  for (const [, type = "", setting = "", value = ""] of text.matchAll(
    /\bexporters::([\w/.-]{1,60})(?:::([\w:]{1,100}))?[ \t]*:[ \t]*(\S{0,300})/g,
  ))
    calls.push({
      section: "exporters",
      type: type.split("/")[0] ?? "",
      [setting.split("::").at(-1) || "value"]: value,
    });
  return calls;
}

/** @returns fluentd's blocks: `{ blocks: [{ block: "match", "@type": "s3", blocks: [] }] }`. */
export function readAngleBlocks(text: string): JsonObject {
  const root: Draft & { blocks: Json[] } = { blocks: [] };
  const open: (Draft & { blocks: Json[] })[] = [root];
  for (const line of text.split("\n")) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const [, closing, name] = /^<(\/?)([\w-]+)[^>]*>/.exec(trimmed) ?? [];
    if (name !== undefined && closing === "") {
      const block = { block: name, blocks: [] };
      open.at(-1)?.blocks.push(block);
      if (open.length < 30) open.push(block);
    } else if (name !== undefined) {
      if (open.length > 1) open.pop();
    } else {
      const [, key, value] = /^([\w@.-]{1,100})[ \t]+(.*)$/.exec(trimmed) ?? [];
      const block = open.at(-1);
      if (key !== undefined && value !== undefined && block !== undefined) block[key] = unquoted(value);
    }
  }
  return root;
}

const token =
  /#[^\n]*|\/\/[^\n]*|"(?:[^"\\\n]|\\.){0,2000}"|'[^'\n]*'|=>|[{}()[\],;=\n]|[^\s{}()[\],;="'#]+/g;

/**
 * Blocks of Logstash, syslog-ng, Alloy and EMQX: `{ block: "output", label: "", blocks: [{ block: "s3", region: "eu-west-1" }] }`.
 * The label is what stands between a block's name and its bracket; a driver's arguments in round brackets are a block.
 */
export function readBraceBlocks(text: string): JsonObject {
  const root: Draft & { blocks: Json[] } = { blocks: [] };
  const open: (Draft & { blocks: Json[] })[] = [root];
  let words: string[] = [];
  // The bracket of a block may stand on the next line.
  let pending = "";
  const settle = () => {
    const block = open.at(-1);
    const arrow = words.indexOf("=>");
    const pairs = arrow === 1 ? pairsOf(words) : [words.filter((word) => word !== "=" && word !== "=>")];
    for (const [key, ...rest] of pairs)
      if (key !== undefined && rest.length > 0 && block !== undefined && key !== "blocks" && key !== "block")
        block[key] = rest.map(unquoted).join(" ");
    words = [];
  };
  for (const [found] of text.matchAll(token)) {
    if (found.startsWith("#") || found.startsWith("//")) continue;
    // The brackets of a condition of Logstash open nothing.
    if (/^[()[\],]$/.test(found) && /^(if|else|unless)$/.test(words[0] ?? "")) continue;
    if (found === "{" && words.length === 0 && pending !== "") words = [pending];
    if (found !== "\n") pending = "";
    if (/^[{([]$/.test(found)) {
      const [name = "", ...label] = words.filter((word) => word !== "=" && word !== "=>");
      const block = { block: unquoted(name), label: label.map(unquoted).join(" "), blocks: [] };
      open.at(-1)?.blocks.push(block);
      if (open.length < 40) open.push(block);
      words = [];
    } else if (/^[})\]]$/.test(found)) {
      // `region("eu-west-1")`: a value in brackets is a setting of the block around.
      const block = open.at(-1);
      const around = open.at(-2);
      if (words.length > 0 && block !== undefined) {
        const value = words.map(unquoted).join(" ");
        if (around !== undefined && found === ")" && words.length === 1) around[String(block.block)] = value;
        else settle();
      }
      words = [];
      if (open.length > 1) open.pop();
    } else if (found === "\n" || found === ";" || found === ",") {
      pending = words.length === 1 ? (words[0] ?? "") : pending;
      settle();
    } else words.push(found);
  }
  settle();
  return root;
}

/** `queue => "x" region => "y"` */
const pairsOf = (words: readonly string[]): string[][] =>
  words.flatMap((word, index) => (words[index + 1] === "=>" ? [[word, words[index + 2] ?? ""]] : []));

const unquoted = (text: string): string => text.trim().replace(/^(["'])(.*)\1$/, "$2");

const tag = /<(\/?)([A-Za-z_][\w.-]{0,100})([^<>]{0,500}?)(\/?)>|[^<]+/g;

function withoutComments(text: string): string {
  let plain = "";
  let at = 0;
  for (let start = text.indexOf("<!--"); start >= 0; start = text.indexOf("<!--", at)) {
    plain += text.slice(at, start);
    const end = text.indexOf("-->", start);
    if (end < 0) return plain;
    at = end + 3;
  }
  return plain + text.slice(at);
}

/** @returns the elements of XML as a tree: `<disks><far><type>s3</type></far></disks>` is `{ disks: { far: { type: "s3" } } }`. */
export function readTags(text: string): JsonObject {
  const root: Record<string, Json> = {};
  const open: { readonly name: string; readonly tree: Record<string, Json>; text: string }[] = [
    { name: "", tree: root, text: "" },
  ];
  for (const [whole, closing, name, , empty] of withoutComments(text).matchAll(tag)) {
    const last = open.at(-1);
    if (last === undefined) break;
    if (name === undefined) {
      if (!whole.startsWith("<")) last.text += whole;
    } else if (closing === "/") {
      const around = open.at(-2);
      if (around === undefined || last.name !== name) continue;
      open.pop();
      around.tree[name] = Object.keys(last.tree).length > 0 ? last.tree : last.text.trim();
    } else if (empty === "/") last.tree[name] = "";
    else if (open.length < 60) open.push({ name, tree: {}, text: "" });
  }
  for (const { name, tree } of open.slice(1)) root[name] ??= tree;
  return root;
}
