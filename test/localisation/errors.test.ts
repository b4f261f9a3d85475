/**
 * Every class of mistake in a localisation file, with the exact lines that a user reads. `mistakes/*.txt` hold them:
 * `#` names the mistake, `-` a part of the valid file, `+` what replaces it or is appended, `@` sets two edits apart.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { edited, problemsOf, validFile } from "./fixture.ts";

interface Mistake {
  readonly title: string;
  readonly file: string;
  readonly problems: readonly string[];
}

function readMistakes(text: string): Mistake[] {
  return text
    .split(/^# /m)
    .filter((block) => block !== "")
    .map((block) => {
      const [title = "", ...lines] = block.trimEnd().split("\n");
      const edits: { removed: string[]; added: string[] }[] = [{ removed: [], added: [] }];
      const problems: string[] = [];
      for (const line of lines) {
        const last = edits.at(-1);
        if (line === "@" || (line.startsWith("- ") && last?.added.length !== 0))
          edits.push({ removed: [], added: [] });
        if (line.startsWith("- ")) edits.at(-1)?.removed.push(line.slice(2));
        else if (line.startsWith("+ ")) edits.at(-1)?.added.push(line.slice(2));
        else if (line !== "@") problems.push(line);
      }
      const file = edits
        .filter(({ removed, added }) => removed.length + added.length > 0)
        .reduce(
          (content, { removed, added }) =>
            removed.length === 0
              ? `${content}${added.join("\n")}\n`
              : edited(removed.join("\n"), added.join("\n"), content),
          validFile,
        );
      return { title, file, problems };
    });
}

test("the file without the mistakes has no problem", () => {
  expect(problemsOf(validFile)).toEqual([]);
});

const folder = join(import.meta.dirname, "mistakes");
for (const name of readdirSync(folder))
  describe(name, () => {
    const mistakes = readMistakes(readFileSync(join(folder, name), "utf8"));
    test.each(mistakes)("$title", ({ file, problems }) => {
      expect(problems.length).toBeGreaterThan(0);
      expect(problemsOf(file)).toEqual(problems);
    });
  });

test("mistakes of all kinds are reported at once, by their place in the file", () => {
  const file = edited("country: KE", "country: XX")
    .replace('["10", "14"]', '[10, "14"]')
    .replace("id: small", "id: micro")
    .replace("year: 2017", "year: soon")
    .concat("country: KE\n");
  expect(problemsOf(file).map((line) => line.split(" ")[0])).toEqual([
    "file:2:10",
    "file:8:13",
    "file:11:13",
    "file:27:74",
    "file:28:1",
  ]);
});

test("a list of hundreds of mistakes ends with their number", () => {
  const sectors = Array.from({ length: 300 }, () => "1").join(", ");
  const lines = problemsOf(edited('["10", "14"]', `[${sectors}]`));
  expect(lines).toHaveLength(201);
  expect(lines[0]).toBe("file:1:1  There are 101 more problems than these. Fix these first.");
});
