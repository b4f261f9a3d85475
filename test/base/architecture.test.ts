/** docs/architecture.md names functions and files that exist. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";

const text = readFileSync(join(packageRoot, "docs/architecture.md"), "utf8");
const steps = [...text.matchAll(/^\| [^|]+ \| `(\w+)` \| `([\w./-]+)` \|$/gm)].map(
  ([, name, file]) => [name!, file!] as const,
);

test("the tables list the steps", () => expect(steps.length).toBeGreaterThan(25));

test.each(steps)("%s is exported by %s", (name, file) => {
  expect(readFileSync(join(packageRoot, file), "utf8")).toMatch(
    new RegExp(`^export (async )?(function|const|class) ${name}\\b`, "m"),
  );
});
