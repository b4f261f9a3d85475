/** Examples in Pulumi YAML: what is read, and that anything else is refused. */
import { expect, test } from "vitest";
import { pulumiResources } from "../../policies/engine/example.ts";
import { secretMarker } from "../../policies/resources/resource.ts";

test("reads resources with their names, functions and provider", () => {
  const pulumi = `
backups: { type: aws:s3/bucket:Bucket }
tls: { type: aws:s3/bucketPolicy:BucketPolicy, name: backups, properties: { policy: { fn::toJSON: { Id: "1" } } } }
za: { type: pulumi:pulumi:Stack, properties: { word: { fn::secret: a } } }`;
  const urn = "urn:pulumi:example::example::";
  const provider = { name: "aws", region: "eu-west-1" };
  expect(pulumiResources({ pulumi, region: "eu-west-1" })).toEqual([
    {
      type: "aws:s3/bucket:Bucket",
      name: "Bucket/backups",
      urn: `${urn}aws:s3/bucket:Bucket::backups`,
      properties: {},
      provider,
    },
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name: "BucketPolicy/backups",
      urn: `${urn}aws:s3/bucketPolicy:BucketPolicy::backups`,
      properties: { policy: '{"Id":"1"}' },
      provider,
    },
    {
      type: "pulumi:pulumi:Stack",
      name: "Stack/za",
      urn: `${urn}pulumi:pulumi:Stack::za`,
      properties: { word: secretMarker },
    },
  ]);
  expect(pulumiResources({ pulumi: "a: { type: aws:sqs/queue:Queue }" })[0]?.provider?.region).toBe(
    "af-south-1",
  );
});

test.each([
  ["- a", "The resources of an example are not a map."],
  ["a: b", "a is not a map."],
  ["a: { properties: {} }", "a has no type or name."],
  ["a: { type: t, options: {} }", "a can't have options, only type, name, properties."],
  ["a: { type: t, properties: [] }", "The properties of a are not a map."],
  [`a: { type: t, properties: { b: "\${c.id}" } }`, "An example can't refer to another resource."],
  ["a: { type: t, properties: { b: { fn::invoke: {} } } }", "An example can't call fn::invoke"],
  ["a: { type: t, properties: { b: { fn::toJSON: {}, c: 1 } } }", "fn::toJSON is not alone in its map."],
])("refuses %s", (pulumi, message) => {
  expect(() => pulumiResources({ pulumi })).toThrow(message);
});
