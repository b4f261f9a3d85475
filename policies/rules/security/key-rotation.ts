/** Keys rotate every year, and a deletion takes long enough to be noticed. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { booleanAt, numberAt, textAt } from "../../resources/properties.ts";

export const keyRotation: ResourcePolicy = {
  id: "key-rotation",
  area: "security",
  scope: "resource",
  title: "Keys rotate, and are deleted only after a month.",
  risk: "A key in use for years protects everything at once; a key deleted by mistake makes all data unreadable.",
  types: ["aws:kms/key:Key"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.8.24"], nist80053: ["SC-12"] },
  remediation: "Set enableKeyRotation to true and deletionWindowInDays to 30.",
  check({ properties }) {
    const violations: Violation[] = [];
    const symmetric = /^SYMMETRIC/.test(textAt(properties, "customerMasterKeySpec") ?? "SYMMETRIC_DEFAULT");
    if (symmetric && booleanAt(properties, "enableKeyRotation") !== true)
      violations.push({
        path: "enableKeyRotation",
        value: String(booleanAt(properties, "enableKeyRotation") ?? "absent"),
        message: "The key does not rotate.",
        remediation: "Set enableKeyRotation to true.",
      });
    const days = numberAt(properties, "deletionWindowInDays") ?? 30;
    if (days < 30)
      violations.push({
        path: "deletionWindowInDays",
        value: String(days),
        message: `The key is deleted after ${days} days.`,
        remediation: "Set deletionWindowInDays to 30.",
      });
    return violations;
  },
  examples: {
    passing: [{ pulumi: "identity: { type: aws:kms/key:Key, properties: { enableKeyRotation: true } }" }],
    failing: [
      {
        pulumi: "identity: { type: aws:kms/key:Key, properties: { deletionWindowInDays: 7 } }",
        findings: `
Key/identity enableKeyRotation: The key does not rotate. Set enableKeyRotation to true.
Key/identity deletionWindowInDays: The key is deleted after 7 days. Set deletionWindowInDays to 30.`,
      },
    ],
  },
};
