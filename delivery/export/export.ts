/** A country's stack for teams that bring it to their cluster without `rollout up`. */
import type { LoadedCountry } from "../../localisation/load.ts";
import { type Manifests, manifests } from "../../plan/manifests.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { helmChart } from "./helm.ts";
import { kustomizeFiles } from "./kustomize.ts";

export const exportFormats = ["manifests", "kustomize", "helm"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/**
 * @returns text by file name. No file holds a secret.
 * @throws InputError when the file lacks what a cluster needs.
 */
export async function exportStack(
  loaded: LoadedCountry,
  format: ExportFormat,
  version: string,
): Promise<Manifests> {
  if (format === "helm") return helmChart(loaded, version);
  const plan = await planCountry(loaded, "kubernetes", version);
  return format === "kustomize" ? kustomizeFiles(plan) : manifests(plan);
}

/** Commands that apply the files, run in the folder that holds them. */
export function applyCommands(
  format: ExportFormat,
  files: Manifests,
  release: string,
  namespace: string,
): string[] {
  const names = [...files.keys()];
  const operators = names.filter((name) => name.endsWith("/install.sh")).map((name) => `sh ${name}`);
  const values = names.filter((name) => name.startsWith("values-")).map((name) => ` --values ${name}`);
  const secrets = files.has("secrets.sh") ? ["sh secrets.sh"] : [];
  switch (format) {
    case "manifests":
      return [...operators, "kubectl apply -f 00-namespace-*.yaml", ...secrets, "kubectl apply -f ."];
    case "kustomize":
      return [...operators, "kubectl apply -f base/00-namespace-*.yaml", ...secrets, "kubectl apply -k base"];
    case "helm":
      return [
        ...operators,
        `kubectl create namespace ${namespace}`,
        `helm upgrade --install ${release} . --namespace ${namespace} --take-ownership${values.join("")}`,
      ];
  }
}
