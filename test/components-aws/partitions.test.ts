/** China, GovCloud and the European Sovereign Cloud are clouds apart: their ARNs and hosts are not those of the others. */
import { expect, test } from "vitest";
import { awsEndpointService } from "../../localisation/aws-partitions.ts";
import { loadCountry } from "../../localisation/load.ts";
import { check } from "../../policies/engine/engine.ts";
import { plannedResources } from "../../policies/inputs/planned.ts";
import { ResourceSet } from "../../policies/resources/resource-set.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { countryFile, planOnce } from "../plan/planned.ts";
import { exampleToday, overlaid } from "../policies/check-example.ts";

async function plannedIn(region: string) {
  const loaded = loadCountry(countryFile("za"), { today: exampleToday });
  const zones = ["a", "b", "c"].map((letter) => `${region}${letter}`);
  const country = overlaid(loaded.country, {
    residency: { regions: [{ provider: "aws", region, zones }] },
    hosting: { target: "aws", aws: { region, zones, account: "123456789012" } },
  });
  const { resources } = await planOnce({ ...loaded, country }, "aws");
  return { country, resources };
}

const counted = (text: string, words: RegExp): number => text.match(words)?.length ?? 0;

test.each([
  ["cn-north-1", "aws-cn", "amazonaws.com.cn"],
  ["us-gov-west-1", "aws-us-gov", "amazonaws.com"],
  ["eusc-de-east-1", "aws-eusc", "amazonaws.eu"],
])("a stack in %s names ARNs of %s and hosts of %s", async (region, partition, suffix) => {
  const { country, resources } = await plannedIn(region);
  const text = JSON.stringify(resources);
  expect(counted(text, /arn:aws:/g)).toBe(0);
  expect(counted(text, new RegExp(`arn:${partition}:`, "g"))).toBeGreaterThan(60);
  const hosts = text.match(new RegExp(`[a-z0-9.-]+\\.${region}\\.[a-z0-9.]*amazonaws[a-z.]*`, "g")) ?? [];
  expect(hosts.length).toBeGreaterThan(5);
  expect(hosts.filter((host) => !host.endsWith(`.${suffix}`))).toEqual([]);
  const { findings } = check({
    policies,
    country,
    today: exampleToday,
    file: "za.yaml",
    resources: new ResourceSet(plannedResources(resources), { kind: "plan", description: "the plan" }),
  });
  // South Africa's file, which this test sends to these clouds, has no region in their countries.
  const others = findings.filter(({ policy }) => policy !== "region-label-abroad");
  expect(others.map(({ policy, subject, message }) => `${policy} ${subject}: ${message}`)).toEqual([]);
});

test("endpoint services have the names of their partition", () => {
  expect(awsEndpointService("af-south-1", "sts")).toBe("com.amazonaws.af-south-1.sts");
  expect(awsEndpointService("cn-north-1", "sts")).toBe("cn.com.amazonaws.cn-north-1.sts");
  expect(awsEndpointService("cn-north-1", "logs")).toBe("com.amazonaws.cn-north-1.logs");
  expect(awsEndpointService("eusc-de-east-1", "sts")).toBe("eu.amazonaws.eusc-de-east-1.sts");
});
