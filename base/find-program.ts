/** Looks for a program on PATH, as a shell does. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * @param path folders to look in, as the variable PATH lists them.
 * @returns the program's file; undefined where none of the folders has it.
 */
export function findProgram(name: string, path: string = process.env.PATH ?? ""): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
