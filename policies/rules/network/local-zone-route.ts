/** Traffic that leaves a Local Zone in the country does not pass its parent region abroad. */
import { awsRegions } from "../../../localisation/cloud-geography.ts";
import { dataClassNames } from "../../../localisation/schema/residency.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { zoneName } from "../../engine/place-names.ts";
import { notApplicable, type ResourcePolicy, type Violation } from "../../engine/policy.ts";
import { objectsAt, textAt } from "../../resources/properties.ts";
import { type JsonObject, logicalName, type Resource } from "../../resources/resource.ts";

/** A country with a Local Zone whose region is abroad. */
const nigeria: JsonObject = {
  residency: {
    dataClasses: Object.fromEntries(dataClassNames.map((name) => [name, { restsIn: ["NG"] }])),
    regions: [{ provider: "aws", region: "af-south-1", zones: ["af-south-1-los-1a"] }],
  },
};

export const localZoneRoute: ResourcePolicy = {
  id: "local-zone-route",
  area: "network",
  scope: "resource",
  title: "Routes of a Local Zone leave through a gateway in the country.",
  risk: "A Local Zone uses its parent region's gateways: with a NAT gateway there, all outgoing traffic passes abroad first.",
  types: [
    "aws:ec2/route:Route",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/defaultRouteTable:DefaultRouteTable",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.8.20"], nist80053: ["SA-9(5)", "AC-4"] },
  remediation: "Put the NAT gateway into a subnet of the Local Zone, and route through it.",
  check({ properties }, context) {
    if (!hasRegionAbroad(context)) return notApplicable;
    const own = textAt(properties, "natGatewayId");
    const gateways = [
      ...(own === undefined ? [] : [{ id: own, path: "natGatewayId" }]),
      ...objectsAt(properties, "routes").flatMap(({ value, path }) => {
        const id = textAt(value, "natGatewayId");
        return id === undefined ? [] : [{ id, path: `${path}.natGatewayId` }];
      }),
    ];
    return gateways.flatMap(({ id, path }): Violation | [] => {
      const zone = zoneOfGateway(id, context);
      if (zone !== undefined && context.isAllowedZone(zone)) return [];
      return {
        path,
        value: id,
        message:
          zone === undefined
            ? `It leaves through the gateway ${id}, whose zone is unknown.`
            : `It leaves through a gateway in ${zoneName(zone)}.`,
        remediation: `Route through a NAT gateway in ${context.allowedZones}.`,
      };
    });
  },
  examples: {
    passing: [
      {
        country: nigeria,
        pulumi: `
lagos: { type: aws:ec2/subnet:Subnet, properties: { availabilityZone: af-south-1-los-1a } }
nat: { type: aws:ec2/natGateway:NatGateway, properties: { subnetId: lagos-id } }
out: { type: aws:ec2/route:Route, properties: { destinationCidrBlock: 0.0.0.0/0, natGatewayId: nat-id } }`,
      },
    ],
    failing: [
      {
        country: nigeria,
        pulumi: `
cape: { type: aws:ec2/subnet:Subnet, properties: { availabilityZone: af-south-1a } }
nat: { type: aws:ec2/natGateway:NatGateway, properties: { subnetId: cape-id } }
out: { type: aws:ec2/route:Route, properties: { destinationCidrBlock: 0.0.0.0/0, natGatewayId: nat-id } }`,
        findings: `Route/out natGatewayId: It leaves through a gateway in af-south-1a (Cape Town, South Africa). Route through a NAT gateway in af-south-1-los-1a.`,
      },
      {
        country: nigeria,
        pulumi: `
out: { type: aws:ec2/route:Route, properties: { destinationCidrBlock: 0.0.0.0/0, natGatewayId: nat-0f3a } }`,
        findings: `Route/out natGatewayId: It leaves through the gateway nat-0f3a, whose zone is unknown. Route through a NAT gateway in af-south-1-los-1a.`,
      },
    ],
  },
};

/** Whether the file allows zones of a region that itself is in a country where no data may be stored. */
function hasRegionAbroad(context: PolicyContext): boolean {
  const allowed = context.storageCountries([]);
  return context.country.residency.regions.some(({ provider, region }) => {
    const place = Object.hasOwn(awsRegions, region) ? awsRegions[region] : undefined;
    return provider === "aws" && place !== undefined && !allowed.includes(place.country);
  });
}

function zoneOfGateway(id: string, context: PolicyContext): string | undefined {
  const { resources } = context;
  const nat = resources.ofTypes(["aws:ec2/natGateway:NatGateway"]).find((one) => isCalled(one, id));
  const subnetId = nat === undefined ? undefined : textAt(nat.properties, "subnetId");
  if (subnetId === undefined) return undefined;
  const subnetOfGateway = resources.ofTypes(["aws:ec2/subnet:Subnet"]).find((one) => isCalled(one, subnetId));
  return subnetOfGateway === undefined ? undefined : textAt(subnetOfGateway.properties, "availabilityZone");
}

/** By the provider's identifier, or by the placeholder for it in a plan. */
const isCalled = (resource: Resource, id: string): boolean =>
  resource.id === id || `${logicalName(resource)}-id` === id;
