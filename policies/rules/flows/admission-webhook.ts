/** The cluster sends no object to an admission server outside. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { textsOf } from "../../resources/texts.ts";

export const admissionWebhook: ResourcePolicy = {
  id: "admission-webhook",
  area: "flows",
  scope: "resource",
  title: "Admission and conversion webhooks run inside the cluster.",
  risk: "A webhook that is called by URL receives every object that it watches, Secrets included, and may change it.",
  types: [
    "kubernetes:admissionregistration.k8s.io/*:ValidatingWebhookConfiguration",
    "kubernetes:admissionregistration.k8s.io/*:MutatingWebhookConfiguration",
    "kubernetes:apiextensions.k8s.io/*:CustomResourceDefinition",
    "kubernetes:auditregistration.k8s.io/*:AuditSink",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["keys", "state"],
  controls: { iso27001: ["A.8.9", "A.5.14"], nist80053: ["AC-4", "CM-3"] },
  remediation: "Refer to a Service of the cluster in clientConfig.service.",
  check: (subject, context) =>
    textsOf(subject)
      .filter(({ path }) => /clientConfig\.url$/.test(path))
      .flatMap(({ value, path }): Violation | [] => {
        const host = URL.parse(value)?.hostname ?? value;
        // `kubernetes.default` and the like are Services written as a URL.
        const { kind } = context.locationOf(host);
        if (kind === "own") return [];
        return {
          path,
          value: host,
          message: `The API server sends objects to ${host}.`,
          remediation: "Run the webhook in the cluster and name its Service in clientConfig.service.",
        };
      }),
  examples: {
    passing: [
      {
        manifests: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: policies }
webhooks: [{ name: a.example.gov.za, clientConfig: { service: { name: policies, namespace: kube-system } } }]`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: policies }
webhooks: [{ name: a.example.com, clientConfig: { url: "https://policies.example.com/mutate" } }]`,
        findings: `MutatingWebhookConfiguration/policies webhooks[0].clientConfig.url: The API server sends objects to policies.example.com. Run the webhook in the cluster and name its Service in clientConfig.service.`,
      },
    ],
  },
};
