/** All that was given is checked, and belongs to the file that it is checked by. */
import { dataClassNames } from "../../../localisation/schema/residency.ts";
import type { FilePolicy } from "../../engine/policy.ts";

const type = "rollout:index:Input";

export const inputUnread: FilePolicy = {
  id: "input-unread",
  area: "governance",
  scope: "file",
  title: "All of the input is read, and was made from this file.",
  risk: "What was not read may hold anything; a verdict on an empty plan, or on the plan of another file, says nothing of the stack.",
  severity: "critical",
  level: "mandatory",
  dataClasses: dataClassNames,
  controls: { iso27001: ["A.5.36", "A.8.9"], nist80053: ["CM-8", "CM-3"] },
  remediation: "Give files that can be read, and the plan that was made from this file.",
  check: ({ unread }) =>
    unread.map(({ subject, path, message, remediation, source }) => ({
      path,
      message,
      remediation,
      undetermined: true,
      resource: {
        type,
        name: subject,
        urn: `urn:input::${type}::${subject}`,
        properties: {},
        ...(source !== undefined && { source }),
      },
    })),
  examples: {
    passing: [{ pulumi: "private-a: { type: aws:ec2/subnet:Subnet }" }],
    failing: [
      {
        unread: [
          {
            subject: "deploy/settings.yaml",
            path: "",
            message: "It is not checked: Missing closing quote.",
            remediation: "Correct the YAML.",
          },
        ],
        findings: "deploy/settings.yaml: It is not checked: Missing closing quote. Correct the YAML.",
      },
    ],
  },
};
