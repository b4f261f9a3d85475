/** What a file may be on the disk: text in UTF-8, of whatever line ends, and nothing else. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatProblem, LocalisationError, loadCountry } from "../../localisation/load.ts";
import { edited, Folder, problemsOf, today, validFile } from "./fixture.ts";

/** What loading a path says, without the folder. */
function said(path: string, folder: Folder): string[] {
  try {
    loadCountry(path, { today });
    return [];
  } catch (error) {
    if (!(error instanceof LocalisationError)) throw error;
    return error.problems.map((problem) => formatProblem(problem).replaceAll(`${folder.path}/`, ""));
  }
}

describe("harmless forms just work", () => {
  const windows = `\uFEFF${validFile.replaceAll("\n", "\r\n")}`;
  test.each([
    ["a byte order mark", `\uFEFF${validFile}`],
    ["Windows line ends", validFile.replaceAll("\n", "\r\n")],
    ["both", windows],
    ["no line end at the end", validFile.trimEnd()],
    ["comments and empty lines", `# a\n\n${validFile}\n\n# b\n`],
    ["a YAML directive", `%YAML 1.2\n---\n${validFile}...\n`],
    [
      "a directive of YAML 1.1, under which NO would be false",
      `%YAML 1.1\n---\n${edited("country: KE", "country: NO")}`,
    ],
    [
      "an alias",
      edited("name: { en: Small, sw: Ndogo }", "name: *micro").replace(
        "name: { en: Micro",
        "name: &micro { en: Micro",
      ),
    ],
    ["a no-break space in a French text", edited("en: Workshops", 'en: "Ateliers\u00a0: phase 1"')],
    ["joiners and marks of direction in Persian", edited("en: Workshops", "en: کارگاه\u200cهای متصل\u200f")],
    ["a word's end in Khmer", edited("en: Workshops", "en: រោង\u200bជាង")],
  ])("%s", (_, file) => {
    expect(problemsOf(file)).toEqual([]);
  });

  test("and places are as editors count them", () => {
    expect(problemsOf(windows.replace("country: KE", "contry: KE"))).toEqual([
      'file:2:1  contry: "contry" is not a known key. Did you mean "country"?',
    ]);
  });
});

describe("what is no text is refused", () => {
  test.each([
    [
      "UTF-16",
      Buffer.from(`\uFEFF${validFile}`, "utf16le"),
      "file:1:1  The file is UTF-16. Save it as UTF-8.",
    ],
    [
      "Latin-1",
      Buffer.from(validFile.replace("Karakana", "Türkiye"), "latin1"),
      "file:5:31  A byte here is not UTF-8. Save the file as UTF-8.",
    ],
    [
      "a picture",
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]),
      "file:1:1  This is a binary file, not text. Name a localisation file, such as za.yaml.",
    ],
    [
      "a bell",
      edited("Karakana", "K\u0007"),
      "file:5:31  The character U+0007 is a control character. Remove it.",
    ],
    [
      "line ends of an old Macintosh",
      validFile.replaceAll("\n", "\r"),
      "file:1:23  The character U+000D is a lone carriage return. End lines with a line feed.",
    ],
    [
      "a hard space in the indentation",
      edited("  scale:", " \u00A0scale:"),
      "file:13:2  The character U+00A0 is a space that YAML doesn't know. Indent with plain spaces.",
    ],
    [
      "more than a megabyte",
      "#".repeat(1024 * 1024 + 1),
      "file:1:1  The file has 1,048,577 bytes; at most 1,048,576 are read. Check that it is the right file; a country needs a few tens of kilobytes.",
    ],
    ["nothing", "", "file:1:1  The file is empty. Start from countries/template.yaml."],
    ["comments", "# a\n", "file:1:1  The file is empty. Start from countries/template.yaml."],
    ["a list", "- a\n", "file:1:1  The file holds no keys with values. Start from countries/template.yaml."],
    [
      "a word",
      "hello\n",
      "file:1:1  The file holds no keys with values. Start from countries/template.yaml.",
    ],
  ])("%s", (_, file, line) => {
    expect(problemsOf(file)).toEqual([line]);
  });
});

