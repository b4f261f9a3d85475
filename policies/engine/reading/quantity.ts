/** Amounts as Kubernetes writes them in more than one way: `1000m` and `1`, `1024Mi` and `1Gi`, `24h` and `24h0m0s`. */
import type { Json } from "../resource.ts";

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};
const seconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** The amount in one unit; undefined where it is none. */
export function quantity(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const match = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(value);
  const factor = match === null ? undefined : factors[match[2] ?? ""];
  if (match !== null && factor !== undefined) return Number((Number(match[1]) * factor).toPrecision(12));
  if (!/^(\d+(\.\d+)?(h|m|s|ms))+$/.test(value)) return undefined;
  return [...value.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (seconds[unit ?? ""] ?? 0),
    0,
  );
}
