/** A type of resource that the kit does not know is refused: it may store or send data. */

import { dataClassNames } from "../../../localisation/schema/residency.ts";
import { harmlessTypes } from "../../engine/mapped-types.ts";
import type { Policy, ResourcePolicy } from "../../engine/policy.ts";
import { typeKey } from "../../resources/resource.ts";

/** @param policies the other policies of the catalogue: a type that one of them names is known. */
export function unmappedType(policies: readonly Policy[]): ResourcePolicy {
  const checked = new Set(
    policies.flatMap((policy) => (policy.scope === "file" ? [] : policy.types.map((type) => typeKey(type)))),
  );
  return {
    id: "unmapped-type",
    area: "governance",
    scope: "resource",
    title: "Every type of resource is known to the policies.",
    risk: "Clouds and operators add new ways to store and send data all the time; no policy checks a type that none of them knows.",
    types: ["*"],
    severity: "high",
    level: "mandatory",
    dataClasses: dataClassNames,
    controls: { iso27001: ["A.5.31", "A.8.9"], nist80053: ["CM-8", "CM-7", "RA-3"] },
    remediation:
      "Use a type that the policies check, or add a waiver after checking what it stores and sends.",
    check({ type }) {
      const key = typeKey(type);
      if (harmlessTypes.has(key) || checked.has(key)) return [];
      return {
        path: "",
        value: type,
        message: `No policy knows what ${type} stores or sends.`,
        remediation: "Use another type, or add a waiver after checking what it stores and sends.",
      };
    },
    examples: {
      passing: [
        { pulumi: "private-a: { type: aws:ec2/subnet:Subnet }" },
        {
          manifests: `
apiVersion: v1
kind: ServiceAccount
metadata: { name: app, namespace: rollout }`,
        },
      ],
      failing: [
        {
          pulumi: "analyst: { type: aws:workspaces/workspace:Workspace }",
          findings: `Workspace/analyst: No policy knows what aws:workspaces/workspace:Workspace stores or sends. Use another type, or add a waiver after checking what it stores and sends.`,
        },
        {
          pulumi: "copy: { type: gcp:storage/bucket:Bucket }",
          findings: `Bucket/copy: No policy knows what gcp:storage/bucket:Bucket stores or sends. Use another type, or add a waiver after checking what it stores and sends.`,
        },
        {
          manifests: `
apiVersion: minio.min.io/v2
kind: Tenant
metadata: { name: objects, namespace: rollout }`,
          findings: `rollout/Tenant/objects: No policy knows what kubernetes:minio.min.io/v2:Tenant stores or sends. Use another type, or add a waiver after checking what it stores and sends.`,
        },
      ],
    },
  };
}
