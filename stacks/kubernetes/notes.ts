/** What a team should know of its plan and no check refuses: each a sentence with its remediation. */

import { imageNames } from "../../components/images.ts";
import { sizeStack } from "../../components/sizing.ts";
import { brokerCeiling } from "../../components/sizing-assumptions.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { endpointOf } from "./endpoints.ts";
import type { KubernetesSettings } from "./stack.ts";

export function notes(country: Country, cluster: KubernetesSettings): string[] {
  const found: string[] = [];
  const { destination } = country.hosting.backup;
  const { mailGateway } = country.notifications;
  if (destination === undefined)
    found.push(
      "Nothing is backed up: name an S3-compatible store in the country under hosting.backup.destination.",
    );
  else closed(country, new URL(destination.endpoint).hostname, "Backups", found);
  if (mailGateway !== undefined) closed(country, mailGateway.host, "Mails", found);
  if (cluster.zones.length === 0)
    found.push(
      "No zone is named, so pods and volumes go anywhere in the cluster: list the country's under hosting.kubernetes.zones.",
    );
  else if (cluster.zones.length < 3)
    found.push(
      `With ${cluster.zones.length} ${cluster.zones.length === 1 ? "zone" : "zones"} a zone's failure stops the stack: three zones survive it.`,
    );
  if (cluster.storageClass === undefined && cluster.storageProvisioner === undefined)
    found.push(
      "Volumes rest where the cluster's default storage class puts them: name one under hosting.kubernetes.storageClass.",
    );
  if (cluster.registry === undefined)
    found.push(
      "Images come from public registries abroad: name one in the country under hosting.kubernetes.registry.",
    );
  const { peak } = sizeStack(country, cluster.zones.length).messages;
  if (peak > brokerCeiling)
    found.push(
      `${Math.round(peak).toLocaleString("en")} messages a second at the peak are more than one broker cluster takes (${brokerCeiling.toLocaleString("en")}): let machines send less often, or divide the programme into several stacks.`,
    );
  const unpinned = imageNames.filter((name) => cluster.imageDigests[name] === undefined);
  if (unpinned.length > 0)
    found.push(
      `${unpinned.join(", ")}: images are named by version, not by digest. Give their digests under hosting.kubernetes.imageDigests.`,
    );
  return found;
}

function closed(country: Country, host: string, what: string, found: string[]): void {
  const endpoint = endpointOf(country, host);
  if (endpoint === undefined)
    found.push(`${what} can't leave the namespace: ${host} is no endpoint under residency.endpoints.`);
  else if (endpoint.addresses.length === 0)
    found.push(`${what} can't leave the namespace: give the addresses of ${host} under residency.endpoints.`);
}
