/** Compiles the sources to `dist/` for the npm package: Node.js runs no TypeScript inside `node_modules`. */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../localisation/package-root.ts";

process.chdir(packageRoot);
rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync(join("node_modules", ".bin", "tsc"), ["-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);
// Modules find these beside themselves.
for (const folder of globSync("apps/*/{assets,migrations}"))
  cpSync(folder, join("dist", folder), { recursive: true });
