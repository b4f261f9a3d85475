/** Other accounts or regions do not collect configuration, findings and trails. */

import { otherAccount } from "../../engine/accounts.ts";
import { regionName } from "../../engine/place-names.ts";
import { notApplicable, type ResourcePolicy, type Violation } from "../../engine/policy.ts";
import { booleanAt, textAt, textsAt } from "../../resources/properties.ts";

export const aggregation: ResourcePolicy = {
  id: "aggregation",
  area: "flows",
  scope: "resource",
  title: "No other account or region collects the account's configuration, findings or trails.",
  risk: "An aggregator abroad holds the whole inventory of the stack, its weaknesses and a record of who did what.",
  types: [
    "aws:cfg/aggregateAuthorization:AggregateAuthorization",
    "aws:cfg/configurationAggregator:ConfigurationAggregator",
    "aws:securityhub/findingAggregator:FindingAggregator",
    "aws:cloudtrail/trail:Trail",
    "aws:detective/member:Member",
    "aws:securitylake/dataLake:DataLake",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["logs", "state"],
  controls: { iso27001: ["A.8.15", "A.5.23"], nist80053: ["AU-9", "SA-9(5)"] },
  remediation: "Collect within the account and the region.",
  check({ type, properties }, context) {
    const kind = type.slice(type.lastIndexOf(":") + 1);
    const remediation = "Collect within the account and the region.";
    const violations: Violation[] = [];
    for (const path of [
      "authorizedAwsRegion",
      "region",
      "accountAggregationSource.regions",
      "specifiedRegions",
    ])
      for (const { value, path: at } of textsAt(properties, path))
        if (path !== "region" && !context.isAllowedRegion(value))
          violations.push({
            path: at,
            value,
            message: `It is collected with or in ${regionName(value)}.`,
            remediation,
          });
    for (const { value, path } of [
      ...textsAt(properties, "accountId"),
      ...textsAt(properties, "accountAggregationSource.accountIds"),
    ]) {
      const other = otherAccount(
        context,
        value,
        { path, value },
        `It is collected with or by account ${value}`,
        () => remediation,
      );
      if (other !== undefined) violations.push(other);
    }
    if (kind === "FindingAggregator" && /^ALL_REGIONS/.test(textAt(properties, "linkingMode") ?? ""))
      violations.push({
        path: "linkingMode",
        value: textAt(properties, "linkingMode") ?? "",
        message: "Findings of all regions are linked.",
        remediation: "Use SPECIFIED_REGIONS with the file's regions.",
      });
    if (kind === "Trail" && booleanAt(properties, "isOrganizationTrail") === true)
      violations.push({
        path: "isOrganizationTrail",
        value: "true",
        message: "The trail belongs to an organization, whose management account reads it.",
        remediation: "Use a trail of the account.",
      });
    if (kind === "Trail" && violations.length === 0 && textAt(properties, "s3BucketName") === undefined)
      return notApplicable;
    return violations;
  },
  examples: {
    passing: [{ pulumi: "audit: { type: aws:cloudtrail/trail:Trail, properties: { s3BucketName: audit } }" }],
    failing: [
      {
        pulumi: `
central: { type: aws:cfg/aggregateAuthorization:AggregateAuthorization,
  properties: { accountId: "999999999999", authorizedAwsRegion: eu-west-1 } }`,
        findings: `
AggregateAuthorization/central authorizedAwsRegion: It is collected with or in eu-west-1 (Dublin, Ireland). Collect within the account and the region.
AggregateAuthorization/central accountId: It is collected with or by account 999999999999; the file names 123456789012. Collect within the account and the region.`,
      },
      {
        pulumi: `
all: { type: aws:securityhub/findingAggregator:FindingAggregator, properties: { linkingMode: ALL_REGIONS } }`,
        findings: `FindingAggregator/all linkingMode: Findings of all regions are linked. Use SPECIFIED_REGIONS with the file's regions.`,
      },
      {
        pulumi: `
audit: { type: aws:cloudtrail/trail:Trail, properties: { s3BucketName: audit, isOrganizationTrail: true } }`,
        findings: `Trail/audit isOrganizationTrail: The trail belongs to an organization, whose management account reads it. Use a trail of the account.`,
      },
    ],
  },
};
