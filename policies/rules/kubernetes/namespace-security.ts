/** Namespaces refuse pods that do not meet the Pod Security Standard restricted. */
import { literal } from "../../cel/cel.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { podOf, workloads } from "../../resources/pods.ts";
import { textMapAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";

const label = "pod-security.kubernetes.io/enforce";

/** Labels and annotations by which meshes, agents and secret managers ask for a container in each pod. */
const injection =
  /(^|[./-])(inject(ion|ed|or)?|inject-[\w-]+|connect-inject|agent-inject|sidecar-injection|sidecar-injector)$|^istio\.io\/(rev|dataplane-mode)$|^dapr\.io\/enabled$|^(admission|agent)\.datadoghq\.com\/enabled$|^instrumentation\.opentelemetry\.io\/inject|^kuma\.io\/(sidecar-injection|mesh)$|^dynakube$|^openservicemesh\.io\/|^sidecar\.jaegertracing\.io\/inject$/;
const switchedOff = /^(false|disabled|no|off|none|0)$/i;

/** Labels by which a namespace leaves other admission checks. */
const exemptions =
  /^(admission\.gatekeeper\.sh\/ignore|cert-manager\.io\/disable-validation|policy\.sigstore\.dev\/exclude|webhooks\.kyverno\.io\/exclude|policies\.kyverno\.io\/exclude|kyverno\.io\/exclude|control-plane\.alpha\.kubernetes\.io\/exempt)/;

export const namespaceSecurity: ResourcePolicy = {
  id: "namespace-security",
  area: "kubernetes",
  scope: "resource",
  title:
    "Namespaces enforce the Pod Security Standard restricted, and no container is injected into their pods.",
  risk: "Otherwise nothing checks the pods that people or operators start later; an injected container is in no plan and reads all that its pod reads.",
  types: ["kubernetes:core/*:Namespace", ...workloads],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.9", "A.8.2"], nist80053: ["CM-7", "AC-6"] },
  remediation: `Label the namespace ${label}: restricted, and remove what asks for injected containers.`,
  check(subject) {
    const { properties, type } = subject;
    const injected = injections(subject);
    if (!type.endsWith(":Namespace")) return injected;
    const labels = textMapAt(properties, "metadata.labels");
    for (const [key, value] of labels)
      if (exemptions.test(key) || (key === `${label}-version` && value !== "latest"))
        injected.push({
          path: `metadata.labels["${key}"]`,
          value,
          message: `The label ${key}: ${value} takes the namespace out of checks at admission.`,
          remediation: "Remove the label.",
        });
    const enforced = labels.get(label);
    if (enforced === "restricted") return injected;
    const open: Violation = {
      path: `metadata.labels["${label}"]`,
      ...(enforced !== undefined && { value: enforced }),
      message: `It enforces ${enforced === undefined ? "no Pod Security Standard" : `the standard ${enforced} only`}.`,
      remediation: `Set the label to restricted.`,
    };
    return [open, ...injected];
  },
  admission: {
    types: ["kubernetes:core/*:Namespace"],
    misses: "Injected containers and exemptions from other checks are not checked.",
    lets: ({ message }) => !message.startsWith("It enforces"),
    rules: () => ({
      expression: `object.metadata.?labels[?${literal(label)}].orValue("") == "restricted"`,
      message: "The namespace enforces less than the standard restricted.",
    }),
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Namespace
metadata: { name: rollout, labels: { pod-security.kubernetes.io/enforce: restricted } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Namespace
metadata: { name: rollout }`,
        findings: `Namespace/rollout metadata.labels["pod-security.kubernetes.io/enforce"]: It enforces no Pod Security Standard. Set the label to restricted.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Namespace
metadata:
  name: rollout
  labels: { pod-security.kubernetes.io/enforce: restricted, istio-injection: enabled, admission.gatekeeper.sh/ignore: "true" }
---
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout, annotations: { linkerd.io/inject: enabled } }
spec: { containers: [{ name: app, image: app:1 }] }`,
        findings: `
Namespace/rollout metadata.labels["istio-injection"]: istio-injection: enabled puts containers into pods that no plan shows. Remove it, or plan the containers.
Namespace/rollout metadata.labels["admission.gatekeeper.sh/ignore"]: The label admission.gatekeeper.sh/ignore: true takes the namespace out of checks at admission. Remove the label.
rollout/Pod/app metadata.annotations["linkerd.io/inject"]: linkerd.io/inject: enabled puts containers into pods that no plan shows. Remove it, or plan the containers.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Namespace
metadata: { name: rollout, labels: { pod-security.kubernetes.io/enforce: privileged } }`,
        findings: `Namespace/rollout metadata.labels["pod-security.kubernetes.io/enforce"]: It enforces the standard privileged only. Set the label to restricted.`,
      },
    ],
  },
};

/** What asks for a container that nobody planned, in the object's own metadata and its pods'. */
function injections(subject: Resource): Violation[] {
  const { pod } = podOf(subject);
  const template = pod === undefined ? "" : pod.path.slice(0, -"spec".length);
  const places = ["metadata.labels", "metadata.annotations"];
  if (template !== "") places.push(...places.map((place) => `${template}${place}`));
  return places.flatMap((place) =>
    [...textMapAt(subject.properties, place)]
      .filter(([key, value]) => injection.test(key) && !switchedOff.test(value))
      .map(([key, value]) => ({
        path: `${place}["${key}"]`,
        value,
        message: `${key}: ${value} puts containers into pods that no plan shows.`,
        remediation: "Remove it, or plan the containers.",
      })),
  );
}
