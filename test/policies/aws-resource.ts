import { resource } from "../../policies/engine/example.ts";
import type { JsonObject, Resource } from "../../policies/resources/resource.ts";

/** `aws("s3/bucket:Bucket", "backups", { region: "eu-west-1" })`; the provider is in Cape Town. */
export const aws = (type: string, name: string, properties: JsonObject): Resource => ({
  ...resource(`aws:${type}`, name, properties),
  provider: { name: "aws", region: "af-south-1" },
});
