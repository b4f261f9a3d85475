/** Violations of outputs whose address is built into their program, unless their settings name a host or region that is allowed. */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import { hostsIn } from "../resources/hosts.ts";
import type { Json, Resource } from "../resources/resource.ts";
import { textsIn } from "../resources/texts.ts";
import type { PolicyContext } from "./context.ts";
import { regionName } from "./place-names.ts";
import type { Violation } from "./policy.ts";
import { makerOf } from "./sink-types.ts";
import { type Sink, sinksOf, sinksOfSpec } from "./sinks.ts";

export const sinkViolations = (subject: Resource, context: PolicyContext): Violation[] =>
  [...sinksOf(subject), ...sinksOfSpec(subject)].flatMap((sink) => violationOf(sink, context) ?? []);

function violationOf({ program, type, settings, path }: Sink, context: PolicyContext): Violation | undefined {
  if (program.named.has(type) || program.named.has(type.toLowerCase())) return undefined;
  const maker = makerOf(type);
  if (maker === undefined && !program.closed) return undefined;
  const endpoint = endpointOf(settings, context);
  if (endpoint === "allowed") return undefined;
  const regions = maker === "AWS" ? regionsOf(settings) : [];
  const abroad = regions.find((region) => !context.isAllowedRegion(region));
  if (abroad === undefined && maker === "AWS" && endpoint === "none") {
    // Without a region it is that of the machine.
    if (regions.length > 0 || context.country.hosting.target === "aws") return undefined;
  }
  const where = abroad !== undefined ? regionName(abroad) : (maker ?? "a place that no setting names");
  return {
    path,
    value: type,
    message: `${program.name} sends to ${where} by ${type}${abroad === undefined ? "; its address is built in" : ""}.`,
    remediation: "Remove it, or set its endpoint to a host of the stack or one under residency.endpoints.",
  };
}

const aboutEndpoint =
  /(^|[_.\-a-z])(endpoint|url|uri|dsn|host|hosts|server|servers|addr|address|site|service|brokers?)(_?override|_?url)?$/i;
const oneLabel = /^(https?:\/\/)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(:\d+)?(\/.*)?$/i;

/** Whether the settings send it to hosts that are allowed. */
function endpointOf(settings: Json, context: PolicyContext): "allowed" | "outside" | "none" {
  let found: "allowed" | "none" = "none";
  for (const { key, value } of textsIn(settings)) {
    if (!aboutEndpoint.test(key) || /^(s3|gs|azblob|wasbs?|abfss?):/.test(value)) continue;
    const hosts = hostsIn({ key: "host", value, path: "" });
    if (hosts.some(({ host }) => context.outside(host) !== undefined)) return "outside";
    // A name without a dot is a Service; so does `http://collector:4318` name one.
    if (hosts.length > 0 || (oneLabel.test(value) && /(endpoint|url|addr|address|^host|server)/i.test(key)))
      found = "allowed";
  }
  return found;
}

const regionsOf = (settings: Json): string[] =>
  textsIn(settings).flatMap(({ key, value }) =>
    /region/i.test(key) && Object.hasOwn(awsRegions, value) ? [value] : [],
  );
