/** The stack's own admission policies stand as the kit makes them. */
import { stackManifests } from "../../enforcement/admission/stack-manifests.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { notApplicable, type Policy, type StackPolicy, type Violation } from "../../engine/policy.ts";
import { textMapAt } from "../../resources/properties.ts";
import { isObject, type Json, type Resource, typeToken } from "../../resources/resource.ts";
import { objectName } from "../../resources/resource-set.ts";

const policyType = "kubernetes:admissionregistration.k8s.io/*:ValidatingAdmissionPolicy";
const bindingType = "kubernetes:admissionregistration.k8s.io/*:ValidatingAdmissionPolicyBinding";
const partOf = "app.kubernetes.io/part-of";
const kit = "country-rollout-kit";

const remediation = "Plan them as the kit does; hosting.kubernetes.admission says how strict they are.";

/** @param others the other policies of the catalogue, from which the expected objects are made. */
export function admissionPolicies(others: readonly Policy[]): StackPolicy {
  return {
    id: "admission-policies",
    area: "kubernetes",
    scope: "stack",
    title:
      "The cluster refuses what the policies forbid: the stack's own admission policies stand as the kit makes them.",
    risk: "One condition, exempted namespace or action Audit, and whatever anybody applies by hand is no longer refused.",
    types: ["kubernetes:core/*:Namespace"],
    severity: "high",
    level: "mandatory",
    dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
    controls: { iso27001: ["A.8.9", "A.8.32"], nist80053: ["CM-3", "CM-6", "SI-7"] },
    remediation,
    check(context) {
      const namespace = stackNamespace(context);
      // What runs is compared with the plan, object by object.
      if (namespace === undefined || context.resources.source.kind === "live") return notApplicable;
      const expected = expectedObjects(others, context, objectName(namespace));
      if (expected.length === 0) return notApplicable;
      const found = new Map(
        context.resources.ofTypes([policyType, bindingType]).map((resource) => [nameOf(resource), resource]),
      );
      const missing = expected.filter(({ kind, metadata }) => !found.has(`${kind}/${metadata.name}`));
      const violations: Violation[] = [];
      if (missing.length > 0)
        violations.push({
          path: "",
          value: missing.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(", "),
          message:
            missing.length === expected.length
              ? "None of the stack's admission policies is there, so the cluster refuses nothing."
              : `${missing.length} of the stack's admission policies and bindings are missing, such as ${missing[0]?.kind}/${missing[0]?.metadata.name}.`,
          remediation,
          resource: namespace,
        });
      for (const { kind, metadata, spec } of expected) {
        const resource = found.get(`${kind}/${metadata.name}`);
        const path =
          resource === undefined ? undefined : difference(spec, resource.properties.spec ?? null, "spec");
        if (path !== undefined)
          violations.push({
            path,
            message: "It is not as the kit makes it, so the cluster may refuse less.",
            remediation,
            ...(resource !== undefined && { resource }),
          });
      }
      return violations;
    },
    examples: {
      passing: [{ manifests: namespaceText, country: { hosting: { kubernetes: { admission: "off" } } } }],
      failing: [
        {
          manifests: namespaceText,
          findings: `Namespace/rollout: None of the stack's admission policies is there, so the cluster refuses nothing. ${remediation}`,
        },
      ],
    },
  };
}

const namespaceText = `
apiVersion: v1
kind: Namespace
metadata: { name: rollout, labels: { ${partOf}: ${kit}, pod-security.kubernetes.io/enforce: restricted } }`;

const isOfTheKit = ({ properties }: Resource): boolean =>
  textMapAt(properties, "metadata.labels").get(partOf) === kit;

/** The namespace that the stack makes; undefined for other projects' objects. */
const stackNamespace = ({ resources }: PolicyContext): Resource | undefined =>
  resources.ofTypes(["kubernetes:core/*:Namespace"]).find(isOfTheKit);

const nameOf = (resource: Resource): string =>
  `${typeToken(resource.type).kind.replace(/Patch$/, "")}/${objectName(resource)}`;

function expectedObjects(
  others: readonly Policy[],
  { country, environment, resources }: PolicyContext,
  namespace: string,
) {
  const classes = resources.ofTypes(["kubernetes:storage.k8s.io/*:StorageClass"]).filter(isOfTheKit);
  return stackManifests(others, {
    country,
    ...(environment !== undefined && { environment }),
    namespace,
    mode: (country.hosting.target === "aws" ? undefined : country.hosting.kubernetes?.admission) ?? "enforce",
    storageClasses: classes.map(objectName),
  });
}

/** What the API server adds to an object that leaves them out. */
const defaults = new Set(["Equivalent", "*"]);

/** Where the object is not as expected; undefined where it is. */
function difference(expected: unknown, given: Json | undefined, path: string): string | undefined {
  if (Array.isArray(expected)) {
    if (!Array.isArray(given) || given.length !== expected.length) return path;
    return first(expected.map((item, index) => [item, given[index], `${path}[${index}]`]));
  }
  if (!isObject(expected)) return expected === given ? undefined : path;
  if (!isObject(given)) return path;
  const added = Object.entries(given).find(
    ([key, value]) =>
      expected[key] === undefined && !(typeof value === "string" && defaults.has(value)) && !isEmpty(value),
  );
  if (added !== undefined) return `${path}.${added[0]}`;
  return first(Object.entries(expected).map(([key, value]) => [value, given[key], `${path}.${key}`]));
}

function first(pairs: readonly (readonly [unknown, Json | undefined, string])[]): string | undefined {
  for (const [expected, given, path] of pairs) {
    const found = difference(expected, given, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
