/** The cluster sends no object to an admission server outside. */
import { formatPath } from "../../../localisation/problem.ts";
import type { PolicyContext } from "../../engine/context.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { objectsBelow } from "../../resources/program-settings.ts";
import { isObject, type JsonObject, type Resource } from "../../resources/resource.ts";
import { textsIn, textsOf } from "../../resources/texts.ts";

export const admissionWebhook: ResourcePolicy = {
  id: "admission-webhook",
  area: "flows",
  scope: "resource",
  title:
    "Admission and conversion webhooks are Services of what is checked, and nothing else changes objects on their way in.",
  risk: "A webhook that is called by URL receives every object that it watches, Secrets included, and may change it.",
  types: [
    "kubernetes:admissionregistration.k8s.io/*:ValidatingWebhookConfiguration",
    "kubernetes:admissionregistration.k8s.io/*:MutatingWebhookConfiguration",
    "kubernetes:apiextensions.k8s.io/*:CustomResourceDefinition",
    "kubernetes:admissionregistration.k8s.io/*:MutatingAdmissionPolicy",
    "kubernetes:apiregistration.k8s.io/*:APIService",
    "kubernetes:auditregistration.k8s.io/*:AuditSink",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["keys", "state"],
  controls: { iso27001: ["A.8.9", "A.5.14"], nist80053: ["AC-4", "CM-3"] },
  remediation: "Refer to a Service of the cluster in clientConfig.service.",
  check: (subject, context) => [
    ...textsOf(subject)
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
    ...servicesElsewhere(subject, context),
    ...mutations(subject),
  ],
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
webhooks: [{ name: a.example.com, clientConfig: { service: { name: policies, namespace: elsewhere } } }]`,
        findings: `MutatingWebhookConfiguration/policies webhooks[0].clientConfig.service: The API server sends objects to the Service policies of the namespace elsewhere, which is not among what is checked. Check it together with its Service and pods, or remove it.`,
      },
      {
        manifests: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: { name: variables }
spec:
  mutations: [{ patchType: ApplyConfiguration, applyConfiguration: { expression: "Object{spec: Object.spec{}}" } }]`,
        findings: `MutatingAdmissionPolicy/variables spec.mutations[0].applyConfiguration.expression: It changes objects after they were checked. Set what it adds in the objects themselves; a policy may add labels and annotations only.`,
      },
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

/** Services that the API server calls and that are not checked: their pods may send everything on. */
function servicesElsewhere(subject: Resource, { resources }: PolicyContext): Violation[] {
  return [...objectsBelow(subject.properties)].flatMap(({ object, segments, key }): Violation[] => {
    const holds = key === "service" && /clientConfig$/.test(String(segments.at(-2)));
    const isApi = key === "spec" && subject.type.endsWith(":APIService") && isObject(object.service);
    if (!holds && !isApi) return [];
    const service = isApi ? (object.service as JsonObject) : object;
    const { name, namespace } = service;
    // The cluster's own parts are in kube-system.
    if (typeof name !== "string" || typeof namespace !== "string" || namespace === "kube-system") return [];
    const found = resources
      .ofTypes(["kubernetes:core/*:Service"])
      .some((one) => one.name === `${namespace}/Service/${name}`);
    if (found) return [];
    return [
      {
        path: formatPath(isApi ? [...segments, "service"] : segments),
        value: `${namespace}/${name}`,
        message: `The API server sends objects to the Service ${name} of the namespace ${namespace}, which is not among what is checked.`,
        remediation: "Check it together with its Service and pods, or remove it.",
      },
    ];
  });
}

/** Expressions that change more than labels and annotations. */
function mutations({ type, properties }: Resource): Violation[] {
  if (!type.endsWith(":MutatingAdmissionPolicy")) return [];
  return textsIn(properties.spec ?? null).flatMap(({ key, value, path }): Violation[] => {
    if (key !== "expression" || !path.startsWith("mutations")) return [];
    // The path of a patch may be put together from variables.
    const patched = value.match(/\bpath\s*:/g)?.length ?? 0;
    const harmless = value.match(/\bpath\s*:\s*["']\/metadata\/(labels|annotations)/g)?.length ?? 0;
    const changed = patched > harmless ? "spec" : value.replaceAll(/Object\.metadata|\bmetadata\b/g, "");
    if (
      !/\b(spec|data|stringData|webhooks|rules|subjects|roleRef|template|provisioner|parameters)\b/.test(
        changed,
      )
    )
      return [];
    return [
      {
        path: `spec.${path}`,
        message: "It changes objects after they were checked.",
        remediation:
          "Set what it adds in the objects themselves; a policy may add labels and annotations only.",
      },
    ];
  });
}
