/** What a person wants to know about a planned resource of AWS: how large it is, where its data is stored, which key encrypts it. */
import { at, kindOf, type PlannedResource, type Value } from "./plan.ts";

/** One line in addition to kind and name; empty where there is nothing to add. */
export function describeAws({ type, properties }: Pick<PlannedResource, "type" | "properties">): string {
  const text = (...path: (string | number)[]) => String(at(properties, ...path) ?? "");
  const list = (...path: (string | number)[]): readonly Value[] => {
    const value = at(properties, ...path);
    return Array.isArray(value) ? value : [];
  };
  const classes = text("tags", "rollout/data-classes").replaceAll(" ", ", ");
  const key = (arn: string) => `key ${arn.split("/").at(-1)}`;
  switch (kindOf({ type })) {
    case "Vpc":
      return text("cidrBlock");
    case "Subnet":
      return `${text("cidrBlock")} in ${text("availabilityZone")}`;
    case "VpcEndpoint":
      return text("serviceName");
    case "Key":
      return `${classes}; ${text("multiRegion") === "true" ? "in several regions" : "of one region"}`;
    case "LogGroup":
      return `kept ${text("retentionInDays")} days, ${key(text("kmsKeyId"))}`;
    case "Bucket":
      return classes;
    case "BucketLifecycleConfiguration": {
      const days = at(properties, "rules", 0, "expiration", "days");
      return days === undefined ? "objects stay" : `objects go after ${days} days`;
    }
    case "BucketServerSideEncryptionConfiguration":
      return key(text("rules", 0, "applyServerSideEncryptionByDefault", "kmsMasterKeyId"));
    case "Cluster": {
      const outside = list("vpcConfig", "publicAccessCidrs");
      return `Kubernetes ${text("version")}, API ${outside.length === 0 ? "only inside the network" : `also from ${outside.join(", ")}`}`;
    }
    case "NodeGroup":
      return `${text("scalingConfig", "desiredSize")} × ${list("instanceTypes").join(" or ")}`;
    case "Addon":
      return text("addonVersion");
    case "Instance":
      return [
        `${text("engine")} ${text("engineVersion")}`,
        text("instanceClass"),
        `${text("allocatedStorage")} GiB`,
        text("multiAz") === "true" ? "standby in a second zone" : "one zone",
        `backups kept ${text("backupRetentionPeriod")} days`,
        key(text("kmsKeyId")),
      ].join("  ");
    case "Trail":
      return `${text("isMultiRegionTrail") === "true" ? "all regions" : "one region"}, to ${text("s3BucketName")}`;
    case "Repository":
      return text("imageTagMutability") === "IMMUTABLE" ? "versions stay" : "versions can be moved";
    default:
      return "";
  }
}
