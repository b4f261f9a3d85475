/** A managed cluster encrypts its Secrets with a key of the stack and keeps an audit log. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { objectsAt, textAt, textsAt } from "../../resources/properties.ts";

export const clusterSecrets: ResourcePolicy = {
  id: "cluster-secrets",
  area: "security",
  scope: "resource",
  title: "The cluster encrypts Secrets with a key of the stack and keeps an audit log.",
  risk: "Without its own key the provider can read the Secrets; without the audit log it is unknown who read them.",
  types: ["aws:eks/cluster:Cluster"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["keys", "logs"],
  controls: { iso27001: ["A.8.24", "A.8.15"], nist80053: ["SC-28(1)", "AU-2", "AU-12"] },
  remediation: "Set encryptionConfig with resources [secrets], and enabledClusterLogTypes with audit.",
  check({ properties }) {
    const violations: Violation[] = [];
    const encrypted = objectsAt(properties, "encryptionConfig").some(
      ({ value }) =>
        textsAt(value, "resources").some((item) => item.value === "secrets") &&
        textAt(value, "provider.keyArn") !== undefined,
    );
    if (!encrypted)
      violations.push({
        path: "encryptionConfig",
        message: "Secrets are not encrypted with a key of the stack.",
        remediation: "Set encryptionConfig with resources [secrets] and provider.keyArn.",
      });
    for (const log of ["audit", "authenticator"])
      if (!textsAt(properties, "enabledClusterLogTypes").some(({ value }) => value === log))
        violations.push({
          path: "enabledClusterLogTypes",
          value: log,
          message: `The ${log} log is off.`,
          remediation: `Add ${log} to enabledClusterLogTypes.`,
        });
    return violations;
  },
  examples: {
    passing: [
      {
        pulumi: `
sme:
  type: aws:eks/cluster:Cluster
  properties:
    encryptionConfig:
      resources: [secrets]
      provider: { keyArn: arn:aws:kms:af-south-1:123456789012:key/1a2b }
    enabledClusterLogTypes: [api, audit, authenticator]`,
      },
    ],
    failing: [
      {
        pulumi: "sme: { type: aws:eks/cluster:Cluster }",
        findings: `
Cluster/sme encryptionConfig: Secrets are not encrypted with a key of the stack. Set encryptionConfig with resources [secrets] and provider.keyArn.
Cluster/sme enabledClusterLogTypes: The audit log is off. Add audit to enabledClusterLogTypes.
Cluster/sme enabledClusterLogTypes: The authenticator log is off. Add authenticator to enabledClusterLogTypes.`,
      },
    ],
  },
};
