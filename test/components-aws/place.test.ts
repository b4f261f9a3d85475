/** Where everything stands: the file's region and zones and no other, one provider, the file's account, a known class of data. */

import { describe, expect, test } from "vitest";
import { InputError } from "../../base/kit-error.ts";
import { loadCountry } from "../../localisation/load.ts";
import { dataClassNames } from "../../localisation/schema/residency.ts";
import { at, type Plan, shownName } from "../../plan/plan.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { countryFile } from "../plan/planned.ts";
import { awsResource, awsResources, planOnAws, texts } from "./planned.ts";

const elsewhere =
  /\b(?:us|eu|ap|ca|me|il|mx|cn|sa|af)-(?:north|south|east|west|central)+(?:east|west)?-\d\b/g;

/** All that a plan says, but for the localisation file that the parts read and the notes for people. */
function saidIn(plan: Plan): string {
  return JSON.stringify(
    plan.resources
      // The cluster's admission policies name places in order to refuse them.
      .filter(
        (resource) =>
          shownName(resource) !== "localisation" && !resource.type.includes("admissionregistration"),
      )
      .map(({ properties }) => properties),
  );
}

describe.each([
  ["za", "af-south-1"],
  ["br", "sa-east-1"],
])("%s", (name, region) => {
  test("stands in its region and names no other", async () => {
    const plan = await planOnAws(undefined, name);
    const providers = plan.resources.filter(({ type }) => type === "pulumi:providers:aws");
    expect(providers.map(({ properties }) => at(properties, "region"))).toEqual([region]);
    for (const resource of awsResources(plan)) {
      expect(resource.provider, resource.urn).toBe(providers[0]?.urn);
      // A resource's own region would win over the provider's.
      expect(at(resource.properties, "region"), resource.urn).toBeUndefined();
    }
    const named = new Set(saidIn(plan).match(elsewhere));
    expect([...named]).toEqual([region]);
  });

  test("spreads over its three zones", async () => {
    const plan = await planOnAws(undefined, name);
    const zones = ["a", "b", "c"].map((letter) => `${region}${letter}`);
    const subnets = awsResources(plan, "ec2/subnet:Subnet");
    const zonesOf = (kind: string) =>
      subnets
        .filter((subnet) => shownName(subnet).startsWith(kind))
        .map(({ properties }) => at(properties, "availabilityZone"));
    expect(zonesOf("private")).toEqual(zones);
    expect(zonesOf("public")).toEqual(zones);
    // Each group's nodes can stand in one zone alone, so that volumes find a node where they are.
    const groups = awsResources(plan, "eks/nodeGroup:NodeGroup").map(({ properties }) =>
      texts(at(properties, "subnetIds")),
    );
    expect(groups).toEqual(zones.map((zone) => [`aws-network-private-${zone}-id`]));
    expect(at(awsResource(plan, "rds/instance:Instance").properties, "multiAz")).toBe(true);
  });
});

test("the file's zones are the only ones", async () => {
  const plan = await planOnAws((aws) => {
    aws.zones = ["af-south-1a", "af-south-1c"];
  });
  expect(saidIn(plan)).not.toContain("af-south-1b");
  expect(awsResources(plan, "eks/nodeGroup:NodeGroup")).toHaveLength(2);
});

test("the account is the file's, or the plan says that it is open", async () => {
  const open = await planOnAws();
  expect(JSON.stringify(open.outputs.notes)).toContain("hosting.aws.account");
  const held = await planOnAws((aws) => {
    aws.account = "123456789012";
  });
  const provider = held.resources.find(({ type }) => type === "pulumi:providers:aws");
  expect(JSON.stringify(at(provider?.properties, "allowedAccountIds"))).toContain("123456789012");
  expect(saidIn(held)).not.toContain("000000000000");
  expect(JSON.stringify(held.outputs.notes)).not.toContain("hosting.aws.account");
});

test("whatever keeps data says of which classes", async () => {
  const plan = await planOnAws();
  const keeping =
    /:(Bucket|Instance|Key|LogGroup|Repository|NodeGroup|LaunchTemplate|Trail|FlowLog)$|eks\/cluster:Cluster$/;
  const kept = awsResources(plan).filter(({ type }) => keeping.test(type));
  expect(kept.length).toBeGreaterThan(30);
  for (const { properties, urn } of kept) {
    const stated = String(at(properties, "tags", "rollout/data-classes") ?? "").split(" ");
    for (const word of stated) expect(dataClassNames, urn).toContain(word);
  }
});

test("everything has a tag of its name, wherever AWS takes tags", async () => {
  const plan = await planOnAws();
  const taggable = /:(Vpc|Subnet|SecurityGroup|Role|Vpc\w+|Addon|RouteTable|Eip|InternetGateway)$/;
  for (const { type, properties, urn } of awsResources(plan))
    if (taggable.test(type)) expect(at(properties, "tags", "Name"), urn).toEqual(expect.any(String));
});

describe("what can't stand on AWS", () => {
  test("a country without a region there is refused at its place in the file, with the reason", () => {
    const refused = () => loadCountry(countryFile("tr"), { today: "2026-11-01", target: "aws" });
    expect(refused).toThrow(/aws has no region in Türkiye.*Frankfurt/);
    expect(refused).toThrow(/tr\.yaml:\d+:\d+ {2}hosting\.target/);
  });

  test("the program itself refuses it too", async () => {
    const turkey = loadCountry(countryFile("tr"), { today: "2026-11-01" });
    await expect(planCountry(turkey, "aws", "9.9.9")).rejects.toThrow(InputError);
  });

  test.each(["10.0.0.0/8", "10.60.0.0/24", "fd00::/48"])("a network of %s", async (range) => {
    await expect(
      planOnAws((aws) => {
        aws.networkRange = range;
      }),
    ).rejects.toThrow(/hosting\.aws\.networkRange/);
  });
});
