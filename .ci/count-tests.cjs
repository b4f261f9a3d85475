// Counts a vitest report's tests for .ci/run, and writes what failed, and why, to a file: count-tests.cjs REPORT LOG FAILURES.
const { readFileSync, writeFileSync } = require("node:fs");
const { relative } = require("node:path");
const { stripVTControlCharacters } = require("node:util");

const [report, log, failures] = process.argv.slice(2);
const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));

// Long enough for a difference of values, short enough that a hundred failures stay readable.
const shortened = (message) =>
  message
    .split("\n")
    .filter((line) => !line.includes("node_modules"))
    .slice(0, 12)
    .map((line) => `      ${line.slice(0, 300)}`)
    .join("\n");

/** What the log says of a file whose hooks failed: the report has no word of it. */
function saidOf(name) {
  const said = stripVTControlCharacters(readFileSync(log, "utf8")).split("\n");
  const from = said.findIndex((line) => line.includes("FAIL") && line.includes(name));
  return from < 0 ? "" : said.slice(from + 1).join("\n");
}

const lines = [];
let broken = 0;
for (const file of testResults) {
  const name = relative(process.cwd(), file.name);
  const failed = file.assertionResults.filter((test) => test.status === "failed");
  for (const test of failed)
    lines.push(`  ${name}: ${test.fullName}`, ...test.failureMessages.map(shortened));
  // A file that fails to load, or whose hooks fail, has no test to count.
  if (file.status === "failed" && failed.length === 0) {
    broken += 1;
    lines.push(`  ${name}`, shortened(file.message || saidOf(name)));
  }
}
writeFileSync(failures, lines.join("\n"));
console.log(numPassedTests, numFailedTests + broken);
