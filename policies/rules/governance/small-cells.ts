/** National figures do not show a single company. */
import type { FilePolicy, Violation } from "../../engine/policy.ts";

export const smallCells: FilePolicy = {
  id: "small-cells",
  area: "governance",
  scope: "file",
  title: "Published figures count at least three companies, and no company dominates them.",
  risk: "In a small sector of a small province a total may be one company's figure, and aggregates may leave the country.",
  severity: "high",
  level: "mandatory",
  dataClasses: ["aggregates"],
  controls: { iso27001: ["A.8.11", "A.5.34"], nist80053: ["SI-19"] },
  remediation: "Set aggregates.minimumCount to 3 or more and the dominance rule to (1, 75) or stricter.",
  check({ country: { aggregates } }) {
    const violations: Violation[] = [];
    if (aggregates.minimumCount < 3)
      violations.push({
        path: "aggregates.minimumCount",
        value: String(aggregates.minimumCount),
        message: `Figures of ${aggregates.minimumCount} ${aggregates.minimumCount === 1 ? "company" : "companies"} are published.`,
        remediation: "Set it to 3 or more.",
      });
    const { largest, percent } = aggregates.dominance;
    if (percent > (largest === 1 ? 80 : 90))
      violations.push({
        path: "aggregates.dominance.percent",
        value: String(percent),
        message: `Figures are published of which ${largest === 1 ? "one company makes" : `${largest} companies make`} ${percent} %.`,
        remediation: "Set it to 75 or less.",
      });
    return violations;
  },
  examples: {
    passing: [{}],
    failing: [
      {
        country: { aggregates: { minimumCount: 1, dominance: { largest: 1, percent: 95 } } },
        findings: `
example-country.yaml aggregates.minimumCount: Figures of 1 company are published. Set it to 3 or more.
example-country.yaml aggregates.dominance.percent: Figures are published of which one company makes 95 %. Set it to 75 or less.`,
      },
    ],
  },
};
