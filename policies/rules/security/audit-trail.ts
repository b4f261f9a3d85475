/** The account of the stack records who did what, in a way that can't be changed afterwards. */
import type { StackPolicy } from "../../engine/policy.ts";
import { booleanAt } from "../../resources/properties.ts";

const trail = "aws:cloudtrail/trail:Trail";

export const auditTrail: StackPolicy = {
  id: "audit-trail",
  area: "security",
  scope: "stack",
  title: "The account keeps a trail of who did what, with validated log files.",
  risk: "Without it nobody can tell the regulator after a breach what was taken, by whom and when.",
  types: ["aws:eks/cluster:Cluster", "aws:rds/instance:Instance", trail],
  severity: "high",
  level: "mandatory",
  dataClasses: ["logs"],
  controls: { iso27001: ["A.8.15", "A.5.28"], nist80053: ["AU-2", "AU-9", "AU-12"] },
  remediation:
    "Add a trail that covers global services, with enableLogFileValidation and a key of the stack.",
  check({ resources }) {
    const trails = resources.ofTypes([trail]);
    const first = resources.ofTypes(["aws:eks/cluster:Cluster", "aws:rds/instance:Instance"])[0];
    if (trails.length === 0 && first !== undefined)
      return {
        path: "",
        message: "The plan has no trail (aws:cloudtrail/trail:Trail), so nothing records who did what.",
        remediation: "Add one to a bucket of the plan.",
        resource: first,
      };
    return trails.flatMap((resource) =>
      (
        [
          ["enableLogFileValidation", true],
          ["enableLogging", undefined],
        ] as const
      )
        .filter(([path, wanted]) => (booleanAt(resource.properties, path) ?? wanted === undefined) !== true)
        .map(([path]) => ({
          path,
          value: String(booleanAt(resource.properties, path) ?? "absent"),
          message:
            path === "enableLogging"
              ? "The trail records nothing."
              : "Changes to the trail's files would not be noticed.",
          remediation: `Set ${path} to true.`,
          resource,
        })),
    );
  },
  examples: {
    passing: [
      {
        pulumi: `
sme: { type: aws:eks/cluster:Cluster }
audit: { type: aws:cloudtrail/trail:Trail,
  properties: { s3BucketName: audit, enableLogFileValidation: true } }`,
      },
    ],
    failing: [
      {
        pulumi: "sme: { type: aws:eks/cluster:Cluster }",
        findings: `Cluster/sme: The plan has no trail (aws:cloudtrail/trail:Trail), so nothing records who did what. Add one to a bucket of the plan.`,
      },
      {
        pulumi: `
audit: { type: aws:cloudtrail/trail:Trail, properties: { s3BucketName: audit, enableLogging: false } }`,
        findings: `
Trail/audit enableLogFileValidation: Changes to the trail's files would not be noticed. Set enableLogFileValidation to true.
Trail/audit enableLogging: The trail records nothing. Set enableLogging to true.`,
      },
    ],
  },
};
