/** The ARNs that a resource refers to are in allowed regions too. */
import { awsPartitionOf } from "../../../localisation/aws-partitions.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { arnsOf } from "../../resources/arn.ts";

/** ARNs of keys and of the destinations of copies have policies of their own. */
const checkedElsewhere = new Set(["kms", "backup"]);

const partitionsOf = ({ country }: PolicyContext): string[] => [
  ...new Set(country.residency.regions.map(({ region }) => awsPartitionOf(region).id)),
];

export const arnAbroad: ResourcePolicy = {
  id: "arn-abroad",
  area: "place",
  scope: "resource",
  title: "Resources refer only to resources in allowed regions.",
  risk: "A target, source or role in another region moves data there although the resource itself stays in the country.",
  types: ["aws:*"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "logs"],
  controls: { iso27001: ["A.5.14", "A.5.23"], nist80053: ["AC-4", "SA-9(5)"] },
  remediation: "Refer to a resource of the same region.",
  check: (subject, context) =>
    arnsOf(subject).flatMap((arn) => {
      const partitions = partitionsOf(context);
      if (partitions.length > 0 && !partitions.includes(arn.partition))
        return [
          {
            path: arn.path,
            value: arn.text,
            message: `${arn.text} is in the partition ${arn.partition} of AWS, a cloud apart from that of the file's regions (${partitions.join(", ")}).`,
            remediation: `Refer to one that starts with arn:${partitions[0]}:.`,
          },
        ];
      if (checkedElsewhere.has(arn.service)) return [];
      if (arn.region === "" || arn.region === "*" || context.isAllowedRegion(arn.region)) return [];
      return [
        {
          path: arn.path,
          value: arn.text,
          message: `${arn.text} is in ${regionName(arn.region)}, which is not one of the file's regions.`,
          remediation: `Refer to one in ${context.allowedRegions || "the country"}.`,
        },
      ];
    }),
  examples: {
    passing: [
      {
        pulumi: `
alarm: { type: aws:lambda/permission:Permission,
  properties: { sourceArn: arn:aws:sns:af-south-1:123456789012:alarms } }`,
      },
    ],
    failing: [
      {
        pulumi: `
nodes: { type: aws:iam/rolePolicyAttachment:RolePolicyAttachment,
  properties: { role: nodes, policyArn: arn:aws-cn:iam::aws:policy/AmazonEKSWorkerNodePolicy } }`,
        findings: `RolePolicyAttachment/nodes policyArn: arn:aws-cn:iam::aws:policy/AmazonEKSWorkerNodePolicy is in the partition aws-cn of AWS, a cloud apart from that of the file's regions (aws). Refer to one that starts with arn:aws:.`,
      },
      {
        pulumi: `
audit: { type: aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter,
  properties: { destinationArn: arn:aws:kinesis:eu-west-1:123456789012:stream/audit } }`,
        findings: `LogSubscriptionFilter/audit destinationArn: arn:aws:kinesis:eu-west-1:123456789012:stream/audit is in eu-west-1 (Dublin, Ireland), which is not one of the file's regions. Refer to one in af-south-1.`,
      },
    ],
  },
};
