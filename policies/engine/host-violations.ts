/** Violations of policies on hosts and regions that the localisation file does not allow. */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import type { HostReference } from "../resources/hosts.ts";
import type { Text } from "../resources/texts.ts";
import type { PolicyContext } from "./context.ts";
import type { Violation } from "./policy.ts";

/** @param what the start of the message: `Events go to`. */
export function hostViolations(
  hosts: readonly Pick<HostReference, "host" | "path">[],
  context: PolicyContext,
  what: string,
  remediation: (host: string) => string,
): Violation[] {
  return hosts.flatMap(({ host, path }) => {
    const outside = context.outside(host);
    if (outside === undefined) return [];
    const value = host.replace(/\.$/, "");
    return [{ path, value, message: `${what} ${outside}.`, remediation: remediation(value) }];
  });
}

export const removeOrRegister = (host: string): string =>
  `Remove it, or register ${host} under residency.endpoints with its country.`;

/** Texts under a key with `region` that name a region of AWS which the file does not allow. */
export function foreignRegions(texts: readonly Text[], context: PolicyContext): Text[] {
  return texts.filter(
    ({ key, value }) =>
      /region/i.test(key) && Object.hasOwn(awsRegions, value) && !context.isAllowedRegion(value),
  );
}
