/** Leaks, weaknesses and losses of each kind: a policy that is meant for one speaks. */
import { describe, expect, test } from "vitest";
import { casesOf, kinds, newFindings } from "./leak-case.ts";

describe.each(kinds)("%s", (kind) => {
  test.for(casesOf(kind).map((one) => [one.file, one.says, one] as const))("%s: %s", async ([, , leak]) => {
    const spoke = (await newFindings(leak)).flatMap(({ policy, verdict }) =>
      verdict === "undetermined" ? ["undetermined", policy] : [policy],
    );
    const meant = leak.expect.filter((id) => spoke.includes(id));
    expect(meant, `it should be one of ${leak.expect}; these spoke: ${spoke}`).not.toEqual([]);
  });
});
