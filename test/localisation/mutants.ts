/**
 * Mutants of the country files, by a fixed seed: broken as text (lines, bytes, indentation, splices) and as structure
 * (values, keys, subtrees). Long lists are cut to a few items first, so that ten thousand take seconds.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { packageRoot } from "../../base/package-root.ts";
import { validFile } from "./fixture.ts";

export type Random = () => number;

/** A small generator of numbers from 0 to 1 (mulberry32): the same ones for the same seed. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T;

type Tree = unknown;

const countryFile = (name: string): string =>
  readFileSync(join(packageRoot, "countries", `${name}.yaml`), "utf8");

const longLists = new Set(["regions", "pilotSites", "holidays", "extraQuestions", "financing", "levers"]);

/** Texts for readers, which may say anything. */
const prose = new Set(["summary", "citation", "why", "en", "zu", "af", "tr", "pt-BR", "sw"]);

/**
 * Comments go, long lists keep their first item, and prose its first words: every kind of field stays, and the file
 * stays valid.
 */
function thin(tree: Tree, key = ""): Tree {
  if (typeof tree === "string" && prose.has(key)) return tree.slice(0, 20);
  if (Array.isArray(tree)) return (longLists.has(key) ? tree.slice(0, 1) : tree).map((item) => thin(item));
  if (typeof tree !== "object" || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, thin(value, name)]));
}

const names = ["za", "tr", "br"] as const;
export const wholeFiles: readonly string[] = [...names.map(countryFile), validFile];
const trees: readonly Tree[] = wholeFiles.map((text) => thin(parse(text)));
export const thinFiles: readonly string[] = trees.map((tree) => stringify(tree, { lineWidth: 0 }));

const junk: readonly string[] = [
  "",
  "~",
  "null",
  "true",
  "no",
  "0",
  "-1",
  "1e999",
  ".nan",
  ".inf",
  "0x1F",
  "010",
  "1_000",
  "12345678901234567890",
  "[]",
  "{}",
  "[[]]",
  "{ a: }",
  '""',
  "' '",
  "2026-13-45",
  "2026-02-30T00:00:00Z",
  "99:99",
  "P0D",
  "P99999Y",
  "#",
  "# x",
  "!!binary aGk=",
  "!!set { a }",
  "!foo bar",
  "&a",
  "*a",
  "&a [*a]",
  "<<: *a",
  "__proto__: { a: 1 }",
  "constructor: 1",
  "? [a, b]\n: c",
  "- - - a",
  "|",
  ">-\n  x",
  "@",
  "`",
  "%",
  "\\",
  '"\\x"',
  "'",
  '"',
  "]",
  "}",
  "---",
  "...",
  "...\n---\na: 1",
  "http://",
  "https://a b",
  "a@b",
  "@",
  "ZA",
  "af-south-2",
  "eu-central-1-ist-1a",
  "Europe/Berlin",
  "XXX",
  "\u0000",
  "\t",
  "\u00a0",
  "\u2028",
  "\ufeff",
  "\ud83d\ude00",
  "\u202e",
  "e\u0301",
  "İ",
  "ﬀ",
  "x".repeat(5000),
  "[".repeat(200),
  "{a: ".repeat(60),
]; // prettier-ignore

type TextMutation = (text: string, random: Random) => string;

function editLines(text: string, random: Random, edit: (lines: string[], at: number) => void): string {
  const lines = text.split("\n");
  edit(lines, below(random, lines.length));
  return lines.join("\n");
}

