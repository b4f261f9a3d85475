/** `hosting.aws`: EKS in a region in the country. */

import { field, group, list, optional, settings, text } from "./builders.ts";
import { AddressRange, HostName } from "./common.ts";
import { ImageDigests, MachineSources, MonitoringKind, Tls } from "./hosting-kubernetes.ts";

export const Aws = group("AWS target", "Settings of EKS in a region in the country.", {
  region: text("Region", "The one region of all resources. It must also be under `residency.regions`.", {
    examples: ["af-south-1"],
    derived: "the region in the country, where there is only one",
  }),
  zones: list("Zones", "Availability zones to use, three for a production environment.", {
    items: text("Zone", "An availability zone of the region.", { examples: ["af-south-1a"] }),
    uniqueItems: true,
    minItems: 1,
    derived: "the region's zones a, b and c",
    examples: [["af-south-1a", "af-south-1b", "af-south-1c"]],
  }),
  account: optional.text(
    "Account",
    "The only account that may be used; that of the credentials where absent, which production refuses.",
    {
      pattern: "^[0-9]{12}$",
      expected: "an account number of twelve digits in quotes",
      examples: ["123456789012"],
    },
  ),
  domain: field(HostName, "Domain", "Name of the web app; the broker is `mqtt.` in front of it."),
  tls: Tls,
  networkRange: field(AddressRange, "Network", "Addresses of the VPC.", {
    default: "10.60.0.0/16",
    examples: ["10.60.0.0/16"],
  }),
  clusterAccessFrom: list(
    "Cluster access from",
    "Addresses that may reach the cluster's API; only the VPC where empty.",
    { items: AddressRange, uniqueItems: true, default: [], examples: [["196.25.0.0/16"]] },
  ),
  administrators: list(
    "Administrators",
    "IAM roles or users that administer the cluster and its keys; the creator where empty.",
    {
      items: text("Administrator", "ARN of a role or user.", {
        pattern: "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/\\S+$",
        expected: "the ARN of an IAM role or user",
        examples: ["arn:aws:iam::123456789012:role/rollout-admin"],
      }),
      uniqueItems: true,
      default: [],
      examples: [["arn:aws:iam::123456789012:role/rollout-admin"]],
    },
  ),
  mqtt: settings("MQTT", "How machines reach the broker.", { allowedSources: MachineSources }),
  imageDigests: ImageDigests,
  monitoring: MonitoringKind,
  instanceTypes: optional.list(
    "Instance types",
    "Types of the nodes, best first; computed from the scale where absent.",
    {
      items: text("Instance type", "EC2 instance type.", {
        pattern: "^[a-z0-9-]+\\.[a-z0-9-]+$",
        expected: "an EC2 instance type",
        examples: ["m7g.xlarge"],
      }),
      minItems: 1,
      uniqueItems: true,
      examples: [["m7g.xlarge"]],
    },
  ),
});
