/** Which npm packages the installed kit needs at run time, and where to copy them so that Node.js finds each one. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { EnvironmentError } from "../base/kit-error.ts";

export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** Where it is installed. */
  readonly folder: string;
  /** Where it goes, relative to the folder that gets `node_modules`. */
  readonly place: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * A package that several others need is placed once, at the top; another version of it goes below the package that needs it.
 * @param folder of the package whose dependencies are wanted; they are found as Node.js finds them.
 * @param leaveOut direct dependencies to leave out, together with what only they need.
 * @throws EnvironmentError when a dependency is not installed.
 */
export function nodePackages(folder: string, leaveOut: (name: string) => boolean): readonly NodePackage[] {
  /** Packages by the folder that they go to. */
  const placed = new Map<string, NodePackage>();
  const waiting: { folder: string; place: string }[] = [{ folder: realpathSync(folder), place: "" }];
  // Level by level, so that all dependencies of a package have a place before their own dependencies look for one.
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { folder: dependent, place } = next;
    const manifest = readManifest(dependent);
    const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    for (const name of names.sort()) {
      if (place === "" && leaveOut(name)) continue;
      const found = installed(name, dependent);
      if (found === undefined) {
        // npm leaves out what is for another platform.
        if (manifest.optionalDependencies?.[name] !== undefined) continue;
        throw new EnvironmentError(
          `${name}, which ${manifest.name} needs, is not installed.`,
          "Run `npm install` where the kit is installed.",
        );
      }
      const seen = visibleFrom(place, name, placed);
      if (seen?.folder === found) continue;
      const spot = join(seen === undefined ? "" : place, "node_modules", name);
      placed.set(spot, { name, version: readManifest(found).version, folder: found, place: spot });
      waiting.push({ folder: found, place: spot });
    }
  }
  return [...placed.values()].sort((a, b) => (a.place < b.place ? -1 : 1));
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The folder of a package, as Node.js finds it from a folder. */
export function installed(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate);
    if (dirname(folder) === folder) return undefined;
  }
}

/** The package that Node.js would find from a place, among those that have a place already. */
function visibleFrom(
  place: string,
  name: string,
  placed: ReadonlyMap<string, NodePackage>,
): NodePackage | undefined {
  for (let folder = place; ; folder = dirname(folder)) {
    const found = placed.get(join(folder, "node_modules", name));
    if (found !== undefined || folder === "" || folder === ".") return found;
  }
}
