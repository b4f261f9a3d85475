/** The local stack's log under a flood: lines are counted, and the file is bounded while the stack runs. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog } from "../../stacks/local/log.ts";
import { until } from "../until.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-"));
  file = join(folder, "stack.log");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Line {
  readonly msg: string;
  readonly port?: number;
  readonly alikeSinceLastLine?: number;
}

const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

test("of lines with one text the first are written, then the last with the count of those between; others stay", async () => {
  const log = openLog(file, { linesAPeriod: 20, periodMilliseconds: 500 });
  for (let port = 1; port <= 2000; port += 1) {
    log.info({ port }, "a TLS handshake failed");
    if (port === 1000) log.warn({ attempt: 1 }, "an insert failed and is tried again");
  }
  const flood = () => linesOf(file).filter(({ msg }) => msg === "a TLS handshake failed");
  await until(() => flood().length === 21);
  expect(flood().map(({ port }) => port)).toEqual([
    ...Array.from({ length: 20 }, (_, index) => index + 1),
    2000,
  ]);
  expect(flood().at(-1)!.alikeSinceLastLine).toBe(1979);
  expect(linesOf(file).filter(({ msg }) => msg.startsWith("an insert"))).toHaveLength(1);
  // The next period writes again.
  log.info({ port: 2001 }, "a TLS handshake failed");
  expect(flood()).toHaveLength(22);
});

test("a large file is turned while it is written to, and no more than two are kept", () => {
  const fileBytes = 10_000;
  const log = openLog(file, { fileBytes });
  const longest = 200;
  for (let count = 1; count <= 1000; count += 1) log.info(`line ${count}`);
  for (const path of [file, `${file}.1`]) {
    expect(statSync(path).size).toBeLessThan(fileBytes + longest);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
  const kept = [...linesOf(`${file}.1`), ...linesOf(file)].map(({ msg }) => Number(msg.slice(5)));
  expect(kept.at(-1)).toBe(1000);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 1001 - kept.length + index));
});

test("no line is kept for longer than the country's file says, and younger ones are", () => {
  const day = 86_400_000;
  const lineOf = (days: number) =>
    `{"level":30,"time":"${new Date(Date.now() - days * day).toISOString()}","msg":"${days} days ago"}\n`;
  const write = (path: string, ...ages: number[]) => {
    writeFileSync(path, ages.map(lineOf).join(""));
    const last = Date.now() / 1000 - ages.at(-1)! * 86_400;
    utimesSync(path, last, last);
  };
  const keptMilliseconds = 90 * day;
  write(`${file}.1`, 89, 46);
  write(file, 44, 1);
  openLog(file, { keptMilliseconds });
  expect(existsSync(`${file}.1`)).toBe(false);
  write(file, 46, 1);
  openLog(file, { keptMilliseconds }).info("now");
  expect(linesOf(`${file}.1`).map(({ msg }) => msg)).toEqual(["46 days ago", "1 days ago"]);
  expect(linesOf(file).map(({ msg }) => msg)).toEqual(["now"]);
  write(`${file}.1`, 80, 44);
  openLog(file, { keptMilliseconds });
  expect(existsSync(`${file}.1`)).toBe(true);
});
