/** What runs is what was planned: nothing was changed by hand, removed or added. */
import type { PolicyContext } from "../../engine/context.ts";
import { compareWithPlan, type DriftReport } from "../../engine/drift.ts";
import { notApplicable, type Outcome, type StackPolicy, type Violation } from "../../engine/policy.ts";
import type { Json } from "../../resources/resource.ts";
import { typeToken } from "../../resources/resource.ts";
import { Undetermined } from "../../resources/undetermined.ts";

const planned = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: rollout }
data: { interval: 60s }`;

const service = `
apiVersion: v1
kind: Service
metadata: { name: broker, namespace: rollout }
spec: { ports: [{ port: 8883 }] }`;

const shared = {
  area: "governance",
  scope: "stack",
  types: ["kubernetes:*"],
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
} as const;

export const liveChanged: StackPolicy = {
  ...shared,
  id: "live-changed",
  title: "What runs has the planned settings.",
  risk: "A manual change may open what the plan closes, and the next update may not undo it.",
  severity: "high",
  controls: { iso27001: ["A.8.9", "A.8.32"], nist80053: ["CM-3", "CM-6", "SI-7"] },
  remediation: "Run `rollout up`, or make the change in the localisation file.",
  check: (context) =>
    compared(context, ({ changed }) =>
      changed.flatMap(({ live, differences }): Violation[] => {
        const isSecret = typeToken(live.type).kind === "Secret";
        return differences.map(({ path, planned: wanted, live: there }) => ({
          path,
          message: isSecret
            ? "It differs from the plan."
            : `It is ${shown(there)}; the plan has ${shown(wanted)}.`,
          remediation: "Run `rollout up`, or make the change in the file.",
          resource: live,
        }));
      }),
    ),
  examples: {
    passing: [
      {
        planned,
        manifests: `${planned.replace("namespace: rollout", "namespace: rollout, resourceVersion: '7'")}`,
      },
    ],
    failing: [
      {
        planned,
        manifests: planned.replace("60s", "5s"),
        findings:
          "rollout/ConfigMap/settings data.interval: It is 5s; the plan has 60s. Run `rollout up`, or make the change in the file.",
      },
    ],
  },
};

export const liveMissing: StackPolicy = {
  ...shared,
  id: "live-missing",
  title: "Everything that was planned exists.",
  risk: "A check of what runs does not notice that a protection, such as a network policy, was removed.",
  severity: "high",
  controls: { iso27001: ["A.8.9", "A.8.32"], nist80053: ["CM-3", "CM-6", "SI-7"] },
  remediation: "Run `rollout up`.",
  check: (context) =>
    compared(context, ({ missing }) => {
      const { unreadable } = context;
      if (unreadable.length > 0)
        throw new Undetermined(
          "",
          `The login may not read ${unreadable.join(", ")}, so it is unknown which of them run.`,
          "Use a login that may list them in the stack's namespace.",
        );
      return missing.map((resource) => ({
        path: "",
        message: "It was planned and does not exist.",
        remediation: "Run `rollout up`.",
        resource,
      }));
    }),
  examples: {
    passing: [{ planned, manifests: planned }],
    failing: [
      {
        planned,
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: other, namespace: rollout }`,
        findings: "rollout/ConfigMap/settings: It was planned and does not exist. Run `rollout up`.",
      },
    ],
  },
};

export const liveExtra: StackPolicy = {
  ...shared,
  id: "live-extra",
  title: "Nothing runs that was not planned.",
  risk: "A pod or a volume that was added for a short test stays, with data and rights that no plan shows.",
  severity: "medium",
  controls: { iso27001: ["A.8.9", "A.8.32", "A.5.9"], nist80053: ["CM-3", "CM-8", "CM-7"] },
  remediation: "Remove it, or add a waiver.",
  check: (context) =>
    compared(context, ({ extra }) =>
      extra.map((resource) => ({
        path: "",
        message: "It runs and was not planned.",
        remediation: "Remove it, or add a waiver after checking what it stores and sends.",
        resource,
      })),
    ),
  examples: {
    passing: [
      {
        planned,
        manifests: `${planned}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: kube-root-ca.crt, namespace: rollout }`,
      },
      {
        // The cluster makes the Endpoints of each Service; broker is a top-level domain too.
        planned: service,
        manifests: `${service}
---
apiVersion: v1
kind: Endpoints
metadata: { name: broker, namespace: rollout }`,
      },
    ],
    failing: [
      {
        planned,
        manifests: `${planned}
---
apiVersion: v1
kind: Pod
metadata: { name: shell, namespace: rollout }
spec: { containers: [{ name: shell, image: shell:1 }] }`,
        findings: `rollout/Pod/shell: It runs and was not planned. Remove it, or add a waiver after checking what it stores and sends.`,
      },
    ],
  },
};

const comparisons = new WeakMap<PolicyContext, DriftReport>();

function compared(
  context: PolicyContext,
  violations: (comparison: DriftReport) => readonly Violation[],
): Outcome {
  if (context.planned === undefined) return notApplicable;
  let comparison = comparisons.get(context);
  if (comparison === undefined) {
    comparison = compareWithPlan(context.planned, context.resources);
    comparisons.set(context, comparison);
  }
  return violations(comparison);
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return "absent";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
