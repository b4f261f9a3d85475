/** Where the kit is installed: the folder of its package.json, from the sources and from the compiled `dist/` alike. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

export const packageRoot = findPackageRoot();

/** @returns a path of a file of the kit that this user can open: relative if it is below the working folder, else absolute. */
export function kitPath(file: string): string {
  const path = join(packageRoot, file);
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") || isAbsolute(fromHere) ? path : fromHere;
}

/** Version of the kit. */
export function kitVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}
