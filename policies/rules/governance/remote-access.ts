/** People abroad reach the stack only where that transfer is allowed and on record. */
import type { DataClassName } from "../../../localisation/schema/residency.ts";
import { countryNames } from "../../engine/place-names.ts";
import type { FilePolicy, Violation } from "../../engine/policy.ts";

/** What somebody who looks after the stack gets to see. */
const seen: readonly DataClassName[] = ["identity", "diagnosticAnswers", "machineTelemetry", "logs"];

export const remoteAccess: FilePolicy = {
  id: "remote-access",
  area: "governance",
  scope: "file",
  title: "People abroad reach the stack only where the law lets what they see leave, until a day.",
  risk: "To look at data from abroad is to transfer it; support contracts rarely say so.",
  severity: "high",
  level: "mandatory",
  dataClasses: seen,
  controls: { iso27001: ["A.6.7", "A.5.19", "A.8.2"], nist80053: ["AC-17", "AC-2", "SA-9(5)"] },
  remediation: "Let people in the country do it, or record the transfer under `residency.transfers`.",
  check(context) {
    return context.country.residency.remoteAccess.flatMap(({ who, from, until }, index): Violation[] => {
      const path = `residency.remoteAccess[${index}]`;
      if (until < context.today)
        return [
          {
            path: `${path}.until`,
            value: until,
            message: `The access of ${who} from ${countryNames([from])} ended on ${until}.`,
            remediation: "Close the access and take the entry out, or renew it.",
          },
        ];
      const forbidden = seen.filter((name) => !context.mayGoTo(name, from));
      if (from === context.country.country || forbidden.length === 0) return [];
      return [
        {
          path,
          value: who,
          message: `${who} sees data from ${countryNames([from])}, and ${forbidden.join(", ")} may not leave the country.`,
          remediation: "Let somebody in the country do it, or waive it with the reason and a day.",
        },
      ];
    });
  },
  examples: {
    passing: [
      {},
      {
        country: {
          residency: {
            remoteAccess: [{ who: "N. Dlamini", from: "ZA", why: "On call", until: "2027-01-01" }],
          },
        },
      },
    ],
    failing: [
      {
        country: {
          residency: {
            remoteAccess: [
              { who: "Support desk of Example Ltd", from: "IN", why: "Second level", until: "2027-01-01" },
              { who: "Vendor", from: "DE", why: "Set-up", until: "2026-01-31" },
            ],
          },
        },
        findings: [
          "example-country.yaml residency.remoteAccess[0]: Support desk of Example Ltd sees data from India, and identity, diagnosticAnswers, machineTelemetry, logs may not leave the country. Let somebody in the country do it, or waive it with the reason and a day.",
          "example-country.yaml residency.remoteAccess[1].until: The access of Vendor from Germany ended on 2026-01-31. Close the access and take the entry out, or renew it.",
        ],
      },
    ],
  },
};
