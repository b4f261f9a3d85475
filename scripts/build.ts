/**
 * Compiles the sources to `dist/` for the npm package: Node.js runs no TypeScript inside `node_modules`.
 * `--out <folder>` compiles to another folder.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../base/package-root.ts";

const { out } = parseArgs({
  options: { out: { type: "string", default: join(packageRoot, "dist") } },
}).values;
const folder = resolve(out);
process.chdir(packageRoot);
rmSync(folder, { recursive: true, force: true });
const { status } = spawnSync(
  join("node_modules", ".bin", "tsc"),
  ["-p", "tsconfig.build.json", "--outDir", folder],
  { stdio: "inherit" },
);
if (status !== 0) process.exit(status ?? 1);
// Modules find these beside themselves.
for (const assets of globSync([
  "{apps/diagnostic/web/assets,stores/*/migrations}",
  "policies/{PulumiPolicy.yaml,package.json,pack.cjs}",
]))
  cpSync(assets, join(folder, assets), { recursive: true });
