// Counts a vitest report's tests for .ci/run, and writes what failed, and why, to a file: count-tests.cjs REPORT FAILURES.
const { readFileSync, writeFileSync } = require("node:fs");
const { relative } = require("node:path");

const [report, failures] = process.argv.slice(2);
const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));

// Long enough for a difference of values, short enough that a hundred failures stay readable.
const shortened = (message) =>
  message
    .split("\n")
    .filter((line) => !line.includes("node_modules"))
    .slice(0, 12)
    .map((line) => `      ${line.slice(0, 300)}`)
    .join("\n");

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
    lines.push(`  ${name}`, shortened(file.message));
  }
}
writeFileSync(failures, lines.join("\n"));
console.log(numPassedTests, numFailedTests + broken);
