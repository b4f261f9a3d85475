/** What a team should know about its plan although no check refuses it: sentences that say what to do. */

import { imageNames } from "../../components/images.ts";
import { sizeStack } from "../../components/sizing.ts";
import { brokerCeiling } from "../../components/sizing-assumptions.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { endpointOf } from "./endpoints.ts";
import type { KubernetesSettings } from "./stack.ts";

export function notes(country: Country, cluster: KubernetesSettings): string[] {
  const unpinned = imageNames.filter((name) => cluster.imageDigests[name] === undefined);
  return [
    ...backupNotes(country),
    ...mailNotes(country),
    ...(cluster.zones.length === 0
      ? [
          "No zone is named, so pods and volumes go anywhere in the cluster: list the country's under hosting.kubernetes.zones.",
        ]
      : zoneNotes(cluster.zones)),
    ...(cluster.storageClass === undefined && cluster.storageProvisioner === undefined
      ? [
          "The cluster's default storage class decides where volumes are stored: name one under hosting.kubernetes.storageClass.",
        ]
      : []),
    ...(cluster.registry === undefined
      ? [
          "Images come from public registries abroad: name one in the country under hosting.kubernetes.registry.",
        ]
      : []),
    ...loadNotes(country, cluster.zones),
    ...(unpinned.length > 0
      ? [
          `${unpinned.join(", ")}: images are named by version, not by digest. Give their digests under hosting.kubernetes.imageDigests.`,
        ]
      : []),
  ];
}

/** @param zones at least one. */
export function zoneNotes({ length }: readonly string[]): string[] {
  if (length >= 3) return [];
  return [
    `With ${length} ${length === 1 ? "zone" : "zones"} a zone's failure stops the stack: three zones survive it.`,
  ];
}

export function loadNotes(country: Country, zones: readonly string[]): string[] {
  const { peak } = sizeStack(country, zones.length).messages;
  if (peak <= brokerCeiling) return [];
  return [
    `${Math.round(peak).toLocaleString("en")} messages a second at the peak are more than one broker cluster takes (${brokerCeiling.toLocaleString("en")}): before the first \`rollout up\` let machines send less often, or divide the programme into several stacks. A stack that runs keeps its queues and disks.`,
  ];
}

function backupNotes(country: Country): string[] {
  const { destination } = country.hosting.backup;
  return destination === undefined
    ? ["Nothing is backed up: name an S3-compatible store in the country under hosting.backup.destination."]
    : closedNotes(country, new URL(destination.endpoint).hostname, "Backups");
}

function mailNotes(country: Country): string[] {
  const { mailGateway } = country.notifications;
  return mailGateway === undefined ? [] : closedNotes(country, mailGateway.host, "Mails");
}

/** @param what has to reach the host. */
function closedNotes(country: Country, host: string, what: string): string[] {
  const endpoint = endpointOf(country, host);
  if (endpoint === undefined)
    return [`${what} can't leave the namespace: ${host} is no endpoint under residency.endpoints.`];
  if (endpoint.addresses.length === 0)
    return [`${what} can't leave the namespace: give the addresses of ${host} under residency.endpoints.`];
  return [];
}
