/** `hosting.aws`: EKS in a region in the country. */

import { AddressRange, field, HostName, strictObject } from "./common.ts";
import { ImageDigests, MachineSources, MonitoringKind, Tls } from "./hosting-kubernetes.ts";
import Type from "./type.ts";

export const Aws = strictObject(
  {
    region: Type.String({
      title: "Region",
      description: "The one region of all resources. It must also be under `residency.regions`.",
      examples: ["af-south-1"],
      derived: "the region in the country, where there is only one",
    }),
    zones: Type.Array(
      Type.String({
        title: "Zone",
        description: "An availability zone of the region.",
        examples: ["af-south-1a"],
      }),
      {
        title: "Zones",
        description: "Availability zones to use, three for a production environment.",
        uniqueItems: true,
        minItems: 1,
        derived: "the region's zones a, b and c",
        examples: [["af-south-1a", "af-south-1b", "af-south-1c"]],
      },
    ),
    account: Type.Optional(
      Type.String({
        title: "Account",
        description: "The only account that may be used; that of the credentials where absent.",
        pattern: "^[0-9]{12}$",
        expected: "an account number of twelve digits in quotes",
        examples: ["123456789012"],
      }),
    ),
    domain: field(HostName, {
      title: "Domain",
      description: "Name of the web app; the broker is `mqtt.` in front of it.",
    }),
    tls: Tls,
    networkRange: field(AddressRange, {
      title: "Network",
      description: "Addresses of the VPC.",
      default: "10.60.0.0/16",
      examples: ["10.60.0.0/16"],
    }),
    clusterAccessFrom: Type.Array(AddressRange, {
      title: "Cluster access from",
      description: "Addresses that may reach the cluster's API; only the VPC where empty.",
      uniqueItems: true,
      default: [],
      examples: [["196.25.0.0/16"]],
    }),
    administrators: Type.Array(
      Type.String({
        title: "Administrator",
        description: "ARN of a role or user.",
        pattern: "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/\\S+$",
        expected: "the ARN of an IAM role or user",
        examples: ["arn:aws:iam::123456789012:role/rollout-admin"],
      }),
      {
        title: "Administrators",
        description: "IAM roles or users that administer the cluster and its keys; the creator where empty.",
        uniqueItems: true,
        default: [],
        examples: [["arn:aws:iam::123456789012:role/rollout-admin"]],
      },
    ),
    mqtt: strictObject(
      { allowedSources: MachineSources },
      { title: "MQTT", description: "How machines reach the broker.", default: {} },
    ),
    imageDigests: ImageDigests,
    monitoring: MonitoringKind,
    instanceTypes: Type.Optional(
      Type.Array(
        Type.String({
          title: "Instance type",
          description: "EC2 instance type.",
          pattern: "^[a-z0-9-]+\\.[a-z0-9-]+$",
          expected: "an EC2 instance type",
          examples: ["m7g.xlarge"],
        }),
        {
          title: "Instance types",
          description: "Types of the nodes, best first; computed from the scale where absent.",
          minItems: 1,
          uniqueItems: true,
          examples: [["m7g.xlarge"]],
        },
      ),
    ),
  },
  { title: "AWS target", description: "Settings of EKS in a region in the country." },
);
