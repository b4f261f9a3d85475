/** The network: no way in or out but those that the file asks for, and AWS reached inside it. */
import { describe, expect, test } from "vitest";
import { subnetRanges } from "../../components/aws/address-ranges.ts";
import { at, kindOf, shownName } from "../../plan/plan.ts";
import { list } from "../plan/planned.ts";
import { awsResource, awsResources, planOnAws, statementsOf, texts } from "./planned.ts";

describe("subnets", () => {
  const bounds = (range: string) => {
    const [address = "", prefix] = range.split("/");
    const start = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    return [start, start + 2 ** (32 - Number(prefix))] as const;
  };

  test.each(["10.60.0.0/16", "172.16.16.0/20", "192.168.0.0/17"])("of %s lie in it, apart", (range) => {
    for (const zones of [1, 3, 6, 15]) {
      const { private: inner, public: outer } = subnetRanges(range, zones);
      const [from, to] = bounds(range);
      const all = [...inner, ...outer].map(bounds).sort(([a], [b]) => a - b);
      expect(all).toHaveLength(2 * zones);
      let end = from;
      for (const [start, last] of all) {
        expect(start).toBeGreaterThanOrEqual(end);
        // Aligned to its size, and no smaller than AWS takes.
        expect(start % (last - start)).toBe(0);
        expect(last - start).toBeGreaterThanOrEqual(16);
        end = last;
      }
      expect(end).toBeLessThanOrEqual(to);
    }
  });

  test.each(["10.60.0.1/16", "10.60.0.0/15", "10.60.0.0/21", "10.60.0/16", "300.0.0.0/16", "fd00::/16", ""])(
    "of %s are refused",
    (range) => {
      expect(() => subnetRanges(range, 3)).toThrow(RangeError);
    },
  );

  test("of more zones than fit are refused", () => {
    expect(() => subnetRanges("10.60.0.0/16", 16)).toThrow(RangeError);
  });
});

test("AWS is reached inside the network, by endpoints of the region that take HTTPS from the network alone", async () => {
  const plan = await planOnAws();
  const endpoints = awsResources(plan, "ec2/vpcEndpoint:VpcEndpoint");
  const services = endpoints.map(({ properties }) => at(properties, "serviceName"));
  for (const needed of ["s3", "ecr.api", "ecr.dkr", "kms", "sts", "logs", "ec2", "eks", "eks-auth"])
    expect(services).toContain(`com.amazonaws.af-south-1.${needed}`);
  for (const { properties, urn } of endpoints) {
    expect(at(properties, "privateDnsEnabled"), urn).toBe(true);
    expect(texts(at(properties, "subnetIds")), urn).toHaveLength(3);
  }
  const [rule, ...others] = awsResources(
    plan,
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  ).filter((resource) => shownName(resource) === "endpoints");
  expect(others).toEqual([]);
  expect(rule?.properties).toMatchObject({ cidrIpv4: "10.60.0.0/16", fromPort: 443, toPort: 443 });
});

test("by the endpoint of S3 nobody takes data to a bucket of somebody else", async () => {
  const plan = await planOnAws();
  const statements = statementsOf(awsResource(plan, "ec2/vpcEndpoint:VpcEndpoint", "endpoint-s3"));
  for (const { Action, Resource, Condition } of statements) {
    const own = Condition?.StringEquals?.["aws:ResourceAccount"] !== undefined;
    // Image layers are read from the region's registry, and nothing is written there.
    expect(own || (Action === "s3:GetObject" && String(Resource).includes("af-south-1-starport"))).toBe(true);
  }
});

test("the group that AWS gives by default lets nothing in or out, and no group lets all out", async () => {
  const plan = await planOnAws();
  const closed = awsResource(plan, "ec2/defaultSecurityGroup:DefaultSecurityGroup");
  expect(closed.properties).toMatchObject({ ingress: [], egress: [] });
  for (const { properties, urn } of awsResources(plan, "ec2/securityGroup:SecurityGroup"))
    expect(at(properties, "egress"), urn).toEqual([]);
});

test("every flow is logged, in the region, with its key and its end", async () => {
  const plan = await planOnAws((_, country) => {
    country.hosting.logs.auditRetention = "P2Y";
  });
  const log = awsResource(plan, "ec2/flowLog:FlowLog");
  expect(log.properties).toMatchObject({ trafficType: "ALL", logDestinationType: "cloud-watch-logs" });
  const group = awsResource(plan, "cloudwatch/logGroup:LogGroup", "flow-log");
  expect(at(group.properties, "retentionInDays")).toBe(731);
  expect(at(group.properties, "kmsKeyId")).toMatch(/^arn:aws:kms:af-south-1:/);
});

describe("the way out", () => {
  const ways = (plan: Awaited<ReturnType<typeof planOnAws>>) =>
    ["InternetGateway", "NatGateway", "Eip"].map(
      (kind) => awsResources(plan).filter((resource) => kindOf(resource) === kind).length,
    );

  test("is there for those who come in, and no part has one that needs none", async () => {
    expect(ways(await planOnAws())).toEqual([1, 0, 0]);
  });

  test("is a NAT gateway in each zone where a part reaches an outside endpoint", async () => {
    const plan = await planOnAws((_, country) => {
      country.residency.endpoints.push({
        host: "mail.example.gov.za",
        addresses: ["198.51.100.7/32"],
        ports: [587],
        purpose: "mail",
        country: "ZA",
        dataClasses: ["identity"],
      });
    });
    expect(ways(plan)).toEqual([1, 3, 3]);
    // The pods that need it, to that address alone.
    const policy = plan.resources.find(
      (resource) => resource.type.endsWith(":NetworkPolicy") && shownName(resource) === "diagnostic",
    );
    expect(JSON.stringify(at(policy?.properties, "spec", "egress"))).toContain("198.51.100.7/32");
  });

  test("is none at all under the strict profile, and load balancers answer inside", async () => {
    const plan = await planOnAws((aws, country) => {
      country.residency.profile = "strict";
      aws.tls = { ...aws.tls, issuer: "acme", acmeServer: "https://acme.example.org/directory" };
    });
    expect(ways(plan)).toEqual([0, 0, 0]);
    expect(awsResources(plan, "ec2/subnet:Subnet").map(shownName)).not.toContain("public-af-south-1a");
    const balancers = plan.resources.filter(({ properties }) =>
      JSON.stringify(properties).includes("aws-load-balancer-type"),
    );
    expect(balancers.length).toBe(2);
    for (const { properties } of balancers)
      expect(JSON.stringify(properties)).toContain('aws-load-balancer-internal":"true"');
  });

  test("no part of the cluster may reach all of the internet", async () => {
    const plan = await planOnAws();
    for (const { type, properties, name } of plan.resources)
      if (type.endsWith(":NetworkPolicy"))
        for (const rule of list(at(properties, "spec", "egress")))
          expect(JSON.stringify(rule), name).not.toMatch(/"(0\.0\.0\.0|::)\/0"/);
  });
});
