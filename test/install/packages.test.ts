/** What `npm start` installs is what the commands need: no more, and nothing that only the dev dependencies bring. */
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";

/** The modules of the npm package. */
let compiled: string;
beforeAll(() => {
  compiled = mkdtempSync(join(tmpdir(), "rollout-compiled-"));
  execFileSync(process.execPath, [join(packageRoot, "scripts", "build.ts"), "--out", compiled], {
    stdio: ["ignore", "inherit", "pipe"],
  });
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

const imported = [
  /^(?:import|export)\b[^;"]*\bfrom "([^"]+)"/gm,
  /\bimport(?: |\()"([^"]+)"/g,
  /(?:(?<![.\w])require|\bcreateRequire\(import\.meta\.url\))(?:\.resolve)?\("([^"]+)"\)/g,
];

test("the commands import what package.json names under dependencies, and all of that", () => {
  const used = new Set<string>();
  for (const file of globSync("**/*.{js,cjs}", { cwd: compiled })) {
    const code = readFileSync(join(compiled, file), "utf8");
    for (const pattern of imported)
      for (const [, module] of code.matchAll(pattern))
        if (!module!.startsWith(".") && !isBuiltin(module!)) used.add(packageOf(module!));
  }
  const { dependencies } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  expect([...used].sort()).toEqual(Object.keys(dependencies).sort());
});

/** `@pulumi/aws/ec2` is a module of `@pulumi/aws`. */
function packageOf(module: string): string {
  return module
    .split("/")
    .slice(0, module.startsWith("@") ? 2 : 1)
    .join("/");
}
