/** What a team should know of its plan on AWS and no check refuses: each a sentence with its remediation. */
import { sizeStack } from "../../components/sizing.ts";
import { brokerCeiling } from "../../components/sizing-assumptions.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { AwsSettings } from "./cluster-settings.ts";

export function awsNotes(country: Country, aws: AwsSettings, publicSubnets: boolean): string[] {
  const found = [
    "Images and charts come from the stack's own registry alone: the first `rollout up` makes it and says how they are pushed, the second goes on.",
    "Identities, roles and sign-ins are AWS's global services, which are run from us-east-1: keep names of people out of them.",
  ];
  if (aws.account === undefined)
    found.push(
      "Any account that the credentials lead to may be touched, and 000000000000 stands for its number here: name the only one under hosting.aws.account.",
    );
  if (aws.clusterAccessFrom.length === 0)
    found.push(
      `The cluster's API answers inside the network alone: run \`rollout up\` from a machine that reaches ${aws.networkRange}, or give your addresses under hosting.aws.clusterAccessFrom.`,
    );
  if (aws.administrators.length === 0)
    found.push(
      "Whoever runs `rollout up` first administers the cluster and nobody else: name roles under hosting.aws.administrators.",
    );
  if (aws.zones.length < 3)
    found.push(
      `With ${aws.zones.length} ${aws.zones.length === 1 ? "zone" : "zones"} a zone's failure stops the stack: three zones survive it.`,
    );
  if (!publicSubnets)
    found.push(
      "The profile is strict: pages and broker are reached inside the network alone, and nothing outside of AWS is reached.",
    );
  if (country.hosting.state.url === undefined)
    found.push(
      "The state starts in a file. Move it to the stack's own bucket after the first `rollout up`, and name that under hosting.state.",
    );
  const { peak } = sizeStack(country, aws.zones.length).messages;
  if (peak > brokerCeiling)
    found.push(
      `${Math.round(peak).toLocaleString("en")} messages a second at the peak are more than one broker cluster takes (${brokerCeiling.toLocaleString("en")}): let machines send less often, or divide the programme into several stacks.`,
    );
  return found;
}
