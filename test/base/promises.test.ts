/** docs/promises.md names documents, texts of pages, and tests that exist. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../base/package-root.ts";

const read = (file: string) => readFileSync(join(packageRoot, file), "utf8");

const { messages } = parse(read("countries/languages/en.yaml")) as { messages: Record<string, string> };
const rows = read("docs/promises.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| promise |"))
  .map((line) => line.slice(2, -2).split(" | "));

/** The ids that GitHub gives to a document's headings. */
function anchorsOf(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("the table is one that can be read, with no promise twice", () => {
  expect(rows.length).toBeGreaterThan(80);
  expect(rows.length).toBeLessThanOrEqual(150);
  expect(rows.filter((cells) => cells.length !== 3)).toEqual([]);
  expect(new Set(rows.map(([promise]) => promise)).size).toBe(rows.length);
});

test.each(rows)("%s", (_promise, saidIn, tests) => {
  for (const place of saidIn!.split(", ")) {
    const [, file, anchor] = /^\[[^\]]+\]\(([^)#]+)(?:#([^)]+))?\)$/.exec(place) ?? [];
    const [, key] = /^`([\w.-]+)`$/.exec(place) ?? [];
    expect(file ?? key, place).toBeDefined();
    if (key !== undefined) expect(messages, place).toHaveProperty([key]);
    if (file === undefined) continue;
    const document = join("docs", file);
    expect(existsSync(join(packageRoot, document)), place).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(document), place).toContain(anchor);
  }
  for (const each of tests!.split("<br>")) {
    const [, file, title] = /^`([\w./-]+\.test\.ts)`: (.+)$/.exec(each) ?? [];
    expect(file, each).toBeDefined();
    // The title as a literal at the start of a call, so that a comment that has the same words doesn't count.
    const escaped = title!.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    expect(read(join("test", file!)), each).toMatch(new RegExp(`\\(\\s*(["\`])${escaped}\\1`));
  }
});
