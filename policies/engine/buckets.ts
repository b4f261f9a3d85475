/** Buckets by name or ARN. An ARN of S3 has neither region nor account, so the bucket must be in the plan. */

import { rememberLast } from "../resources/last.ts";
import { textAt } from "../resources/properties.ts";
import { effectiveRegion } from "../resources/region.ts";
import { logicalName, type Resource } from "../resources/resource.ts";
import type { ResourceSet } from "../resources/resource-set.ts";
import type { PolicyContext } from "./context.ts";
import { regionName } from "./place-names.ts";
import type { Violation } from "./policy.ts";

export const bucketTypes = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"] as const;

const bucketsByName = rememberLast((resources: ResourceSet) => {
  const buckets = new Map<string, Resource>();
  for (const bucket of resources.ofTypes(bucketTypes))
    for (const name of [logicalName(bucket), bucket.id, textAt(bucket.properties, "bucket")])
      if (name !== undefined) buckets.set(name, bucket);
  return buckets;
});

export function bucketNamed(resources: ResourceSet, nameOrArn: string): Resource | undefined {
  const name = nameOrArn.replace(/^arn:[a-z-]+:s3:::/, "").split("/")[0] ?? "";
  return bucketsByName(resources).get(name);
}

/** The violation in sending data to a bucket that is abroad or whose place is unknown. */
export function violationOfBucket(
  context: PolicyContext,
  path: string,
  destination: string,
  what: string,
): Violation | undefined {
  const bucket = bucketNamed(context.resources, destination);
  if (bucket === undefined)
    return {
      path,
      value: destination,
      message: `${what} goes to the bucket ${destination}, and the plan does not say where that is.`,
      remediation: "Send it to a bucket of this plan.",
    };
  const region = effectiveRegion(bucket);
  if (context.isAllowedRegion(region)) return undefined;
  return {
    path,
    value: destination,
    message: `${what} goes to the bucket ${destination} in ${regionName(region)}.`,
    remediation: `Send it to a bucket in ${context.allowedRegions || "the country"}.`,
  };
}
