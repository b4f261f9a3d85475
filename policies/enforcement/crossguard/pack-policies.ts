/** The catalogue as policies of a CrossGuard pack: the same definitions, engine and waivers. */
import type { Policies, ReportViolation, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { runtime } from "@pulumi/pulumi";
import type { Finding } from "../../engine/findings.ts";
import type { Policy } from "../../engine/policy.ts";
import { policies } from "../../rules/catalogue.ts";
import { PackCheck } from "./pack-check.ts";
import { type PackSettings, settingsSchema } from "./pack-settings.ts";
import { requestedResource, touch } from "./request.ts";

/** The policy that names the localisation file for the others; its configuration is the configuration of the pack. */
const fileName = "localisation-file";

export function packPolicies(): Policies {
  const pack = new PackCheck();
  return [filePolicy(pack), ...policies.map((policy) => packPolicy(pack, policy))];
}

/** It is the first, so that the file is read before any other policy runs. */
function filePolicy(pack: PackCheck): Policies[number] {
  return {
    name: fileName,
    description:
      "The localisation file exists and is valid. Set file, and environment, of this policy in the pack's configuration; where absent, the stack's own configuration names them.",
    enforcementLevel: "mandatory",
    severity: "critical",
    configSchema: settingsSchema,
    validateResource: (args, report) => {
      // The stack is the first resource that a run registers: an invalid file is reported once, not for each resource.
      if (args.type === "pulumi:pulumi:Stack") {
        const problem = pack.open(args.getConfig<PackSettings>());
        if (problem !== undefined) report(problem);
      }
      pack.add(requestedResource(withParent(args)));
    },
    validateStack: (args: StackValidationArgs) => {
      for (const { parent, ...resource } of args.resources)
        pack.addMissing(
          requestedResource({ ...resource, ...(parent !== undefined && { parent: parent.urn }) }),
        );
    },
  };
}

function packPolicy(pack: PackCheck, policy: Policy): Policies[number] {
  const { id, title, risk, severity, level, remediation, controls } = policy;
  return {
    name: id,
    displayName: title,
    description: `${title} ${risk}`,
    severity,
    enforcementLevel: level,
    remediationSteps: remediation,
    framework: {
      name: "ISO/IEC 27001",
      version: "2022",
      reference: controls.iso27001.map((control) => `Annex A ${control}`).join(", "),
      specification: `NIST SP 800-53 Rev. 5: ${controls.nist80053.join(", ")}`,
    },
    tags: [policy.area],
    validateResource: (args, report) => {
      const findings = pack.ofResource(id, args.urn);
      if (findings === undefined) args.notApplicable("It checks the stack as a whole.");
      else reportFindings(findings, report, (path) => touch(args.props, path));
    },
    validateStack: (args: StackValidationArgs, report: ReportViolation) =>
      reportFindings(pack.ofStack(id), report, (path, urn) => {
        const resource = args.resources.find((candidate) => candidate.urn === urn);
        if (resource !== undefined) touch(resource.props, path);
      }),
  };
}

/** Violations come first: at a value that is not known before the update, the library ends the policy with a note. */
function reportFindings(
  findings: readonly Finding[],
  report: ReportViolation,
  waitFor: (path: string, urn: string | undefined) => void,
): void {
  const waits = findings.filter(({ verdict }) => verdict === "undetermined" && runtime.isDryRun());
  for (const finding of findings) {
    if (finding.verdict === "waived" || waits.includes(finding)) continue;
    report(violation(finding), finding.urn);
  }
  for (const { path, urn } of waits) waitFor(path, urn);
}

function violation({ subject, path, message, remediation, articles }: Finding): string {
  const where = path === "" ? subject : `${subject} ${path}`;
  return `${where}: ${message}\nHow to fix: ${remediation}${articles.length === 0 ? "" : `\nLaw: ${articles.join(", ")}`}`;
}

const withParent = ({ opts, ...args }: ResourceValidationArgs) => ({
  ...args,
  ...(opts.parent !== undefined && { parent: opts.parent }),
});
