/** Preloaded into a process: has one name lead to an address, as the country's DNS would. */
import dns from "node:dns";

const { RESOLVED_NAME, RESOLVED_ADDRESS } = process.env;
const lookup = dns.lookup as (name: string, ...rest: unknown[]) => void;
dns.lookup = ((name: string, ...rest: unknown[]) =>
  lookup(name === RESOLVED_NAME ? String(RESOLVED_ADDRESS) : name, ...rest)) as typeof dns.lookup;
