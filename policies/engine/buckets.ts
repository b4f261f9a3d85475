/** Buckets by name or ARN. An ARN of S3 has neither region nor account, so the bucket must be in the plan. */

import { awsSettingsOf } from "../resources/aws-settings.ts";
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

/** Settings that name a bucket, in any resource; a bare `bucket` is where logs or answers go, except in what belongs to a bucket. */
const bucketKey = /bucket(_?(name|arn))?$/i;
const bucketArn = /^arn:aws[a-z-]*:s3:::[^*/]+(\/[^*]*)?\*?$/;

/** Violations in the buckets that any setting of a resource names, by name or ARN. */
export function bucketDestinations(resource: Resource, context: PolicyContext, what: string): Violation[] {
  const found = new Map<string, Violation>();
  for (const { key, value, path } of awsSettingsOf(resource)) {
    const named = bucketKey.test(key) && /^[a-z0-9][a-z0-9.-]+$|^arn:/.test(value);
    if (!named && !(bucketArn.test(value) && key !== "values")) continue;
    if (value.startsWith("arn:") && !bucketArn.test(value)) continue;
    const violation = found.has(path) ? undefined : violationOfBucket(context, path, value, what);
    if (violation !== undefined) found.set(path, violation);
  }
  return [...found.values()];
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
