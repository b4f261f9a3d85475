/** Every message that the pages and the compliance report use exists, none is unused, and each works in every language with the same values. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { machineStates } from "../../apps/ingest/reading.ts";
import { packageRoot } from "../../base/package-root.ts";
import { barriers, dimensions } from "../../localisation/schema/diagnostic.ts";
import { loadFile } from "./app-under-test.ts";

interface CatalogueFile {
  readonly language: string;
  readonly messages: Record<string, string>;
}

const folder = join(packageRoot, "countries", "languages");
const catalogues = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => parse(readFileSync(join(folder, file), "utf8")) as CatalogueFile);
const english = catalogues.find(({ language }) => language === "en")!.messages;

function sources(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(join(path, entry.name))
      : entry.name.endsWith(".ts")
        ? [readFileSync(join(path, entry.name), "utf8")]
        : [],
  );
}

const code = sources(join(packageRoot, "apps/diagnostic")).join("\n");
const sections = new Set(Object.keys(english).map((key) => key.split(".")[0]));
/** Texts in the code that look like a key of one of the catalogue's sections. */
const literals = [...code.matchAll(/"([a-z][a-z0-9-]*(?:\.[a-zA-Z0-9-]+)+)"/g)]
  .map((match) => match[1]!)
  .filter((key) => sections.has(key.split(".")[0]) && !/\.(css|html|js|svg|pem|ts|yaml)$/.test(key));
/** Keys made from parts: `level.${stage}.name` means every key that fits. */
const made = (text: string) =>
  new RegExp(
    `^${text
      .split(/\$\{(?:[^{}]|\([^)]*\))*\}/)
      .map((part) => part.replaceAll(".", "\\."))
      .join("[^.]+")}$`,
  );
const madeTexts = (source: string) =>
  [...source.matchAll(/`([a-z][a-z0-9-]*\.[^`\n]*\$\{[^`\n]*)`/g)].map((match) => match[1]!);
const patterns = madeTexts(code)
  .filter((text) => sections.has(text.split(".")[0]))
  .map(made);
/** The report's code names its messages without `report.` before them. */
const reportCode = sources(join(packageRoot, "compliance")).join("\n");
const reportLiterals = [...reportCode.matchAll(/"([a-z][a-z0-9-]*(?:\.[a-zA-Z0-9-]+)*)"/g)].map(
  (match) => `report.${match[1]!}`,
);
const reportPatterns = madeTexts(reportCode).map((text) => made(`report.${text}`));

describe("keys", () => {
  test("every key that the code names exists", () => {
    expect(literals.length).toBeGreaterThan(200);
    expect(literals.filter((key) => english[key] === undefined)).toEqual([]);
    const asked = [...reportCode.matchAll(/\bview\.t\(\s*"([^"]+)"/g)].map((match) => `report.${match[1]!}`);
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((key) => english[key] === undefined)).toEqual([]);
  });

  test("every key made from parts fits at least one message", () => {
    expect(patterns.length).toBeGreaterThan(10);
    expect(
      patterns.filter((pattern) => !Object.keys(english).some((key) => pattern.test(key))).map(String),
    ).toEqual([]);
  });

  test("no message is unused", () => {
    const used = new Set([...literals, ...reportLiterals]);
    const left = Object.keys(english).filter(
      (key) => !used.has(key) && ![...patterns, ...reportPatterns].some((pattern) => pattern.test(key)),
    );
    expect(left).toEqual([]);
  });

  test("what the schema and the ingest can name has a name", () => {
    const country = loadFile("za").country;
    const wanted = [
      ...dimensions.flatMap((id) => [
        `dimension.${id}.name`,
        `dimension.${id}.about`,
        ...[0, 1, 2, 3, 4, 5].map((level) => `dimension.${id}.advice.${level}`),
      ]),
      ...barriers.flatMap((id) => [`barrier.${id}.name`, `barrier.${id}.about`]),
      ...machineStates.map((state) => `state.${state}`),
      ...[0, 1, 2, 3, 4, 5].flatMap((level) => [`level.${level}.name`, `level.${level}.about`]),
      ...country.programme.sectors.map((sector) => `sector.${sector}`),
      ...["forbidden", "with-mechanism", "free"].map((transfer) => `data.transfer.${transfer}`),
    ];
    expect(wanted.filter((key) => english[key] === undefined)).toEqual([]);
  });
});

describe.each(catalogues)("$language", ({ language, messages }) => {
  test("has no message that English lacks", () => {
    expect(Object.keys(messages).filter((key) => english[key] === undefined)).toEqual([]);
  });

  test("has messages that can be read, with the values of the English ones", () => {
    const differing = Object.entries(messages).filter(
      ([key, text]) =>
        english[key] !== undefined && valuesOf(text, language) !== valuesOf(english[key], "en"),
    );
    expect(differing).toEqual([]);
  });
});

type Part = { type: number; value?: string; options?: Record<string, { value: Part[] }> };

/** Names of the values in a message, sorted. Throws where the message is broken. */
function valuesOf(text: string, language: string): string {
  const names = new Set<string>();
  const collect = (parts: readonly Part[]) => {
    for (const part of parts) {
      if (part.type !== 0 && part.type !== 7 && part.value !== undefined) names.add(part.value);
      for (const option of Object.values(part.options ?? {})) collect(option.value);
    }
  };
  collect(new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).getAst() as Part[]);
  return [...names].sort().join(" ");
}
