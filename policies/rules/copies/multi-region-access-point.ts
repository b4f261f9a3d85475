/** No Multi-Region Access Points: they connect buckets of several regions, and their control plane is abroad. */
import { aws } from "../../engine/example.ts";
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
  check: () => [
    {
      path: "",
      message: "It routes requests to several regions.",
      remediation: "Remove it and use the bucket, or an access point of its own region.",
    },
  ],
  examples: {
    passing: [{ resources: [aws("s3/accessPoint:AccessPoint", "readings", { bucket: "readings" })] }],
    failing: [
      {
        resources: [aws("s3control/multiRegionAccessPoint:MultiRegionAccessPoint", "readings", {})],
        findings: [
          "MultiRegionAccessPoint/readings: It routes requests to several regions. Remove it and use the bucket, or an access point of its own region.",
        ],
      },
    ],
  },
};
