/** A transfer on record has evidence that an auditor can ask for, and has not expired. */

import { dataClassNames } from "../../../localisation/schema/residency.ts";
import type { FilePolicy, Violation } from "../../engine/policy.ts";

const placeholder = /example|to be confirmed|\btbd\b|\btodo\b|pending|^\W*$|xxx/i;

export const transferEvidence: FilePolicy = {
  id: "transfer-evidence",
  area: "governance",
  scope: "file",
  title: "Every transfer abroad has evidence, uses the class's mechanism and is in force.",
  risk: "A transfer without its contract or decision is unlawful from the first record on.",
  severity: "high",
  level: "mandatory",
  dataClasses: dataClassNames,
  controls: { iso27001: ["A.5.14", "A.5.20", "A.5.31"], nist80053: ["CA-3", "PT-2", "AC-21"] },
  remediation: "Name the contract, decision or permission by its number or address.",
  check({ country, today }) {
    return country.residency.transfers.flatMap((transfer, index): Violation[] => {
      const path = `residency.transfers[${index}]`;
      const violations: Violation[] = [];
      if (placeholder.test(transfer.evidence))
        violations.push({
          path: `${path}.evidence`,
          value: transfer.evidence,
          message: `The transfer ${transfer.id} to ${transfer.to} has no evidence yet ("${transfer.evidence}").`,
          remediation: "Name the contract, decision or permission, or stop the transfer.",
        });
      if (transfer.until !== undefined && transfer.until < today)
        violations.push({
          path: `${path}.until`,
          value: transfer.until,
          message: `The transfer ${transfer.id} to ${transfer.to} was allowed until ${transfer.until}.`,
          remediation: "Stop the transfer and remove it, or renew it.",
        });
      for (const name of transfer.dataClasses) {
        const { transfer: rule, mechanism } = country.residency.dataClasses[name].crossBorder;
        if (rule === "with-mechanism" && mechanism !== undefined && mechanism !== transfer.mechanism)
          violations.push({
            path: `${path}.mechanism`,
            value: transfer.mechanism,
            message: `${name} may leave by ${mechanism}; the transfer ${transfer.id} relies on ${transfer.mechanism}.`,
            remediation: `Use ${mechanism}, or change the data class.`,
          });
      }
      return violations;
    });
  },
  examples: {
    passing: [{}],
    failing: [
      {
        country: {
          residency: {
            dataClasses: {
              aggregates: { crossBorder: { transfer: "with-mechanism", mechanism: "standard-contract" } },
            },
            transfers: [
              {
                id: "forum",
                dataClasses: ["aggregates"],
                recipient: "Forum",
                to: "CH",
                mechanism: "consent",
                article: "popia:72",
                evidence: "to be confirmed",
                until: "2026-03-31",
              },
            ],
          },
        },
        findings: `
example-country.yaml residency.transfers[0].evidence: The transfer forum to CH has no evidence yet ("to be confirmed"). Name the contract, decision or permission, or stop the transfer.
example-country.yaml residency.transfers[0].until: The transfer forum to CH was allowed until 2026-03-31. Stop the transfer and remove it, or renew it.
example-country.yaml residency.transfers[0].mechanism: aggregates may leave by standard-contract; the transfer forum relies on consent. Use standard-contract, or change the data class.`,
      },
    ],
  },
};
