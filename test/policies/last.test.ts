import { expect, test } from "vitest";
import { rememberSettings, rememberTexts } from "../../policies/resources/last.ts";

test("a text is read once, also where nothing is found in it", () => {
  let reads = 0;
  const find = rememberTexts((text) => {
    reads++;
    return /found/.exec(text)?.[0];
  });
  expect([find("nothing"), find("nothing"), find("found"), find("found")]).toEqual([
    undefined,
    undefined,
    "found",
    "found",
  ]);
  expect(reads).toBe(2);
});

test("the same text under another key is another setting", () => {
  const read = rememberSettings((key, text) => `${key}=${text}`);
  expect([read("a", "on"), read("b", "on"), read("a", "on"), read("a", "off")]).toEqual([
    "a=on",
    "b=on",
    "a=on",
    "a=off",
  ]);
});

test("large texts do not stay in memory", () => {
  const read: string[] = [];
  const remembered = rememberTexts((text) => read.push(text.slice(0, 1)));
  const large = (sign: string) => sign.repeat(3_000_000);
  for (const sign of ["a", "b", "c", "d", "a"]) remembered(large(sign));
  // Three fill the space; the fourth makes room for itself, so the first is read again.
  expect(read.join("")).toBe("abcda");
});
