/** Every host outside the stack that a setting names is registered under residency.endpoints, in the same country. */

import type { Examination, Rule } from "../check/examination.ts";
import { type PathSegment, quote } from "../problem.ts";
import type { Endpoint } from "../schema/country.ts";
import { countryName } from "../schema/formats.ts";
import { clusterTargets } from "../schema/hosting.ts";

interface Reached {
  readonly host: string;
  readonly purpose: Endpoint["purpose"];
  /** The country of the host, as the setting states it. */
  readonly country: string | undefined;
  readonly path: readonly PathSegment[];
}

export const reachedHostsAreRegistered: Rule = (examination) => {
  if (!examination.isValid(["residency", "endpoints"])) return;
  const endpoints = examination.elements("residency", "endpoints").map(({ item }) => item);
  for (const { host, purpose, country, path } of reachedHosts(examination)) {
    const registered = endpoints.find((endpoint) => covers(endpoint.host, host));
    if (registered === undefined)
      examination.report(
        path,
        `${quote(host)} is not registered under residency.endpoints, so the stack may not reach it.`,
        `Add { host: ${host}, purpose: ${purpose}, country: ${country ?? "…"} } there.`,
      );
    else if (country !== undefined && registered.country !== country)
      examination.report(
        path,
        `${quote(host)} is in ${countryName(country)} here, and in ${countryName(registered.country)} under residency.endpoints.`,
        "Write its real country in both places.",
      );
  }
};

function reachedHosts(examination: Examination): Reached[] {
  const backup = examination.read("hosting", "backup", "destination");
  const mail = examination.read("notifications", "mailGateway");
  const sms = examination.read("notifications", "smsGateway");
  const registry = examination.read("hosting", "kubernetes", "registry")?.replace(/[:/].*$/, "");
  const reached = (
    purpose: Reached["purpose"],
    host: string | undefined,
    country: string | undefined,
    path: string,
  ): Reached[] => (host === undefined ? [] : [{ host, purpose, country, path: path.split(".") }]);
  return [
    ...reached("backup", hostOf(backup?.endpoint), backup?.country, "hosting.backup.destination.endpoint"),
    ...reached("mail", mail?.host, mail?.country, "notifications.mailGateway.host"),
    ...reached("sms", hostOf(sms?.url), sms?.country, "notifications.smsGateway.url"),
    ...reached("image-registry", registry, undefined, "hosting.kubernetes.registry"),
    ...clusterTargets.flatMap((target) => {
      const authority = hostOf(examination.read("hosting", target, "tls", "acmeServer"));
      return reached("certificates", authority, undefined, `hosting.${target}.tls.acmeServer`);
    }),
  ];
}

const hostOf = (address: string | undefined): string | undefined =>
  address !== undefined && URL.canParse(address) ? new URL(address).hostname : undefined;

/** `*.example.org` covers every name below example.org. */
export const covers = (pattern: string, host: string): boolean =>
  pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
