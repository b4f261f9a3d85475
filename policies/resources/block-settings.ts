/** Tolerant readers of settings that no kept parser reads; each takes linear time and never fails. */
import type { Json, JsonObject } from "./resource.ts";

type Draft = Record<string, Json>;

/** @returns the sections of fluent-bit, rclone, Grafana: `{ section: "OUTPUT", name: "s3" }`, keys in lower case. */
export function readSections(text: string): JsonObject[] {
  const sections: Draft[] = [];
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

const token = /#[^\n]*|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|=>|[{}()[\],;=\n]|[^\s{}()[\],;="'#]+/g;

/**
 * Blocks of Logstash, syslog-ng, Alloy and EMQX: `{ block: "output", label: "", blocks: [{ block: "s3", region: "eu-west-1" }] }`.
 * The label is what stands between a block's name and its bracket; a driver's arguments in round brackets are a block.
 */
export function readBraceBlocks(text: string): JsonObject {
  const root: Draft & { blocks: Json[] } = { blocks: [] };
  const open: (Draft & { blocks: Json[] })[] = [root];
  let words: string[] = [];
  const settle = () => {
    const [key, ...rest] = words.filter((word) => word !== "=" && word !== "=>");
    const block = open.at(-1);
    if (key !== undefined && rest.length > 0 && block !== undefined && key !== "blocks" && key !== "block")
      block[key] = rest.map(unquoted).join(" ");
    words = [];
  };
  for (const [found] of text.matchAll(token)) {
    if (found.startsWith("#") || found.startsWith("//")) continue;
    // The brackets of a condition of Logstash open nothing.
    if (/^[()[\],]$/.test(found) && /^(if|else|unless)$/.test(words[0] ?? "")) continue;
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
    } else if (found === "\n" || found === ";" || found === ",") settle();
    else words.push(found);
  }
  settle();
  return root;
}

const unquoted = (text: string): string => text.trim().replace(/^(["'])(.*)\1$/, "$2");
