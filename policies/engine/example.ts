/** Makes the resources of policies' examples in short form. */
import { displayName, type JsonObject, type Resource } from "../resources/resource.ts";

interface AwsExample {
  /** Of the provider. */
  readonly region?: string;
  readonly account?: string;
}

/** `aws("s3/bucket:Bucket", "backups", { region: "eu-west-1" })`; the provider is in Cape Town. */
export function aws(
  type: string,
  name: string,
  properties: JsonObject,
  { region = "af-south-1", account }: AwsExample = {},
): Resource {
  return {
    ...resource(`aws:${type}`, name, properties),
    provider: { name: "aws", region, ...(account !== undefined && { account }) },
  };
}

export function resource(type: string, name: string, properties: JsonObject): Resource {
  return {
    type,
    name: displayName(type, name, properties),
    urn: `urn:pulumi:example::example::${type}::${name}`,
    properties,
  };
}
