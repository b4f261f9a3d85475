/** What the npm package's messages and pages name is in the package. */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { kitPath, packageRoot } from "../../base/package-root.ts";

let packed: Set<string>;
beforeAll(() => {
  // What the package's own scripts build is no document.
  const list = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: packageRoot,
    encoding: "utf8",
  });
  const [{ files }] = JSON.parse(list) as [{ files: { path: string }[] }];
  packed = new Set(files.map(({ path }) => path));
  for (const path of packed)
    for (let folder = posix.dirname(path); folder !== "."; folder = posix.dirname(folder)) packed.add(folder);
});

const sources = globSync("*/**/*.ts", {
  cwd: packageRoot,
  exclude: ["bench/**", "dist/**", "node_modules/**", "scripts/**", "test/**", "**/generated/**"],
}).map((file) => ({ file, code: readFileSync(join(packageRoot, file), "utf8") }));

describe("paths in messages", () => {
  const named = sources.flatMap(({ file, code }) =>
    [...code.matchAll(/\bkitPath\("([^"]+)"\)/g)].map(([, path]) => ({ file, path: path! })),
  );

  test.each(named)("$path, which $file names, is packed", ({ path }) => {
    expect(packed).toContain(path);
  });

  test("a text names a file of the kit by its path on the user's machine", () => {
    // On a cluster nobody knows where a reader has the kit: alerts name their page as the kit's.
    const named = sources.filter(({ file }) => file !== "components/alerts.ts");
    const others = named.flatMap(({ file, code }) =>
      [
        ...withoutComments(code).matchAll(
          /(?<!kitPath\(")\b(?:docs|countries|charts)\/[\w./-]+\.(?:md|yaml)/g,
        ),
      ].map(([path]) => `${file}: ${path}`),
    );
    expect(others).toEqual([]);
  });
});

test("links between the pages lead to what is packed", () => {
  const pages = [...packed].filter((path) => /^(?!charts\/).*\.md$/.test(path));
  expect(pages).toContain("docs/localisation.md");
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(packageRoot, page), "utf8").matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
      .map(([, link]) => posix.join(posix.dirname(page), link!).replace(/\/$/, ""))
      .filter((path) => !packed.has(path))
      .map((path) => `${page}: ${path}`),
  );
  expect(broken).toEqual([]);
});

test("the template names pages that are packed", () => {
  const template = readFileSync(join(packageRoot, "countries/template.yaml"), "utf8");
  const pages = template.match(/docs\/[a-z-]+\.md/g) ?? [];
  expect(pages.length).toBeGreaterThan(0);
  for (const page of pages) expect(packed).toContain(page);
});

test("a path of the kit is relative below the working folder, else absolute", () => {
  const before = process.cwd();
  try {
    process.chdir(packageRoot);
    expect(kitPath("docs/backup.md")).toBe(join("docs", "backup.md"));
    process.chdir(join(packageRoot, "countries"));
    expect(kitPath("docs/backup.md")).toBe(join(packageRoot, "docs", "backup.md"));
  } finally {
    process.chdir(before);
  }
});

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
}
