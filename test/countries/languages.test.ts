/** The kit's own language catalogues: complete compared with English, same arguments, plural forms of their own language. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { type Catalogue, loadCatalogues } from "../../localisation/languages/catalogue.ts";
import { formatProblem } from "../../localisation/problem.ts";
import { standardQuestions } from "../../localisation/questionnaire.ts";
import { barriers, dimensions } from "../../localisation/schema/diagnostic.ts";

const folder = join(packageRoot, "countries");
const languages = readdirSync(join(folder, "languages"))
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.replace(/\.yaml$/, ""));

const { catalogues, problems } = loadCatalogues(languages, join(folder, "za.yaml"));

function catalogueOf(language: string): Catalogue {
  const loaded = catalogues.get(language);
  if (loaded === undefined)
    throw new Error(`No catalogue for ${language}: ${problems.map(formatProblem).join("\n")}`);
  return loaded.catalogue;
}

/** An element of a parsed message, as far as its arguments and forms go. */
interface Element {
  readonly type: number;
  readonly value?: unknown;
  readonly options?: Readonly<Record<string, { readonly value: readonly Element[] }>>;
  readonly pluralType?: Intl.PluralRulesOptions["type"];
}

const literal = 0;
const argument = 1;

function elementsOf(message: string, language: string): readonly Element[] {
  return new IntlMessageFormat(message, language, undefined, {
    ignoreTag: true,
  }).getAst() as readonly Element[];
}

/** Every argument with its kind, and a select's choices: `3:day`, `5:state:idle,other`. */
function signature(elements: readonly Element[]): string[] {
  const found = elements.flatMap((element) => {
    const inside = Object.values(element.options ?? {}).flatMap((option) => signature(option.value));
    if (element.type === literal || typeof element.value !== "string") return inside;
    const choices =
      element.options !== undefined && element.pluralType === undefined
        ? `:${Object.keys(element.options).sort().join(",")}`
        : "";
    // Arabic has plural forms where English writes the number alone.
    const type = element.pluralType === "cardinal" ? argument : element.type;
    return [`${type}:${element.value}${choices}`, ...inside];
  });
  return [...new Set(found)].sort();
}

function plurals(elements: readonly Element[]): Element[] {
  return elements.flatMap((element) => [
    ...(element.pluralType === undefined ? [] : [element]),
    ...Object.values(element.options ?? {}).flatMap((option) => plurals(option.value)),
  ]);
}

const english = catalogueOf("en");
const keys = Object.keys(english.messages).sort();

test("English names every dimension with six pieces of advice, every barrier and every sector", () => {
  const wanted = [
    ...dimensions.flatMap((dimension) => [
      `dimension.${dimension}.name`,
      `dimension.${dimension}.about`,
      ...[0, 1, 2, 3, 4, 5].map((level) => `dimension.${dimension}.advice.${level}`),
    ]),
    ...barriers.flatMap((barrier) => [`barrier.${barrier}.name`, `barrier.${barrier}.about`]),
    ...Array.from({ length: 24 }, (_, n) => `sector.${n + 10}`),
  ];
  expect(keys).toEqual(expect.arrayContaining(wanted));
  const prefixes = new Set(wanted.map((key) => key.split(".")[0]));
  expect(keys.filter((key) => prefixes.has(key.split(".")[0])).sort()).toEqual(wanted.sort());
});

describe.each(languages)("%s", (language) => {
  const catalogue = catalogueOf(language);

  test("is named after its file", () => {
    expect(catalogue.language).toBe(language);
    const own = new Intl.DisplayNames([language], { type: "language" }).of(language);
    expect(own?.toLowerCase()).toContain(catalogue.name.toLowerCase().split(" ")[0]);
  });

  test("has every message of English, and no other", () => {
    expect(Object.keys(catalogue.messages).sort()).toEqual(keys);
  });

  test("takes the same arguments as English in every message", () => {
    for (const [key, message] of Object.entries(catalogue.messages))
      expect(signature(elementsOf(message, language)), key).toEqual(
        signature(elementsOf(english.messages[key] ?? "", "en")),
      );
  });

  test("gives plurals the forms of its own language", () => {
    for (const [key, message] of Object.entries(catalogue.messages))
      for (const { options, pluralType } of plurals(elementsOf(message, language))) {
        const forms = Object.keys(options ?? {}).filter((form) => !form.startsWith("="));
        const known = new Intl.PluralRules(language, { type: pluralType ?? "cardinal" }).resolvedOptions();
        expect(known.pluralCategories, key).toEqual(expect.arrayContaining(forms));
        expect(forms, key).toContain("other");
      }
  });

  test("asks every standard question, with six levels that all differ", () => {
    expect(Object.keys(catalogue.questions).sort()).toEqual(standardQuestions.map(({ id }) => id).sort());
    for (const [id, { levels }] of Object.entries(catalogue.questions))
      expect(new Set(levels).size, id).toBe(6);
  });

  test.skipIf(language === "en")("is translated, not copied", () => {
    const same = keys.filter((key) => catalogue.messages[key] === english.messages[key]);
    expect(same.length / keys.length, same.join(", ")).toBeLessThan(0.1);
    for (const [id, { text, levels }] of Object.entries(catalogue.questions)) {
      expect(text, id).not.toBe(english.questions[id]?.text);
      for (const level of levels) expect(english.questions[id]?.levels, id).not.toContain(level);
    }
  });
});

describe("the questionnaire", () => {
  test("asks three questions in each dimension, one of them essential", () => {
    for (const dimension of dimensions) {
      const asked = standardQuestions.filter((question) => question.dimension === dimension);
      expect(asked.length, dimension).toBe(3);
      expect(asked.filter((question) => question.essential).length, dimension).toBe(1);
    }
    expect(new Set(standardQuestions.map(({ id }) => id)).size).toBe(standardQuestions.length);
  });

  test("asks about each barrier at least four times", () => {
    for (const barrier of barriers)
      expect(
        standardQuestions.filter((question) => question.barriers.includes(barrier)).length,
        barrier,
      ).toBeGreaterThanOrEqual(4);
  });
});
