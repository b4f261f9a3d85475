/** People abroad access the stack only where that transfer is allowed and on record. */
import type { DataClassName } from "../../../localisation/schema/residency.ts";
import { countryNames } from "../../engine/place-names.ts";
import type { FilePolicy, Violation } from "../../engine/policy.ts";

/** What an operator of the stack can see. */
const seen: readonly DataClassName[] = ["identity", "diagnosticAnswers", "machineTelemetry", "logs"];

export const remoteAccess: FilePolicy = {
  id: "remote-access",
  area: "governance",
  scope: "file",
  title:
    "People abroad access the stack only where the data that they see may leave, and only until a given day.",
  risk: "Viewing data from abroad is a transfer; support contracts rarely say so.",
  severity: "high",
  level: "mandatory",
  dataClasses: seen,
  controls: { iso27001: ["A.6.7", "A.5.19", "A.8.2"], nist80053: ["AC-17", "AC-2", "SA-9(5)"] },
  remediation: "Let people in the country do it, or record the transfer under `residency.transfers`.",
  check(context) {
    return context.country.residency.remoteAccess.flatMap(({ who, from, until }, index): Violation | [] => {
      const path = `residency.remoteAccess[${index}]`;
      if (until < context.today)
        return {
          path: `${path}.until`,
          value: until,
          message: `The access of ${who} from ${countryNames([from])} ended on ${until}.`,
          remediation: "Revoke the access and remove the entry, or renew it.",
        };
      const forbidden = seen.filter((name) => !context.mayGoTo(name, from));
      if (from === context.country.country || forbidden.length === 0) return [];
      return {
        path,
        value: who,
        message: `${who} sees data from ${countryNames([from])}, and ${forbidden.join(", ")} may not leave the country.`,
        remediation: "Let somebody in the country do it, or add a waiver with the reason and the last day.",
      };
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
        findings: `
example-country.yaml residency.remoteAccess[0]: Support desk of Example Ltd sees data from India, and identity, diagnosticAnswers, machineTelemetry, logs may not leave the country. Let somebody in the country do it, or add a waiver with the reason and the last day.
example-country.yaml residency.remoteAccess[1].until: The access of Vendor from Germany ended on 2026-01-31. Revoke the access and remove the entry, or renew it.`,
      },
    ],
  },
};
