/** Checks the account on AWS with the AWS CLI: a library for these few questions would take 20 MB. */
import type { Country } from "../../localisation/schema/country.ts";
import { type Examined, findingsIn } from "./finding.ts";
import { outputOf } from "./tools.ts";

const { ok, warning, failed, skipped } = findingsIn("aws");

type AwsSettings = NonNullable<Country["hosting"]["aws"]>;

/** Service quotas that a stack can reach: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
const quotas = [
  { service: "ec2", code: "L-1216C47A", title: "processors of standard instances", least: 32 },
  { service: "vpc", code: "L-F678F1CE", title: "VPCs", least: 1 },
  { service: "ec2", code: "L-0263D0A3", title: "elastic addresses", least: 3 },
] as const;

export async function examineAws(settings: AwsSettings, environment: NodeJS.ProcessEnv): Promise<Examined[]> {
  const ask = async (...parameters: string[]): Promise<unknown> => {
    const text = await outputOf(
      "aws",
      [...parameters, "--region", settings.region, "--output", "json"],
      environment,
    );
    return text === undefined ? undefined : JSON.parse(text);
  };
  const identity = (await ask("sts", "get-caller-identity")) as { Account: string; Arn: string } | undefined;
  const found = [login(settings, identity)];
  if (identity === undefined) return found;
  found.push(
    ...zoneVerdicts(
      settings,
      (await ask("ec2", "describe-availability-zones")) as Parameters<typeof zoneVerdicts>[1],
    ),
  );
  for (const { service, code, title, least } of quotas) {
    const answer = (await ask(
      "service-quotas",
      "get-service-quota",
      "--service-code",
      service,
      "--quota-code",
      code,
    )) as { Quota: { Value: number } } | undefined;
    found.push(quotaVerdict(title, least, answer?.Quota.Value));
  }
  return found;
}

export function login(
  { account }: AwsSettings,
  identity: { readonly Account: string; readonly Arn: string } | undefined,
): Examined {
  if (identity === undefined)
    return failed(
      "login",
      "There is no valid login to AWS, or the AWS CLI is not installed.",
      "Log in with the AWS CLI (`aws configure`, `aws sso login`).",
    );
  if (account !== undefined && identity.Account !== account)
    return failed(
      "login",
      `It is for the account ${identity.Account}; the file allows only ${account}.`,
      "Log in to the file's account, or correct hosting.aws.account.",
    );
  return ok("login", identity.Arn);
}

export function zoneVerdicts(
  { region, zones }: AwsSettings,
  answer:
    | { readonly AvailabilityZones: readonly { readonly ZoneName: string; readonly State: string }[] }
    | undefined,
): Examined[] {
  if (answer === undefined)
    return [
      failed(
        region,
        "The region does not answer.",
        "Enable the region for the account, and allow ec2:DescribeAvailabilityZones.",
      ),
    ];
  return zones.map((zone) => {
    const known = answer.AvailabilityZones.find(({ ZoneName }) => ZoneName === zone);
    if (known?.State === "available") return ok(zone, "available");
    const there = answer.AvailabilityZones.map(({ ZoneName }) => ZoneName).join(", ");
    return failed(
      zone,
      known === undefined ? `The account does not have it; it has ${there}.` : `It is ${known.State}.`,
      "Correct hosting.aws.zones.",
    );
  });
}

export function quotaVerdict(title: string, least: number, value: number | undefined): Examined {
  if (value === undefined) return skipped(title, "This login may not read the quota.");
  return value >= least
    ? ok(title, String(value))
    : warning(
        title,
        `${value} allowed, ${least} are needed`,
        "Ask for a higher quota (Service Quotas in the AWS console).",
      );
}
