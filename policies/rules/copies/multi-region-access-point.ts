/** No Multi-Region Access Points: they connect buckets of several regions, and their control plane is abroad. */
import type { ResourcePolicy } from "../../engine/policy.ts";

export const multiRegionAccessPoint: ResourcePolicy = {
  id: "multi-region-access-point",
  area: "copies",
  scope: "resource",
  title: "No bucket is used through a Multi-Region Access Point.",
  risk: "Requests go to the region that is nearest to the caller, and the routing is controlled from abroad.",
  types: [
    "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
    "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.23"], nist80053: ["SA-9(5)", "AC-4"] },
  remediation: "Use the bucket itself, or an access point of its region.",
  check: () => ({
    path: "",
    message: "It routes requests to several regions.",
    remediation: "Remove it and use the bucket, or an access point of its own region.",
  }),
  examples: {
    passing: [
      { pulumi: "readings: { type: aws:s3/accessPoint:AccessPoint, properties: { bucket: readings } }" },
    ],
    failing: [
      {
        pulumi: "readings: { type: aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint }",
        findings: `MultiRegionAccessPoint/readings: It routes requests to several regions. Remove it and use the bucket, or an access point of its own region.`,
      },
    ],
  },
};