const insertAt = (text: string, random: Random, piece: string): string => {
  const at = below(random, text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
};

const textMutations: readonly TextMutation[] = [
  (text, random) => editLines(text, random, (lines, at) => lines.splice(at, 1 + below(random, 4))),
  (text, random) =>
    editLines(text, random, (lines, at) =>
      lines.splice(at, 0, ...lines.slice(at, at + 1 + below(random, 4))),
    ),
  (text, random) =>
    editLines(text, random, (lines, at) => {
      const other = below(random, lines.length);
      [lines[at], lines[other]] = [lines[other] ?? "", lines[at] ?? ""];
    }),
  (text, random) =>
    editLines(text, random, (lines, at) => {
      lines[at] = pick(random, [" ", "  ", "    ", "\t", "- "]) + (lines[at] ?? "");
    }),
  (text, random) =>
    editLines(text, random, (lines, at) => {
      lines[at] = (lines[at] ?? "").replace(/^ {1,3}/, "");
    }),
  (text, random) =>
    editLines(text, random, (lines, at) => {
      lines[at] = (lines[at] ?? "").replace(/:.*$/, `: ${pick(random, junk)}`);
    }),
  (text, random) =>
    editLines(text, random, (lines, at) => {
      lines[at] = (lines[at] ?? "").replace(
        /[\w-]+:/,
        `${pick(random, ["country", "languages", "x", "to", "restsIn", "0", "y"])}:`,
      );
    }),
  (text, random) =>
    editLines(text, random, (lines, at) => {
      lines[at] = (lines[at] ?? "").replaceAll(
        pick(random, ['"', "{", "}", "[", "]", ",", ":", " "]),
        pick(random, ["", "'", " ", "::"]),
      );
    }),
  (text, random) => insertAt(text, random, pick(random, junk)),
  (text, random) => insertAt(text, random, String.fromCodePoint(below(random, 0xd800))),
  (text, random) => text.slice(0, below(random, text.length)),
  (text, random) => text.slice(below(random, text.length)),
  (text, random) =>
    text.slice(0, below(random, text.length)) + pick(random, thinFiles).slice(below(random, 3000)),
  (text) => text.replaceAll("\n", "\r\n"),
  (text) => `\ufeff${text}`,
  (text, random) => text.replaceAll("  ", pick(random, ["   ", "\t", " "])),
  (text, random) => text.replace(/(\d+)/, () => String((random() - 0.5) * 1e12)),
];

const values: readonly ((random: Random) => Tree)[] = [
  () => null,
  () => true,
  () => "",
  () => [],
  () => ({}),
  () => 0,
  () => -1,
  () => 1e300,
  () => 0.1,
  (random) => pick(random, junk),
  (random) => below(random, 1_000_000),
  () => ({ en: "x" }),
  () => ["x", "x"],
  (random) => "ab".repeat(below(random, 2000)),
  (random) => subtree(pick(random, trees), random),
  () => {
    let nest: Tree = 1;
    for (let depth = 0; depth < 60; depth += 1) nest = { a: nest };
    return nest;
  },
]; // prettier-ignore

function subtree(tree: Tree, random: Random): Tree {
  let at = tree;
  for (let depth = below(random, 6); depth > 0; depth -= 1) {
    if (typeof at !== "object" || at === null || Object.keys(at).length === 0) break;
    at = pick(random, Object.values(at));
  }
  return at;
}

/** Changes one random place of a tree in place. */
function mutateTree(root: Tree, random: Random): void {
  let at = root;
  for (;;) {
    const keys = Object.keys(at as object);
    if (keys.length === 0) return;
    const key = pick(random, keys);
    const holder = at as Record<string, Tree>;
    const child = holder[key];
    if (typeof child === "object" && child !== null && random() < 0.8) {
      at = child;
      continue;
    }
    const chance = random();
    if (typeof child === "number" && chance < 0.5) holder[key] = Math.round(child * (0.5 + random()));
    else if (chance < 0.2) delete holder[key];
    else if (chance < 0.6) holder[key] = structuredClone(pick(random, values)(random));
    else if (chance < 0.7) holder[`${key}${pick(random, ["s", "x", "", "_"])}`] = child;
    else if (chance < 0.8) holder[key] = [child];
    else if (chance < 0.9) holder[pick(random, ["id", "zones", "text", "country", "constructor"])] = child;
    else holder[key] = typeof child === "string" ? child.toUpperCase() : JSON.stringify(child);
    return;
  }
}

export function mutantText(random: Random, files: readonly string[] = thinFiles): string {
  let text = pick(random, files);
  for (let count = 1 + below(random, 3); count > 0; count -= 1)
    text = pick(random, textMutations)(text, random);
  return text;
}

export function mutantTree(random: Random): Tree {
  const tree = structuredClone(pick(random, trees));
  for (let count = 1 + below(random, 2); count > 0; count -= 1) mutateTree(tree, random);
  return tree;
}

/** Bytes that may be no UTF-8. */
export function mutantBytes(random: Random): Uint8Array {
  const bytes = Buffer.from(pick(random, thinFiles));
  for (let count = 1 + below(random, 8); count > 0; count -= 1)
    bytes[below(random, bytes.length)] = below(random, 256);
  return bytes;
}
