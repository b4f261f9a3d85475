/** What a team should know about its plan on AWS although no check refuses it: sentences that say what to do. */
import type { Country } from "../../localisation/schema/country.ts";
import { loadNotes, zoneNotes } from "../kubernetes/notes.ts";
import type { AwsSettings } from "./cluster-settings.ts";

export function awsNotes(country: Country, aws: AwsSettings, publicSubnets: boolean): string[] {
  const found = [
    "Images and charts come from the stack's own registry alone: the first `rollout up` makes it and says how they are pushed, the second continues.",
    "Identities, roles and sign-ins are AWS's global services, which are run from us-east-1: keep names of people out of them.",
  ];
  if (aws.account === undefined)
    found.push(
      "Any account that the credentials belong to may be changed, and its number is shown as 000000000000 here: name the only one under hosting.aws.account.",
    );
  if (aws.clusterAccessFrom.length === 0)
    found.push(
      `The cluster's API answers only inside the network: run \`rollout up\` from a machine that reaches ${aws.networkRange}, or give your addresses under hosting.aws.clusterAccessFrom.`,
    );
  if (aws.administrators.length === 0)
    found.push(
      "Whoever runs `rollout up` first administers the cluster and nobody else: name roles under hosting.aws.administrators.",
    );
  found.push(...zoneNotes(aws.zones));
  if (!publicSubnets)
    found.push(
      "The profile is strict: pages and broker are reached only inside the network, and the stack reaches nothing outside AWS.",
    );
  if (country.hosting.state.url === undefined)
    found.push(
      "The state starts in a file. Move it to the stack's own bucket after the first `rollout up`, and name that under hosting.state.",
    );
  found.push(...loadNotes(country, aws.zones));
  return found;
}
