/** Amounts that Kubernetes writes in more than one way: quantities (`1000m` and `1`), durations (`24h` and `24h0m0s`). */
import { parseQuantity } from "../../base/quantity.ts";
import type { Json } from "./resource.ts";

/** The amount in one unit; undefined where it is none. */
export function amount(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? (parseQuantity(value) ?? duration(value)) : undefined;
}

const seconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** As Go writes durations. @returns seconds. */
function duration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(h|m|s|ms))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (seconds[unit ?? ""] ?? 0),
    0,
  );
}
