/**
 * Partitions of AWS: separate clouds with their own accounts, ARNs and host names.
 *
 * Sources, checked on 2026-11-28: AWS, "Amazon Resource Names" (docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html),
 * "Endpoints and ARNs for AWS China" (docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-Beijing.html), the names of
 * endpoint services in aws-cdk-lib (aws-ec2/lib/vpc-endpoint.ts).
 */

export interface AwsPartition {
  /** In ARNs. */
  readonly id: string;
  /** The end of every host name of its services. */
  readonly suffix: string;
  /** The region that answers for names without one. */
  readonly globalRegion: string;
}

const commercial: AwsPartition = { id: "aws", suffix: "amazonaws.com", globalRegion: "us-east-1" };

/** By the start of a region's name. */
const others: readonly (readonly [start: string, partition: AwsPartition])[] = [
  ["cn-", { id: "aws-cn", suffix: "amazonaws.com.cn", globalRegion: "cn-north-1" }],
  ["us-gov-", { id: "aws-us-gov", suffix: "amazonaws.com", globalRegion: "us-gov-west-1" }],
  ["eusc-", { id: "aws-eusc", suffix: "amazonaws.eu", globalRegion: "eusc-de-east-1" }],
];

export const awsPartitionOf = (region: string): AwsPartition =>
  others.find(([start]) => region.startsWith(start))?.[1] ?? commercial;

/** In China these endpoint services have a name of their own; others are named as everywhere. */
const named = new Set([
  "autoscaling",
  "ec2",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "monitoring",
  "rds",
  "s3",
  "sqs",
  "sts",
  "xray",
]);

/** `com.amazonaws.af-south-1.sts`: the service of a region's interface endpoint. */
export function awsEndpointService(region: string, service: string): string {
  const { id } = awsPartitionOf(region);
  const start =
    id === "aws-eusc"
      ? "eu.amazonaws"
      : id === "aws-cn" && named.has(service)
        ? "cn.com.amazonaws"
        : "com.amazonaws";
  return `${start}.${region}.${service}`;
}

/** `logs.af-south-1.amazonaws.com`: a service in a region, as policies name it. */
export const awsRegionalService = (region: string, service: string): string =>
  `${service}.${region}.${awsPartitionOf(region).suffix}`;

/** `ec2.amazonaws.com`: in China, EC2 alone is named with the partition's own ending. */
export function awsServicePrincipal(region: string, service: string): string {
  const isNamed = service === "ec2" && awsPartitionOf(region).id === "aws-cn";
  return `${service}.${isNamed ? "amazonaws.com.cn" : "amazonaws.com"}`;
}
