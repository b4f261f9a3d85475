/** A country's plan as a Kustomize base, with an overlay that shows how a team changes it without the kit. */
import { stringify } from "yaml";
import { type Manifests, manifestYaml, orderedObjects, scripts } from "../../plan/manifests.ts";
import { at, kindOf, type Plan, type PlannedResource } from "../../plan/plan.ts";

const kustomization = (fields: object) =>
  stringify({ apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", ...fields });

/** @returns text by file name: `base/` and `overlays/example/`. */
export function kustomizeFiles(plan: Plan): Manifests {
  const files = new Map<string, string>();
  const objects = orderedObjects(plan);
  for (const [name, object] of objects) files.set(`base/${name}`, manifestYaml(object));
  files.set("base/kustomization.yaml", kustomization({ resources: [...objects.keys()] }));
  for (const [name, text] of scripts(plan)) files.set(name, text);
  files.set("overlays/example/kustomization.yaml", exampleOverlay(plan));
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Gives the web app more memory, and the namespace a quota for it. */
function exampleOverlay(plan: Plan): string {
  const objects = [...orderedObjects(plan).values()];
  const patch = (object: PlannedResource | undefined, changes: readonly (readonly [string, string])[]) =>
    object === undefined
      ? []
      : [
          {
            target: { kind: kindOf(object), name: String(at(object.properties, "metadata", "name")) },
            patch: stringify(changes.map(([path, value]) => ({ op: "replace", path, value }))),
          },
        ];
  const diagnostic = objects.find(
    (object) => kindOf(object) === "Deployment" && at(object.properties, "metadata", "name") === "diagnostic",
  );
  const quota = objects.find((object) => kindOf(object) === "ResourceQuota");
  const resources = "/spec/template/spec/containers/0/resources";
  const patches = [
    ...patch(
      diagnostic,
      ["requests", "limits"].map((bound) => [`${resources}/${bound}/memory`, "2Gi"]),
    ),
    ...patch(
      quota,
      ["requests.memory", "limits.memory"].map((amount) => [
        `/spec/hard/${amount}`,
        more(at(quota?.properties, "spec", "hard", amount)),
      ]),
    ),
  ];
  return kustomization({ resources: ["../../base"], patches });
}

/** `60Gi` gives `70Gi`. */
function more(quantity: unknown): string {
  const [, amount, unit] = /^(\d+)(\w*)$/.exec(String(quantity)) ?? [];
  return amount === undefined ? String(quantity) : `${Number(amount) + 10}${unit}`;
}
