/** Language catalogues: found next to the country file or in the kit, checked, compared with English, cached safely. */
import { mkdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadCountry } from "../../localisation/load.ts";
import { edited, Folder, problemsOf, today, validFile, warningsOf } from "./fixture.ts";

/** A country folder with a Swahili catalogue of its own. */
function withCatalogue(catalogue: string): { folder: Folder; file: string } {
  const folder = new Folder();
  mkdirSync(`${folder.path}/languages`);
  folder.write("languages/sw.yaml", catalogue);
  return { folder, file: folder.write("ke.yaml", validFile) };
}

const said = (folder: Folder, file: string): string[] => {
  try {
    return loadCountry(file, { today }).warnings.map(
      ({ line, column, path, message }) => `${line}:${column} ${path} ${message}`,
    );
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder.path}/`, "").split("\n");
  }
};

describe("a catalogue", () => {
  test("of the kit is used, and English is always there", () => {
    using folder = new Folder();
    const { catalogues } = loadCountry(
      folder.write("tr.yaml", edited("[en, sw]", "[tr]").replaceAll("sw: ", "tr: ")),
      { today },
    );
    expect(Object.keys(catalogues)).toEqual(["tr", "en"]);
    expect(catalogues.tr?.name).toBe("Türkçe");
    expect(catalogues.en?.questions["digital-plan"]?.levels).toHaveLength(6);
  });

  test("that is nowhere is a warning at the language", () => {
    expect(warningsOf(validFile).filter((line) => line.includes("catalogue"))).toEqual([
      "file:3:17  languages[1]: There is no catalogue for sw; pages show English. Translate countries/languages/en.yaml as languages/sw.yaml next to this file.",
    ]);
  });

  test("of a language serves its regional forms", () => {
    using folder = new Folder();
    const file = folder.write("file.yaml", edited("[en, sw]", "[en, tr-CY]").replaceAll("sw: ", "tr-CY: "));
    expect(loadCountry(file, { today }).catalogues["tr-CY"]?.language).toBe("tr");
  });

  test("next to the country file comes first, and what it lacks is a warning in it", () => {
    const { folder, file } = withCatalogue(
      "language: sw\nname: Kiswahili\nmessages:\n  page.skip: Ruka\n  page.skp: Ruka\nquestions: {}\n",
    );
    using _ = folder;
    const { catalogues, ...loaded } = loadCountry(file, { today });
    const warnings = loaded.warnings.filter((warning) => warning.file !== file);
    expect(catalogues.sw).toEqual({
      language: "sw",
      name: "Kiswahili",
      messages: { "page.skip": "Ruka", "page.skp": "Ruka" },
      questions: {},
      policies: {},
    });
    expect(warnings.map(({ line, path }) => [line, path])).toEqual([
      [3, "messages"],
      [5, 'messages["page.skp"]'],
      [6, "questions"],
    ]);
    expect(warnings[1]).toMatchObject({ message: 'No page uses "page.skp".' });
  });

  test("may leave its questions out, and is told once how many are English", () => {
    const { folder, file } = withCatalogue("language: sw\nname: Kiswahili\nmessages: { page.skip: Ruka }\n");
    using _ = folder;
    const { catalogues, warnings } = loadCountry(file, { today });
    expect(catalogues.sw?.questions).toEqual({});
    const own = warnings.filter((warning) => warning.file.endsWith("sw.yaml"));
    expect(own.map(({ message }) => message)).toEqual([
      "18 of 18 questions are missing; pages show them in English.",
      expect.stringMatching(/^\d+ of \d+ messages are missing; pages show them in English\.$/),
    ]);
  });

  test("that is broken is an error in its own file, in addition to those of the country file", () => {
    const { folder, file } = withCatalogue(
      'language: tr\nname: Kiswahili\nmessages: { Page: a, page.skip: "" }\nquestions: { digital-plan: { text: a, levels: [a] } }\n',
    );
    using _ = folder;
    folder.write("ke.yaml", edited('["10", "14"]', "[10]"));
    expect(said(folder, file)).toEqual([
      'ke.yaml:8:13  programme.sectors[0]: 10 is read as a number, not as text. Put it in quotes: "10".',
      "languages/sw.yaml:1:11  language: The file is named for sw. Write language: sw.",
      'languages/sw.yaml:3:13  messages.Page: "Page" is not the key of a message: words separated by dots. Write it like "welcome.title".',
      'languages/sw.yaml:3:33  messages["page.skip"]: The text is empty. Write something, or remove the key.',
      "languages/sw.yaml:4:47  questions.digital-plan.levels: The list has 1 items. Write exactly 6.",
    ]);
  });

  test("may not hold a message that a page would fail on", () => {
    const { folder, file } = withCatalogue(
      "language: sw\nname: Kiswahili\nmessages:\n  page.skip: '{ruka'\n  page.language: '{luga}'\nquestions: {}\n",
    );
    using _ = folder;
    expect(said(folder, file)).toEqual([
      'languages/sw.yaml:4:14  messages["page.skip"]: The message is malformed: expect argument closing brace. Compare its braces with the English one.',
    ]);
    folder.write(
      "languages/sw.yaml",
      "language: sw\nname: Kiswahili\nmessages:\n  page.language: '{luga}'\nquestions: {}\n",
    );
    expect(said(folder, file)).toEqual([
      'languages/sw.yaml:4:18  messages["page.language"]: The message has no value "luga". It has none.',
    ]);
  });

  test("that changes is read again, and an unchanged one is shared", () => {
    const { folder, file } = withCatalogue(
      "language: sw\nname: Kiswahili\nmessages: { page.skip: Ruka }\nquestions: {}\n",
    );
    using _ = folder;
    const first = loadCountry(file, { today }).catalogues;
    expect(loadCountry(file, { today }).catalogues.sw).toBe(first.sw);
    folder.write(
      "languages/sw.yaml",
      "language: sw\nname: Kiswahili\nmessages: { page.skip: Ruk2 }\nquestions: {}\n",
    );
    expect(loadCountry(file, { today }).catalogues.sw?.messages["page.skip"]).toBe("Ruk2");
  });
});

test("a country may have many languages", () => {
  const many = [
    "as",
    "bn",
    "brx",
    "doi",
    "gu",
    "hi",
    "kn",
    "kok",
    "ks",
    "mai",
    "ml",
    "mni",
    "mr",
    "ne",
    "or",
  ].concat(["pa", "sa", "sat", "sd", "ta", "te", "ur"]);
  const file = edited("[en, sw]", `[en, sw, ${many.join(", ")}]`);
  expect(problemsOf(file)).toEqual([]);
});

test("a language tag is never a path", () => {
  expect(problemsOf(edited("[en, sw]", "[en, ../../etc/passwd]"))[0]).toContain("is not a language tag");
});