describe("paths", () => {
  test("a file that isn't there, with the one that was meant", () => {
    using folder = new Folder();
    folder.write("kenya.yaml", validFile);
    expect(said(join(folder.path, "kenia.yaml"), folder)).toEqual([
      'kenia.yaml:1:1  There is no such file. Did you mean "kenya.yaml"?',
    ]);
    expect(said(join(folder.path, "no", "such", "file.yaml"), folder)).toEqual([
      "no/such/file.yaml:1:1  There is no such file. Check the path.",
    ]);
    expect(said(join(folder.path, "kenya.yaml", "below"), folder)[0]).toContain("There is no such file.");
  });

  test("a folder, a pipe, a link to itself, a name that can't be", () => {
    using folder = new Folder();
    mkdirSync(join(folder.path, "folder"));
    expect(said(join(folder.path, "folder"), folder)).toEqual([
      "folder:1:1  This is a folder. Name a localisation file in it, such as za.yaml.",
    ]);
    const pipe = join(folder.path, "pipe");
    if (spawnSync("mkfifo", [pipe]).status === 0)
      expect(said(pipe, folder)).toEqual([
        "pipe:1:1  This is not a regular file. Save the text to a file and name that.",
      ]);
    symlinkSync("loop", join(folder.path, "loop"));
    expect(said(join(folder.path, "loop"), folder)).toEqual([
      "loop:1:1  The file is a link to itself. Fix the link.",
    ]);
    expect(said("a\0b", folder)[0]).toContain("The file can't be read");
    expect(said("x".repeat(5000), folder)[0]).toContain(
      "The file can't be read: the name is too long (ENAMETOOLONG)",
    );
  });

  // The superuser may read everything.
  test.skipIf(process.getuid?.() === 0)("a file that may not be read", () => {
    using folder = new Folder();
    const file = folder.write("closed.yaml", validFile);
    chmodSync(file, 0o000);
    expect(said(file, folder)[0]).toContain("closed.yaml:1:1  The file may not be read by this user.");
  });

  test("a link to a file is the file", () => {
    using folder = new Folder();
    symlinkSync(folder.write("file.yaml", validFile), join(folder.path, "link.yaml"));
    expect(said(join(folder.path, "link.yaml"), folder)).toEqual([]);
  });
});

describe("files built to exhaust the reader end in one problem", () => {
  const fit = (unit: string): string => unit.repeat(Math.floor(1_048_000 / unit.length));
  const multiplying = ["b", "c", "d", "e", "f", "g"].map(
    (key, index) => `${key}: &${key} [${Array(10).fill(`*${"abcdef"[index]}`)}]\n`,
  );
  test.each([
    ["aliases that multiply", `a: &a [${Array(10).fill("x")}]\n${multiplying.join("")}`],
    ["an alias that holds itself", "a: &a [*a]\n"],
    ["brackets without end", fit("[")],
    ["braces without end", fit("{")],
    ["brackets that close", `a: ${"[".repeat(500_000)}${"]".repeat(500_000)}`],
    ["dashes", fit("- ")],
    ["questions", fit("? ")],
    ["keys inside keys", Array.from({ length: 1400 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["one key over and over", fit("a: 1\n")],
    ["ninety thousand keys", Array.from({ length: 90_000 }, (_, key) => `k${key}: 1`).join("\n")],
    ["half a million items", `a: [${fit("1,")}]`.slice(0, 1_048_000)],
    ["documents", fit("---\n")],
    ["directives", fit("%a\n")],
    ["quotes", fit('"')],
    ["anchors", fit("&a ")],
    ["types", fit("! ")],
    ["line ends", fit("\n")],
  ])("%s", (_, file) => {
    expect(problemsOf(file)).toHaveLength(1);
  });

  test("long texts are compared in linear time", () => {
    const long = "a.".repeat(100_000);
    const lines = problemsOf(
      `apiVersion: rollout/v1\nsupport: { email: "${long}@", url: "http://${long}" }\nnotifications: { mailGateway: { host: ${long} } }\n`,
    );
    expect(lines.some((line) => line.includes("support.email"))).toBe(true);
  });
});
