/**
 * Writes the sources without their types to `dist/` for the npm package: Node.js runs no TypeScript inside `node_modules`.
 * Needs no compiler, so that images and bundles can be made where the dev dependencies are not installed.
 * `--out <folder>` writes to another folder.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../base/package-root.ts";

const { out } = parseArgs({
  options: { out: { type: "string", default: join(packageRoot, "dist") } },
}).values;
const folder = resolve(out);
process.chdir(packageRoot);
rmSync(folder, { recursive: true, force: true });

const notPacked = ["bench/**", "dist/**", "node_modules/**", "scripts/**", "test/**", "**/drizzle.config.ts"];
/** `from "./module.ts"`, `import("./module.ts")` and `import "./module.ts"`. */
const importedModule = /(\b(?:from|import)\s*\(?\s*"\.{1,2}\/[^"]+)\.ts"/g;
for (const source of globSync("*/**/*.ts", { exclude: notPacked })) {
  const code = withoutTypes(source);
  const target = join(folder, source.replace(/\.ts$/, ".js"));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code.replaceAll(importedModule, '$1.js"'));
}
// Modules find these in their own folder.
for (const assets of globSync([
  "{apps/diagnostic/web/assets,stores/*/migrations}",
  "apps/simulator/machine-types.yaml",
  "policies/{PulumiPolicy.yaml,package.json,pack.cjs}",
]))
  cpSync(assets, join(folder, assets), { recursive: true });

function withoutTypes(source: string): string {
  try {
    return stripTypeScriptTypes(readFileSync(source, "utf8"));
  } catch (error) {
    process.stderr.write(`${source}: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
