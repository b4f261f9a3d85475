/** The kit as npm installs it: compiled, with the files that its commands read, without the packages that it needs. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentError } from "../base/kit-error.ts";
import { packageRoot } from "../base/package-root.ts";

/** Next to `dist/`, as in the npm package. */
const packaged = ["package.json", "LICENSE", "countries", "docs", "cli/bin.mjs", "Containerfile"] as const;

/** @throws EnvironmentError when the sources of a checkout don't compile. */
export function writeKitFiles(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of packaged) cpSync(join(packageRoot, name), join(folder, name), { recursive: true });
  writeCompiled(join(folder, "dist"));
}

/** A checkout is compiled again: an earlier build may be older than the sources. */
function writeCompiled(folder: string): void {
  if (!existsSync(join(packageRoot, "cli", "main.ts"))) {
    cpSync(join(packageRoot, "dist"), folder, { recursive: true });
    return;
  }
  const { status, stderr, error } = spawnSync(
    process.execPath,
    [join(packageRoot, "scripts", "build.ts"), "--out", folder],
    { encoding: "utf8" },
  );
  if (status !== 0)
    throw new EnvironmentError(
      `The kit's sources don't compile: ${error?.message ?? stderr.trim().split("\n")[0]}`,
      "`npm run build` says more.",
    );
}
