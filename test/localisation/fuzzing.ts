/** Loads mutants and holds the loader to its promise: a country, or problems with places in the file. */
import { LocalisationError, loadSource, type Problem } from "../../localisation/load.ts";
import { sourceOf } from "../../localisation/read/source.ts";
import { today } from "./fixture.ts";
import { type Random, seededRandom } from "./mutants.ts";

const environments = [undefined, "pilot", "pilot", "pilot", "production", "prod"] as const;

export interface Outcomes {
  country: number;
  problems: number;
}

/** @throws with the mutant's number and text where the loader does anything else. */
export function loadMutants(
  count: number,
  seed: number,
  make: (random: Random) => string | Uint8Array,
): Outcomes {
  const outcomes = { country: 0, problems: 0 };
  const { env } = process;
  // The parser asks a variable for each token: of Node's own object that takes a fifth of the time.
  process.env = { ...env };
  try {
    for (let index = 0; index < count; index += 1) {
      const random = seededRandom(seed + index);
      const content = make(random);
      try {
        outcomes[load("mutant.yaml", Buffer.from(content), random)] += 1;
      } catch (error) {
        const reason = error instanceof Error ? error.stack : String(error);
        throw new Error(
          `Mutant ${seed + index}: ${reason}\n${Buffer.from(content).toString("utf8").slice(0, 3000)}`,
        );
      }
    }
    return outcomes;
  } finally {
    process.env = env;
  }
}

function load(file: string, bytes: Buffer, random: Random): keyof Outcomes {
  const environment = environments[Math.floor(random() * environments.length)];
  try {
    const { country } = loadSource(sourceOf(file, bytes), {
      today,
      ...(environment === undefined ? {} : { environment }),
    });
    if (!Object.isFrozen(country) || typeof country.timezone !== "string")
      throw new Error("The country is incomplete.");
    return "country";
  } catch (error) {
    if (!(error instanceof LocalisationError)) throw error;
    if (error.problems.length === 0) throw new Error("An error without a problem.");
    const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
    const lines = text.replaceAll("\r\n", "\n").split("\n");
    for (const problem of error.problems) check(problem, file, lines);
    return "problems";
  }
}

function check(problem: Problem, file: string, lines: readonly string[]): void {
  const { line, column, message, remediation } = problem;
  const fault = (what: string) => new Error(`${what}: ${JSON.stringify(problem)}`);
  if (problem.file !== file) throw fault("Another file");
  if (!Number.isInteger(line) || line < 1 || line > lines.length)
    throw fault(`A line outside of the file's ${lines.length}`);
  if (!Number.isInteger(column) || column < 1 || column > (lines[line - 1]?.length ?? 0) + 1)
    throw fault("A column outside of the line");
  if (!/^\S.*\.$/s.test(message) || !/[.?…"]$/.test(remediation)) throw fault("No sentence");
  if (/undefined|\[object|\n/.test(message + remediation)) throw fault("A message that leaks the program");
}
