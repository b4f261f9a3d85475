/** Where browsers reach the pages of a local stack, and the names of the machine. */
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { WebAddress } from "../../apps/diagnostic/services.ts";
import type { Country } from "../../localisation/schema/country.ts";

const isWildcard = (bind: string) => bind === "0.0.0.0" || bind === "::";

/** An address that others can use: the machine's name where the stack listens on every interface. */
export function hostOf(bind: string): string {
  if (isWildcard(bind)) return hostname();
  return bind.includes(":") ? `[${bind}]` : bind;
}

/** For certificates: names and IP addresses. */
export function namesOf(bind: string): string[] {
  return [...new Set(["localhost", "127.0.0.1", "::1", hostname(), ...(isWildcard(bind) ? [] : [bind])])];
}

/** @param port of the web app; 0 until it listens. */
export function webAddressOf({ bind, address }: Country["hosting"]["local"], port: () => number): WebAddress {
  const hosts = new Set([...namesOf(bind), `${hostname()}.local`].map((name) => hostnameInUrls(name)));
  if (address !== undefined) hosts.add(new URL(address).hostname);
  return {
    get address() {
      return address === undefined ? `http://${hostOf(bind)}:${port()}` : new URL(address).origin;
    },
    // An IP address can't be another machine's name for this one, as a name can.
    isOwnHost: (name) => hosts.has(name) || (isWildcard(bind) && isIP(name.replace(/^\[|\]$/g, "")) !== 0),
  };
}

function hostnameInUrls(name: string): string {
  return isIP(name) === 6 ? `[${name}]` : name.toLowerCase();
}
