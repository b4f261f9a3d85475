/** The Kubernetes provider uses the cluster that the file names. */
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";
import { textAt } from "../../resources/properties.ts";

export const clusterContext: ResourcePolicy = {
  id: "cluster-context",
  area: "place",
  scope: "resource",
  title: "The Kubernetes provider uses the cluster that the localisation file names.",
  risk: "The kubeconfig's current context may be another cluster abroad.",
  types: ["pulumi:providers:kubernetes"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "state"],
  controls: { iso27001: ["A.8.9"], nist80053: ["CM-2", "SA-9(5)"] },
  remediation: "Set the provider's context from `hosting.kubernetes.context`.",
  check({ properties }, { country }) {
    const wanted = country.hosting.target === "kubernetes" ? country.hosting.kubernetes?.context : undefined;
    if (wanted === undefined) return notApplicable;
    const context = textAt(properties, "context");
    if (context === wanted) return [];
    return {
      path: "context",
      ...(context !== undefined && { value: context }),
      message:
        context === undefined
          ? `It uses the kubeconfig's current context; the file names ${wanted}.`
          : `It uses the context ${context}; the file names ${wanted}.`,
      remediation: `Set context to ${wanted}.`,
    };
  },
  examples: {
    passing: [
      { pulumi: "cluster: { type: pulumi:providers:kubernetes, properties: { context: sme-production } }" },
    ],
    failing: [
      {
        pulumi: "cluster: { type: pulumi:providers:kubernetes }",
        findings: `Provider/cluster context: It uses the kubeconfig's current context; the file names sme-production. Set context to sme-production.`,
      },
      {
        pulumi: "cluster: { type: pulumi:providers:kubernetes, properties: { context: frankfurt } }",
        findings: `Provider/cluster context: It uses the context frankfurt; the file names sme-production. Set context to sme-production.`,
      },
    ],
  },
};
