/** Addresses as they count for limits: of IPv6, who has one address of a network has them all. */
import { isIPv6 } from "node:net";

/** @returns an IPv4 address, or the first 64 bits of an IPv6 address as `2001:db8:0:0::/64`; any other text as it is. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [first = [], last] = address
    .replace(/%.*$/, "")
    .split("::")
    .map((groups) => groups.split(":").filter((group) => group !== ""));
  const zeros =
    last === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0");
  const groups = [...first, ...zeros, ...(last ?? [])].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
