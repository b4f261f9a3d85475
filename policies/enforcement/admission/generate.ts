/**
 * The catalogue as ValidatingAdmissionPolicies of one stack: the API server then refuses violations in the stack's namespace,
 * from any client. https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */

import { all, any, literal } from "../../cel/cel.ts";
import { isInNamespace, resourceRule, variables } from "../../cel/kinds.ts";
import type { PolicyContext } from "../../engine/context.ts";
import type { AdmissionCheck, Policy, ResourcePolicy } from "../../engine/policy.ts";
import { ownClasses } from "../../engine/storage-classes.ts";
import type { JsonObject } from "../../resources/resource.ts";

export interface AdmissionManifest {
  readonly apiVersion: "admissionregistration.k8s.io/v1";
  readonly kind: "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding";
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: JsonObject;
}

export interface AdmissionOptions {
  /** The stack's namespace; nothing is checked in others. */
  readonly namespace: string;
  /** `warn` allows everything and warns the client. */
  readonly mode: "enforce" | "warn";
}

export type AdmissionPolicy = ResourcePolicy & { readonly admission: AdmissionCheck };

export const hasAdmission = (policy: Policy): policy is AdmissionPolicy =>
  policy.scope === "resource" && policy.admission !== undefined;

export const admissionTypes = ({ admission, types }: AdmissionPolicy): readonly string[] =>
  (admission.types ?? types).filter((type) => type.startsWith("kubernetes:"));

/** A policy and its binding for each policy that CEL can express and the file asks for. */
export function admissionManifests(
  policies: readonly Policy[],
  context: PolicyContext,
  options: AdmissionOptions,
): AdmissionManifest[] {
  return policies.filter(hasAdmission).flatMap((policy) => manifestsOf(policy, context, options));
}

function manifestsOf(
  policy: AdmissionPolicy,
  context: PolicyContext,
  { namespace, mode }: AdmissionOptions,
): AdmissionManifest[] {
  const rules = [policy.admission.rules(context)].flat();
  if (rules.length === 0) return [];
  const name = `${namespace}-${policy.id}`;
  const labels = { "app.kubernetes.io/part-of": "country-rollout-kit", "rollout/policy": policy.id };
  const read = rules.map(({ expression }) => expression).join();
  const used = usedVariables(read);
  const articles = context.articlesOf(policy.dataClasses);
  const ending = `${policy.remediation}${articles.length === 0 ? "" : ` (${articles.join(", ")})`}`;
  const denies = mode === "enforce" && policy.level === "mandatory";
  return [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name, labels },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: admissionTypes(policy).map((type) => ({ ...resourceRule(type) })),
        },
        matchConditions: conditions(policy, context, namespace),
        ...(used.length > 0 && { variables: used.map((variable) => ({ ...variable })) }),
        validations: rules.map(({ expression, message, names }) => ({
          expression,
          message: `${message} ${ending}`,
          ...(names !== undefined && {
            messageExpression: `${literal(`${message.replace(/\.$/, "")}: `)} + ${names}.join(", ") + ${literal(`. ${ending}`)}`,
          }),
          reason: "Forbidden",
        })),
      },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name, labels },
      spec: {
        policyName: name,
        validationActions: denies ? ["Deny"] : ["Warn", "Audit"],
        matchResources: {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        },
      },
    },
  ];
}

/** The variables that a rule reads, and those that these variables read. */
function usedVariables(text: string): (typeof variables)[number][] {
  const used: (typeof variables)[number][] = [];
  let read = text;
  for (const variable of [...variables].reverse())
    if (read.includes(`variables.${variable.name}`)) {
      used.unshift(variable);
      read += variable.expression;
    }
  return used;
}

function conditions(policy: AdmissionPolicy, context: PolicyContext, namespace: string): JsonObject[] {
  const types = admissionTypes(policy);
  const waived = waivedObjects(policy, context);
  return [
    // It must always be possible to delete an object.
    { name: "stays", expression: "!object.metadata.?deletionTimestamp.hasValue()" },
    // A namespace selector also matches objects without a namespace: other stacks' classes and volumes must stay allowed.
    ...(types.every(isInNamespace)
      ? []
      : [{ name: "of-the-stack", expression: isOfTheStack(namespace, context) }]),
    ...(waived === undefined ? [] : [{ name: "not-waived", expression: waived }]),
  ];
}

function isOfTheStack(namespace: string, context: PolicyContext): string {
  return [
    `object.kind == "StorageClass" ? object.metadata.name in ${literal(ownClasses(context))}`,
    `object.kind == "PersistentVolume" ? object.?spec.?claimRef.?namespace.orValue("") == ${literal(namespace)}`,
    "true",
  ].join(" : ");
}

/** CEL that is false for an object that a waiver covers and that was created by the waiver's last day. */
function waivedObjects({ id }: AdmissionPolicy, { country }: PolicyContext): string | undefined {
  const covering = country.residency.waivers.filter(({ policy }) => policy === id);
  if (covering.length === 0) return undefined;
  const subject =
    '(object.metadata.?namespace.hasValue() ? object.metadata.namespace + "/" : "") + object.kind + "/" + object.metadata.?name.orValue("")';
  const holds = covering.map(({ resource, until }) =>
    all(
      `${subject} == ${literal(resource)}`,
      `timestamp(object.metadata.creationTimestamp) < timestamp(${literal(dayAfter(until))})`,
    ),
  );
  return `!(${any(...holds)})`;
}

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().replace(".000", "");
}
