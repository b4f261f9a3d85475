/** Places that only the localisation file names: the destination of backups and Pulumi's state. */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { RestingPlace } from "../report-schema.ts";

export function filePlaces(country: Country): RestingPlace[] {
  return [...backupDestination(country), state(country)];
}

/** On AWS the bucket is in the plan. */
function backupDestination({ hosting }: Country): RestingPlace[] {
  const { destination, retention } = hosting.backup;
  if (destination === undefined || hosting.target === "aws") return [];
  return [
    {
      name: `bucket ${destination.bucket}`,
      kind: "Bucket",
      part: "backup",
      dataClasses: ["backups"],
      ...(destination.region !== undefined && { region: destination.region }),
      zones: [],
      countries: [destination.country],
      certainty: "declared",
      address: `${destination.endpoint}/${destination.bucket}`,
      encryption: { by: "unknown" },
      retention,
    },
  ];
}

function state({ hosting, country }: Country): RestingPlace {
  const { backend, url, key, secrets } = hosting.state;
  const region = url === undefined ? undefined : new URLSearchParams(url.split("?")[1]).get("region");
  const known = region == null ? undefined : awsRegions[region];
  const declared = hosting.state.country;
  return {
    name: "Pulumi state",
    kind: backend === "bucket" ? "Bucket" : "File",
    part: "state",
    dataClasses: ["state", "keys"],
    ...(region != null && { region }),
    zones: [],
    ...(backend === "file"
      ? { countries: [], certainty: "unknown" }
      : known !== undefined
        ? { countries: [known.country], certainty: "known" }
        : { countries: [declared ?? country], certainty: "declared" }),
    ...(url !== undefined && { address: url }),
    encryption:
      secrets === "passphrase"
        ? { by: "passphrase" }
        : { by: "key", ...(key !== undefined && { detail: key }) },
  };
}
