/** The file says how soon the regulator must be told of a breach. */
import type { FilePolicy } from "../../engine/policy.ts";

export const breachNotice: FilePolicy = {
  id: "breach-notice",
  area: "governance",
  scope: "file",
  title: "The file says by which article, and how soon, the regulator must be told of a breach.",
  risk: "During a breach there is no time to look up the article, and the deadline runs from when the breach is known.",
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers"],
  controls: { iso27001: ["A.5.24", "A.5.5"], nist80053: ["IR-6"] },
  remediation:
    "Add `residency.breachNotice` with the article, and the hours or working days where the law gives them.",
  check: ({ country }) =>
    country.residency.breachNotice === undefined
      ? {
          path: "residency.breachNotice",
          message: "The file does not say how soon the regulator must be told of a breach.",
          remediation: "Add it with the article, and hours or workingDays where the law gives them.",
        }
      : [],
  examples: {
    passing: [{}],
    failing: [
      {
        country: { residency: { breachNotice: null } },
        findings: `example-country.yaml residency.breachNotice: The file does not say how soon the regulator must be told of a breach. Add it with the article, and hours or workingDays where the law gives them.`,
      },
    ],
  },
};
