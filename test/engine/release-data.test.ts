/** What protects data on AWS goes only where the stack is to be taken down with its data. */
import { expect, test } from "vitest";
import { loadCountry } from "../../localisation/load.ts";
import { captureProgram } from "../../plan/capture.ts";
import { awsStack } from "../../stacks/aws/program.ts";
import { countryFile } from "../plan/planned.ts";

async function protectionOf(releaseData: boolean) {
  const { country, catalogues } = loadCountry(countryFile("za"), { today: "2026-11-01", target: "aws" });
  const { resources } = await captureProgram(
    () => awsStack({ country, catalogues, version: "9.9.9", ...(releaseData && { releaseData }) }),
    "kit",
    "za-base",
  );
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  return {
    databases: of("aws:rds/instance:Instance").map(({ properties }) => properties.deletionProtection),
    lastSnapshots: of("aws:rds/instance:Instance").map(({ properties }) => properties.skipFinalSnapshot),
    buckets: new Set(of("aws:s3/bucket:Bucket").map(({ properties }) => properties.forceDestroy)),
  };
}

test("the database and every bucket are protected, until their data may go; the last snapshot stays either way", async () => {
  expect(await protectionOf(false)).toEqual({
    databases: [true],
    lastSnapshots: [false],
    buckets: new Set([false]),
  });
  expect(await protectionOf(true)).toEqual({
    databases: [false],
    lastSnapshots: [false],
    buckets: new Set([true]),
  });
});
