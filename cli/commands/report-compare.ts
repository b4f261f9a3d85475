/** `rollout report compare`: shows countries side by side. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { kitVersion, packageRoot } from "../../base/package-root.ts";
import type { CountryComparison } from "../../compliance/compare.ts";
import { writeGiven } from "../given-file.ts";
import { print, printJson, style } from "../terminal.ts";

interface Options {
  readonly env?: string;
  readonly html?: string;
  readonly json?: boolean;
}

export function reportCompareCommand(): Command {
  return new Command("compare")
    .description("show countries side by side: law, residency, transfers, retention, targets, verdicts")
    .argument("<countries...>", "localisation files, or codes of the kit's countries, such as za tr br")
    .option("--env <name>", "environment of every file, such as production")
    .option("--html <file>", "write it to this file as a page")
    .option("--json", "print JSON")
    .action(async (countries: string[], options: Options) => {
      const { compareCountries } = await import("../../compliance/compare.ts");
      const comparison = await compareCountries({
        files: countries.map(fileOf),
        ...(options.env !== undefined && { environment: options.env }),
        at: new Date(),
        kit: kitVersion(),
      });
      if (comparison.rows.some(({ values }) => values.some((value) => value.startsWith("FAIL"))))
        process.exitCode = exitCode.checkFailed;
      if (options.html !== undefined) {
        const { comparisonPage } = await import("../../compliance/html/comparison.ts");
        writeGiven(options.html, comparisonPage(comparison));
      }
      if (options.json) printJson(comparison);
      else if (options.html !== undefined) print(options.html);
      else print(sideBySide(comparison));
    });
}

function fileOf(country: string): string {
  if (!/^[A-Za-z]{2}$/.test(country) || existsSync(country)) return country;
  const file = join(packageRoot, "countries", `${country.toLowerCase()}.yaml`);
  if (existsSync(file)) return file;
  throw new InputError(`The kit has no file of the country "${country}".`, "Give its localisation file.");
}

const topicWidth = 20;
const narrowestColumn = 24;

/** A block a topic, its texts wrapped in columns as wide as the terminal allows. */
function sideBySide({ countries, rows }: CountryComparison): string {
  const terminal = process.stdout.columns ?? 140;
  const width = Math.max(narrowestColumn, Math.floor((terminal - topicWidth) / countries.length) - 2);
  const lines = (cells: readonly string[], topic: string): string[] => {
    const columns = cells.map((text) => wrapped(text, width));
    const height = Math.max(1, ...columns.map(({ length }) => length));
    return Array.from({ length: height }, (_, index) =>
      [
        (index === 0 ? topic : "").padEnd(topicWidth),
        ...columns.map((column) => (column[index] ?? "").padEnd(width)),
      ]
        .join("  ")
        .trimEnd(),
    );
  };
  return [
    ...lines(
      countries.map(({ name, country }) => `${name} (${country})`),
      "",
    ).map((line) => style("bold", line)),
    ...rows.flatMap(({ topic, values }) => lines(values, topic)),
  ].join("\n");
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return line === "" ? lines : [...lines, line];
}
