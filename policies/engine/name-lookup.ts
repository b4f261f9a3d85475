/** How a pod's resolver changes what a short name means. */
import { isTopLevelDomain } from "../resources/host-names.ts";
import { podOf } from "../resources/pods.ts";
import { isObject, type Json, type Resource } from "../resources/resource.ts";
import type { Violation } from "./policy.ts";

/** Whether `a.b` is asked on the internet before it is tried as a name of the cluster. */
export function asksOutsideFirst(subject: Resource): boolean {
  const spec = podOf(subject).pod?.spec;
  if (spec === undefined) return false;
  if (spec.dnsPolicy === "None" || spec.dnsPolicy === "Default") return true;
  return options(spec.dnsConfig).some(({ name, value }) => name === "ndots" && Number(value) < 2);
}

const options = (config: Json | undefined): { readonly name?: Json; readonly value?: Json }[] =>
  isObject(config) && Array.isArray(config.options) ? config.options.filter(isObject) : [];

/** Search domains that turn every short name into one of the internet: `broker` into `broker.dev`. */
export function violationsOfSearches(subject: Resource): Violation[] {
  const pod = podOf(subject).pod;
  const config = pod?.spec.dnsConfig;
  if (pod === undefined || !isObject(config) || !Array.isArray(config.searches)) return [];
  return (config.searches as readonly Json[]).flatMap((domain, index): Violation | [] =>
    typeof domain === "string" && isTopLevelDomain(domain.replace(/\.$/, "").toLowerCase())
      ? {
          path: `${pod.path}.dnsConfig.searches[${index}]`,
          value: domain,
          message: `Short names are looked up under the top-level domain ${domain}.`,
          remediation: "Remove the search domain.",
        }
      : [],
  );
}
