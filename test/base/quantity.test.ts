/** Quantities are read and written as Kubernetes does. */
import { expect, test } from "vitest";
import {
  formatGibibytes,
  formatMebibytes,
  formatProcessors,
  parseMebibytes,
  parseProcessors,
  parseQuantity,
} from "../../base/quantity.ts";

test.each([
  ["0", 0],
  ["2", 2],
  ["1.5", 1.5],
  [".5", 0.5],
  ["5.", 5],
  ["+1", 1],
  ["-1", -1],
  ["500m", 0.5],
  ["4350m", 4.35],
  ["1500m", 1.5],
  ["250n", 2.5e-7],
  ["3u", 3e-6],
  ["1e3", 1000],
  ["1.5E3", 1500],
  ["12e-2", 0.12],
  ["1k", 1e3],
  ["1M", 1e6],
  ["1G", 1e9],
  ["1T", 1e12],
  ["1P", 1e15],
  ["1E", 1e18],
  ["3946784Ki", 3946784 * 1024],
  ["512Mi", 512 * 2 ** 20],
  ["1Gi", 2 ** 30],
  ["1Ti", 2 ** 40],
  ["2Pi", 2 ** 51],
])("%s is %d", (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test.each(["", "nonsense", "Gi", "1 Gi", "1gi", "1K", "1mi", "1e", "24h0m0s", "1,5", "--1", "NaN"])(
  "%j is no quantity",
  (text) => {
    expect(parseQuantity(text)).toBeUndefined();
    expect(parseProcessors(text)).toBe(0);
    expect(parseMebibytes(text)).toBe(0);
  },
);

test.each([
  ["500m", 500],
  ["1.5", 1500],
  ["2", 2000],
  [undefined, 0],
])("%s is %d thousandths of a processor", (text, thousandths) => {
  expect(parseProcessors(text)).toBe(thousandths);
});

test.each([
  ["512Mi", 512],
  ["2Gi", 2048],
  ["1Ti", 1024 * 1024],
  ["1048576", 1],
  ["1536Ki", 1.5],
  [undefined, 0],
])("%s is %d MiB", (text, mebibytes) => {
  expect(parseMebibytes(text)).toBe(mebibytes);
});

test("amounts are written in the largest unit that holds them whole", () => {
  expect([2000, 1500, 50].map(formatProcessors)).toEqual(["2", "1500m", "50m"]);
  expect([2048, 1536].map(formatMebibytes)).toEqual(["2Gi", "1536Mi"]);
  expect(formatGibibytes(20)).toBe("20Gi");
});
