/** What git leaves in a file that two people changed in the same place. */
import type { Problem } from "../problem.ts";

const marker = /^(<{7}|\|{7}|={7}|>{7})(?= |$)/;

/** One problem for each conflict, at its first line. */
export function mergeConflicts(file: string, text: string): Problem[] {
  if (!/^(?:<{7}|={7}|>{7})(?: |$)/m.test(text)) return [];
  const problems: Problem[] = [];
  let start: number | undefined;
  const found = (line: number, message: string) =>
    problems.push({
      file,
      line,
      column: 1,
      path: "",
      message,
      remediation: "Keep what is right, and delete the lines that start with <<<<<<<, ======= and >>>>>>>.",
    });
  for (const [index, line] of text.split("\n").entries()) {
    const kind = marker.exec(line)?.[1]?.[0];
    if (kind === undefined) continue;
    if (kind === "<") start = index + 1;
    else if (kind === ">" && start !== undefined) {
      found(start, `Lines ${start} to ${index + 1} are a merge conflict.`);
      start = undefined;
    } else if (start === undefined) found(index + 1, `Line ${index + 1} is left of a merge conflict.`);
  }
  if (start !== undefined) found(start, `A merge conflict starts in line ${start}.`);
  return problems;
}
