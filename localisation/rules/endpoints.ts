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

function* reachedHosts(examination: Examination): Generator<Reached> {
  const destination = examination.read("hosting", "backup", "destination");
  const endpoint = hostOf(destination?.endpoint);
  if (destination !== undefined && endpoint !== undefined)
    yield {
      host: endpoint,
      purpose: "backup",
      country: destination.country,
      path: ["hosting", "backup", "destination", "endpoint"],
    };
  const mail = examination.read("notifications", "mailGateway");
  if (mail !== undefined)
    yield {
      host: mail.host,
      purpose: "mail",
      country: mail.country,
      path: ["notifications", "mailGateway", "host"],
    };
  const sms = examination.read("notifications", "smsGateway");
  const smsHost = hostOf(sms?.url);
  if (sms !== undefined && smsHost !== undefined)
    yield {
      host: smsHost,
      purpose: "sms",
      country: sms.country,
      path: ["notifications", "smsGateway", "url"],
    };
  const registry = examination.read("hosting", "kubernetes", "registry")?.replace(/[:/].*$/, "");
  if (registry !== undefined)
    yield {
      host: registry,
      purpose: "image-registry",
      country: undefined,
      path: ["hosting", "kubernetes", "registry"],
    };
  for (const target of clusterTargets) {
    const authority = hostOf(examination.read("hosting", target, "tls", "acmeServer"));
    if (authority !== undefined)
      yield {
        host: authority,
        purpose: "certificates",
        country: undefined,
        path: ["hosting", target, "tls", "acmeServer"],
      };
  }
}

const hostOf = (address: string | undefined): string | undefined =>
  address !== undefined && URL.canParse(address) ? new URL(address).hostname : undefined;

/** `*.example.org` covers every name below example.org. */
export const covers = (pattern: string, host: string): boolean =>
  pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
