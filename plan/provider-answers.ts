/**
 * What a provider would answer once it has made a resource, where the program uses it: in a plan these are placeholders of the
 * right shape. Whatever uses them is right, except for the identifiers themselves.
 */

import { type Output, secret } from "@pulumi/pulumi";
import { awsPartitionOf } from "../localisation/aws-partitions.ts";
import { secretPlaceholder } from "./plan.ts";

export interface MadeBy {
  /** Of the provider that makes the resource. */
  readonly region: string;
  /** The only account that the provider may use. */
  readonly account: string | undefined;
}

/** Where the file names no account, its number is not known yet. */
const unknownAccount = "000000000000";

type Inputs = Readonly<Record<string, unknown>>;
type Answer = Record<string, string | object | Output<string>>;

export function providerAnswer(type: string, name: string, inputs: Inputs, madeBy: MadeBy): Answer {
  switch (type) {
    case "pulumi:index:Stash":
      return { output: secret(secretPlaceholder) };
    default:
      return type.startsWith("aws:") ? awsAnswer(type, name, inputs, madeBy) : {};
  }
}

/** By Amazon's format of ARNs, arn:partition:service:region:account:resource. */
function awsAnswer(type: string, name: string, inputs: Inputs, { region, account }: MadeBy): Answer {
  const own = account ?? unknownAccount;
  const { id: partition, suffix } = awsPartitionOf(region);
  const given = (key: string): string => (typeof inputs[key] === "string" ? inputs[key] : name);
  const arn = (service: string, resource: string) => ({
    arn: `arn:${partition}:${service}:${region}:${own}:${resource}`,
  });
  switch (type) {
    case "aws:kms/key:Key":
      return { ...arn("kms", `key/${name}`), keyId: name };
    case "aws:iam/role:Role":
      return { arn: `arn:${partition}:iam::${own}:role/${given("name")}` };
    case "aws:s3/bucket:Bucket":
      return { arn: `arn:${partition}:s3:::${given("bucket")}` };
    case "aws:cloudwatch/logGroup:LogGroup":
      return arn("logs", `log-group:${given("name")}`);
    case "aws:eks/cluster:Cluster":
      return {
        ...arn("eks", `cluster/${given("name")}`),
        endpoint: `https://${given("name")}.${region}.eks.${suffix}`,
        certificateAuthority: { data: "" },
        vpcConfig: { ...(inputs.vpcConfig as object), clusterSecurityGroupId: `${name}-security-group-id` },
      };
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { latestVersion: "1" };
    case "aws:rds/instance:Instance":
      return { address: `${given("identifier")}.${region}.rds.${suffix}` };
    default:
      return {};
  }
}
