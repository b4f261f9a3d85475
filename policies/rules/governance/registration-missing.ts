/** In production the file has the entries of the registers that the law asks for. */
import { placeholderIn } from "../../../localisation/rules/placeholders.ts";
import { textIn } from "../../../localisation/text.ts";
import { type FilePolicy, notApplicable, type Violation } from "../../engine/policy.ts";

export const registrationMissing: FilePolicy = {
  id: "registration-missing",
  area: "governance",
  scope: "file",
  title: "In production the operator is in the registers that the law asks for, and the officer is named.",
  risk: "Processing data before registration is an offence under several of the laws, however secure it is.",
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers"],
  controls: { iso27001: ["A.5.2", "A.5.5", "A.5.31"], nist80053: ["PM-19", "PM-18"] },
  remediation: "Register, and enter the number in `residency.registrations`.",
  check({ country, inProduction }) {
    if (!inProduction) return notApplicable;
    const missing = country.residency.registrations.flatMap(
      ({ register, number, article }, index): Violation | [] =>
        number !== undefined
          ? []
          : {
              path: `residency.registrations[${index}].number`,
              message: `No entry in ${textIn(register, ["en"])} is given (${article}).`,
              remediation: "Register, and enter the number there.",
            },
    );
    const { name, role } = country.programme.dataProtectionOfficer;
    return placeholderIn(name) !== undefined
      ? [
          ...missing,
          {
            path: "programme.dataProtectionOfficer.name",
            value: name,
            message: `The ${textIn(role, ["en"])} is a placeholder (${name}).`,
            remediation: "Name the person who holds the position.",
          },
        ]
      : missing;
  },
  examples: {
    passing: [
      {
        environment: "production",
        country: {
          residency: {
            registrations: [{ register: "Register", number: "2026-000123", article: "popia:19" }],
          },
        },
      },
    ],
    failing: [
      {
        environment: "production",
        country: {
          programme: { dataProtectionOfficer: { name: "Example Officer" } },
          residency: { registrations: [{ register: { en: "Register of officers" }, article: "popia:19" }] },
        },
        findings: `
example-country.yaml residency.registrations[0].number: No entry in Register of officers is given (popia:19). Register, and enter the number there.
example-country.yaml programme.dataProtectionOfficer.name: The Information Officer is a placeholder (Example Officer). Name the person who holds the position.`,
      },
    ],
  },
};
