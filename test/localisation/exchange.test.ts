/** A catalogue's texts as a PO file and back, by the command line. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { po } from "gettext-parser";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { readCatalogue } from "../../localisation/languages/catalogue.ts";
import { catalogueWith, poOf, readPo, textsOf } from "../../localisation/languages/exchange.ts";
import { LocalisationError } from "../../localisation/load.ts";
import { CommandLine } from "../command-line.ts";
import { Folder } from "./fixture.ts";

const english = textsOf(readCatalogue());
const kits = (language: string) => join(packageRoot, "countries", "languages", `${language}.yaml`);

/** The PO file of a language with one entry's translation replaced. */
function edited(
  language: string,
  context: string,
  change: (entry: { msgstr: string[]; msgid: string }) => void,
): string {
  const file = po.parse(poOf(language, english, textsOf(readCatalogue(kits(language)))));
  change(Object.values(file.translations[context]!)[0]!);
  return po.compile(file).toString();
}

const problemsOf = (content: string): string[] => {
  try {
    readPo("ar.po", content, english);
    return [];
  } catch (error) {
    if (!(error instanceof LocalisationError)) throw error;
    return error.problems.map(
      ({ line, path, message }) => `${line > 1 ? "line" : "no line"} ${path}: ${message}`,
    );
  }
};

test.each(["ar", "tr", "pt-BR", "zu", "af"])(
  "%s comes back as it went, folded by an editor or not",
  (language) => {
    const own = textsOf(readCatalogue(kits(language)));
    const content = poOf(language, english, own);
    for (const written of [content, po.compile(po.parse(content), { foldLength: 76 }).toString()]) {
      const read = readPo("file.po", written, english);
      expect(read).toMatchObject({ language, outdated: [] });
      expect([...read.texts]).toEqual([...own].filter(([place]) => english.has(place)));
    }
  },
);

describe("an entry", () => {
  const context = "messages/footer.help";
  test.each([
    ["that lost a value", "المساعدة", [`line ${context}: The message lacks "{email}".`]],
    [
      "with another value",
      "المساعدة: {mail}",
      [`line ${context}: The message lacks "{email}". The message has no value "{mail}".`],
    ],
    [
      "that is malformed",
      "المساعدة: {email",
      [`line ${context}: The message is malformed: expect argument closing brace.`],
    ],
    ["that is right", "{email} للمساعدة", []],
    ["that is not translated", "", []],
  ])("%s", (_, text, problems) => {
    const content = edited("ar", context, (entry) => {
      entry.msgstr = [text];
    });
    expect(problemsOf(content)).toEqual(problems);
  });

  test("of an English text that has changed since is not taken", () => {
    const content = edited("ar", context, (entry) => {
      entry.msgid = "Help by mail: {email}";
    });
    const { outdated, texts } = readPo("ar.po", content, english);
    expect(outdated).toEqual([context]);
    expect(texts.has(context)).toBe(false);
  });

  test("that no page has is refused with the nearest", () => {
    const content = poOf(
      "sw",
      new Map([["messages/footer.hepl", "Help"]]),
      new Map([["messages/footer.hepl", "x"]]),
    );
    expect(problemsOf(content)).toEqual(["line messages/footer.hepl: English has no such text."]);
  });
});

test("a catalogue keeps its comments, and what is not imported", () => {
  const yaml =
    "# Read by nobody.\nlanguage: sw\nname: Kiswahili\nmessages:\n  # the first\n  page.skip: Ruka\n";
  const changed = catalogueWith(
    yaml,
    "sw",
    new Map([
      ["messages/page.language", "Lugha: {x}"],
      ["questions/training/text", "Je?"],
      ...[0, 1, 2, 3, 4, 5].map((level): [string, string] => [
        `questions/training/levels/${level}`,
        `L${level}`,
      ]),
    ]),
  );
  expect(changed).toBe(
    `${yaml}  page.language: "Lugha: {x}"\nquestions:\n  training:\n    text: "Je?"\n    levels:\n${[
      0, 1, 2, 3, 4, 5,
    ]
      .map((level) => `      - "L${level}"\n`)
      .join("")}`,
  );
});

test("the command exports a new language, imports its first texts, and says how far it is", async () => {
  using folder = new Folder();
  mkdirSync(join(folder.path, "languages"));
  const command = new CommandLine({ folder: folder.path });
  const rollout = (...given: string[]) => command.run("translate", ...given, "--folder", "languages");
  expect((await rollout("export", "sw")).status).toBe(0);
  const empty = await rollout("import", "sw.po");
  expect(empty.status).toBe(2);
  expect(empty.stderr).toContain("sw.po has no translated text.");
  const content = readFileSync(join(folder.path, "sw.po"), "utf8");
  expect(content).toContain('msgctxt "policies/region-abroad"');
  folder.write(
    "sw.po",
    content.replace(
      'msgid "Skip to the main content"\nmsgstr ""',
      'msgid "Skip to the main content"\nmsgstr "Ruka"',
    ),
  );
  expect((await rollout("import", "sw.po")).status).toBe(0);
  expect(readFileSync(join(folder.path, "languages/sw.yaml"), "utf8")).toBe(
    'language: sw\nname: "Kiswahili"\nmessages:\n  page.skip: "Ruka"\n',
  );
  const { languages } = JSON.parse((await rollout("status", "--json")).stdout);
  expect(languages).toMatchObject([
    { language: "sw", messages: { translated: 1 }, questions: { translated: 0, total: 126 }, reviewed: null },
  ]);
  folder.write(
    "sw.po",
    content.replace('msgid "Help: {email}"\nmsgstr ""', 'msgid "Help: {email}"\nmsgstr "Msaada"'),
  );
  const refused = await rollout("import", "sw.po");
  expect(refused.status).toBe(2);
  expect(refused.stderr + refused.stdout).toMatch(
    /sw\.po:\d+:1 {2}messages\/footer\.help: The message lacks "\{email\}"/,
  );
});

test("Arabic says that a machine made it, and has all texts of the pages", () => {
  const { origin, reviewed, ...arabic } = readCatalogue(kits("ar"));
  expect([origin, reviewed]).toEqual(["machine", undefined]);
  const own = textsOf(arabic);
  expect([...english.keys()].filter((place) => !own.has(place))).toEqual([]);
});

test("in a folder without catalogues, the command exports the kit's own translation, and takes it back into a new one", async () => {
  using folder = new Folder();
  const command = new CommandLine({ folder: folder.path });
  expect((await command.run("translate", "export", "ar")).status).toBe(0);
  expect(readFileSync(join(folder.path, "ar.po"), "utf8")).toContain('msgstr "انتقل إلى المحتوى الرئيسي"');
  expect((await command.run("translate", "import", "ar.po")).status).toBe(0);
  const taken = readFileSync(join(folder.path, "countries/languages/ar.yaml"), "utf8");
  expect(taken).toContain('page.skip: "انتقل إلى المحتوى الرئيسي"');
});
