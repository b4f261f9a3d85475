/** A type of resource that nobody has thought about is refused: it may keep or send data. */

import { dataClassNames } from "../../../localisation/schema/residency.ts";
import { aws, resource } from "../../engine/example.ts";
import { harmlessTypes } from "../../engine/mapped-types.ts";
import type { Policy, ResourcePolicy } from "../../engine/policy.ts";
import { typeKey } from "../../resources/resource.ts";

/** @param policies the others of the catalogue: what one of them names is known. */
export function unmappedType(policies: readonly Policy[]): ResourcePolicy {
  const judged = new Set(
    policies.flatMap((policy) => (policy.scope === "file" ? [] : policy.types.map((type) => typeKey(type)))),
  );
  return {
    id: "unmapped-type",
    area: "governance",
    scope: "resource",
    title: "Every type of resource is known to the policies.",
    risk: "Clouds and operators bring new ways to keep and send data each month; what no policy knows, no policy judges.",
    types: ["*"],
    severity: "high",
    level: "mandatory",
    dataClasses: dataClassNames,
    controls: { iso27001: ["A.5.31", "A.8.9"], nist80053: ["CM-8", "CM-7", "RA-3"] },
    remediation: "Use a type that the policies judge, or waive it after looking at what it keeps and sends.",
    check({ type }) {
      const key = typeKey(type);
      if (harmlessTypes.has(key) || judged.has(key)) return [];
      return [
        {
          path: "",
          value: type,
          message: `No policy knows what ${type} keeps or sends.`,
          remediation: "Use another type, or waive it after looking at what it keeps and sends.",
        },
      ];
    },
    examples: {
      passing: [
        { resources: [aws("ec2/subnet:Subnet", "private-a", {})] },
        {
          manifests: `
apiVersion: v1
kind: ServiceAccount
metadata: { name: app, namespace: rollout }`,
        },
      ],
      failing: [
        {
          resources: [aws("workspaces/workspace:Workspace", "analyst", {})],
          findings: [
            "Workspace/analyst: No policy knows what aws:workspaces/workspace:Workspace keeps or sends. Use another type, or waive it after looking at what it keeps and sends.",
          ],
        },
        {
          resources: [resource("gcp:storage/bucket:Bucket", "copy", {})],
          findings: [
            "Bucket/copy: No policy knows what gcp:storage/bucket:Bucket keeps or sends. Use another type, or waive it after looking at what it keeps and sends.",
          ],
        },
        {
          manifests: `
apiVersion: minio.min.io/v2
kind: Tenant
metadata: { name: objects, namespace: rollout }`,
          findings: [
            "rollout/Tenant/objects: No policy knows what kubernetes:minio.min.io/v2:Tenant keeps or sends. Use another type, or waive it after looking at what it keeps and sends.",
          ],
        },
      ],
    },
  };
}
