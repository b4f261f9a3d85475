/** Leaks, weaknesses and losses of each kind: a policy that is meant for one speaks. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import type { Policy } from "../../policies/engine/policy.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { casesOf, kinds, newFindings } from "./leak-case.ts";

const seen = new Map<string, boolean[]>(kinds.map((kind) => [kind, []]));

describe.each(kinds)("%s", (kind) => {
  test.for(casesOf(kind).map((one) => [one.file, one.says, one] as const))("%s: %s", async ([, , leak]) => {
    const spoke = async (by?: readonly Policy[]) =>
      (await newFindings(leak, by)).flatMap(({ policy, verdict }) =>
        verdict === "undetermined" ? ["undetermined", policy] : [policy],
      );
    const meant = policies.filter(({ id }) => leak.expect.includes(id));
    const isSeen = (ids: readonly string[]) => ids.some((id) => leak.expect.includes(id));
    // All policies are asked only where none of those that are meant spoke: there are hundreds of cases.
    const ids = [await spoke(meant)].find(isSeen) ?? (await spoke());
    seen.get(kind)?.push(isSeen(ids));
    expect(isSeen(ids), `it should be one of ${leak.expect}; these spoke: ${ids}`).toBe(true);
  });
});

/** `npx vitest run test/policies/cases.test.ts --update` writes it after an intended change. */
test("docs/checking.md says how many cases of each kind are seen", async ({ skip }) => {
  const complete = kinds.every((kind) => seen.get(kind)?.length === casesOf(kind).length);
  if (!complete) skip("Only some of the cases ran.");
  const row = (name: string, results: readonly boolean[]) => {
    const count = results.filter((one) => one).length;
    return `| ${name} | ${results.length} | ${count} | ${Math.floor((100 * count) / results.length)} % |`;
  };
  const table = [
    "| kind | cases | seen by the policy that is meant for them | share |",
    "|---|---|---|---|",
    ...kinds.map((kind) => row(kind.replaceAll("-", " "), seen.get(kind) ?? [])),
    row("**all**", [...seen.values()].flat()),
  ].join("\n");
  const file = join(packageRoot, "docs", "checking.md");
  const between = /(<!-- cases -->\n)[\s\S]*(<!-- \/cases -->)/;
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(between);
  await expect(text.replace(between, `$1\n${table}\n\n$2`)).toMatchFileSnapshot(file);
});
