/** A Service of type ExternalName leads to a host of the stack or of the file. */
import { field } from "../../cel/cel.ts";
import { isAllowedHost } from "../../cel/hosts.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { textAt } from "../../resources/properties.ts";

export const externalName: ResourcePolicy = {
  id: "external-name",
  area: "kubernetes",
  scope: "resource",
  title: "Services of type ExternalName lead to hosts of the stack or of the localisation file.",
  risk: "Pods seem to talk to a Service of the cluster, but the name leads to a server abroad.",
  types: ["kubernetes:core/*:Service"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.8.20"], nist80053: ["AC-4", "SC-7"] },
  remediation: "Register the host under `residency.endpoints`, or remove the Service.",
  check({ properties }, context) {
    const name = textAt(properties, "spec.externalName");
    const outside = name === undefined ? undefined : context.outside(name.replace(/\.$/, "").toLowerCase());
    if (name === undefined || outside === undefined) return [];
    return {
      path: "spec.externalName",
      value: name,
      message: `It leads to ${outside}.`,
      remediation: `Remove it, or register ${name} under residency.endpoints with its country.`,
    };
  },
  admission: {
    rules: (context) => ({
      expression: `[${field("object", "spec.externalName", '""')}.lowerAscii()].map(name, name.endsWith(".") ? name.substring(0, size(name) - 1) : name).all(host, host == "" || ${isAllowedHost("host", context)})`,
      names: `[${field("object", "spec.externalName", '""')}]`,
      message: "The Service leads to a host that the file does not register.",
    }),
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: mail, namespace: rollout }
spec: { type: ExternalName, externalName: mail.example.gov.za }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: database, namespace: rollout }
spec: { type: ExternalName, externalName: accounts.abc.eu-west-1.rds.amazonaws.com }`,
        findings: `rollout/Service/database spec.externalName: It leads to accounts.abc.eu-west-1.rds.amazonaws.com in eu-west-1 (Dublin, Ireland). Remove it, or register accounts.abc.eu-west-1.rds.amazonaws.com under residency.endpoints with its country.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: database, namespace: rollout }
spec: { type: ExternalName, externalName: db.example.com }`,
        findings: `rollout/Service/database spec.externalName: It leads to db.example.com, which the file does not register. Remove it, or register db.example.com under residency.endpoints with its country.`,
      },
    ],
  },
};
