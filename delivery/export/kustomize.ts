/** A country's plan as a Kustomize base, with an overlay that shows how a team changes it without the kit. */
import { stringify } from "yaml";
import { type Manifests, manifestYaml, orderedObjects, scripts } from "../../plan/manifests.ts";
import { at, kindOf, type Plan } from "../../plan/plan.ts";

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

/** Gives the web app more memory, and the namespace the room for it. */
function exampleOverlay(plan: Plan): string {
  const named = (kind: string, name?: string) =>
    [...orderedObjects(plan).values()].find(
      (object) =>
        kindOf(object) === kind && (name === undefined || at(object.properties, "metadata", "name") === name),
    );
  const diagnostic = named("Deployment", "diagnostic");
  const quota = named("ResourceQuota");
  const memory = (container: "requests" | "limits") => ({
    op: "replace",
    path: `/spec/template/spec/containers/0/resources/${container}/memory`,
    value: "2Gi",
  });
  const patches = [
    ...(diagnostic === undefined
      ? []
      : [
          {
            target: { kind: "Deployment", name: "diagnostic" },
            patch: stringify([memory("requests"), memory("limits")]),
          },
        ]),
    ...(quota === undefined
      ? []
      : [
          {
            target: { kind: "ResourceQuota", name: String(at(quota.properties, "metadata", "name")) },
            patch: stringify(
              ["requests.memory", "limits.memory"].map((amount) => ({
                op: "replace",
                path: `/spec/hard/${amount}`,
                value: String(more(at(quota.properties, "spec", "hard", amount))),
              })),
            ),
          },
        ]),
  ];
  return kustomization({ resources: ["../../base"], patches });
}

/** `60Gi` gives `70Gi`. */
function more(quantity: unknown): string {
  const [, amount, unit] = /^(\d+)(\w*)$/.exec(String(quantity)) ?? [];
  return amount === undefined ? String(quantity) : `${Number(amount) + 10}${unit}`;
}
