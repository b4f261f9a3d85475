/** Whether a program is there. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export const onPath = (program: string): boolean =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && existsSync(join(folder, program)));
