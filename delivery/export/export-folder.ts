/** Writes an export to a folder; a country joins others whose chart is in the folder already. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../base/kit-error.ts";
import { type Manifests, writeFiles, writeManifests } from "../../plan/manifests.ts";

/** The values and operators of one country; everything else of a chart is the same for all of them. */
const isOfCountry = (name: string): boolean => /^(values-|operators\/)/.test(name);

/**
 * @returns the names of the files that were written.
 * @throws InputError when the folder holds something else, or other countries with another chart.
 */
export function writeExport(folder: string, files: Manifests): readonly string[] {
  const others = globSync("values-*.yaml", { cwd: folder }).filter((name) => !files.has(name));
  if (others.length === 0 || !files.has("Chart.yaml")) {
    writeManifests(folder, files);
    return [...files.keys()];
  }
  const shared = [...files.keys()].filter((name) => !isOfCountry(name));
  const different = [
    ...shared.filter((name) => textOf(join(folder, name)) !== files.get(name)),
    ...globSync("templates/*", { cwd: folder }).filter((name) => !files.has(name)),
  ];
  if (different.length > 0)
    throw new InputError(
      `${folder} holds a chart with ${others.join(", ")}, and this country needs another chart: ${different[0]} differs.`,
      "Name another folder, or export all the countries again with this version into a new one.",
    );
  const own = new Map([...files].filter(([name]) => isOfCountry(name)));
  writeFiles(folder, own);
  return [...own.keys()];
}

const textOf = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, "utf8") : undefined;
