/** The texts of an exported chart that are no object: what it is, how it is installed, and the templates' common parts. */
import { stringify } from "yaml";
import type { Country } from "../../localisation/schema/country.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Setting } from "./chart-settings.ts";
import type { ChartValue } from "./chart-values.ts";
import type { ChartAmounts } from "./workload-amounts.ts";

/** The oldest Kubernetes that takes every field in use. */
const kubernetes = ">=1.30.0-0";

export function chartFile(plan: Plan, { country, names }: Country, version: string): string {
  return stringify(
    {
      apiVersion: "v2",
      name: chartName(plan),
      type: "application",
      description: `The industrial IoT stack of ${names.en ?? country}'s small manufacturers`,
      version,
      appVersion: version,
      kubeVersion: kubernetes,
      annotations: {
        "rollout/country": country,
        ...(plan.environment && { "rollout/environment": plan.environment }),
      },
    },
    { lineWidth: 0 },
  );
}

export function chartName({ country, environment }: Pick<Plan, "country" | "environment">): string {
  return `rollout-${country.toLowerCase()}${environment === null ? "" : `-${environment}`}`;
}

interface ImageRow {
  readonly name: string;
  readonly registry: string;
  readonly reference: string;
}

export function helpersFile(
  settings: readonly Setting[],
  images: readonly ImageRow[],
  applicationDigest: string,
  amounts: ChartAmounts,
): string {
  const table = images
    .map(
      ({ name, registry, reference }) =>
        `  "${name}" (dict "registry" "${registry}" "reference" "${reference}")`,
    )
    .join("\n");
  const byDefault = (name: string) => settings.find((setting) => setting.name === name)?.byDefault ?? "";
  return `{{/* An image's address: in the registry of the values, by digest where they give one. Takes the root and the image's name. */}}
{{- define "rollout.image" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $images := dict
${table}
-}}
{{- $image := get $images $name -}}
{{- $digest := get $root.Values.digests $name -}}
{{- printf "%s/%s" ($root.Values.registry | default $image.registry) $image.reference -}}
{{- with $digest }}@{{ . }}{{ end -}}
{{- end }}

{{/* The digest by which pods are replaced when their configuration changes. Takes the root and the digest for the default values. */}}
{{- define "rollout.configuration" -}}
{{- $values := (index . 0).Values -}}
{{- $planned := index . 1 -}}
{{- if and (eq $values.namespace "${byDefault("namespace")}") (eq $values.domain "${byDefault("domain")}") -}}
{{- $planned -}}
{{- else -}}
{{- printf "%s %s %s" $planned $values.namespace $values.domain | sha256sum | trunc 32 -}}
{{- end -}}
{{- end }}

{{/* Whether the values that policies of admission read are the file's: "yes" or nothing. Takes the root. */}}
{{- define "rollout.asInFile" -}}
{{- if and ${["namespace", "domain", "registry", "storageClass"]
    .filter((name) => settings.some((setting) => setting.name === name))
    .map((name) => `(eq .Values.${name} "${byDefault(name)}")`)
    .join(" ")} -}}
yes
{{- end -}}
{{- end }}

{{/* A Job can't be changed: each set of values has its own. Takes the root and the digest for the default values. */}}
{{- define "rollout.migration" -}}
{{- $values := (index . 0).Values -}}
{{- $planned := index . 1 -}}
{{- $used := toJson (dict
  "digest" (get $values.digests "application")
  "domain" $values.domain
  "namespace" $values.namespace
  "pullSecret" $values.registryPullSecret
  "registry" $values.registry
  "resources" (get $values.resources "migration")
) -}}
{{- if eq $used (toJson (fromJson \`${JSON.stringify({
    digest: applicationDigest,
    domain: byDefault("domain"),
    namespace: byDefault("namespace"),
    pullSecret: byDefault("registryPullSecret"),
    registry: byDefault("registry"),
    resources: amounts.resources.migration ?? {},
  })}\`)) -}}
{{- $planned -}}
{{- else -}}
{{- printf "%s %s" $planned $used | sha256sum | trunc 10 -}}
{{- end -}}
{{- end }}
`;
}

/** @param marked the plan with marks, whose addresses follow the values. */
export function notesFile(plan: Plan, marked: Plan, settings: readonly Setting[]): string {
  const notes = (plan.outputs.notes ?? []) as readonly string[];
  const text = [
    `The pages: ${marked.outputs.webAddress}`,
    `Machines: ${marked.outputs.mqttAddress}`,
    "",
    "Keep a copy of backup-key of the Secret time-series-secrets outside the cluster: without it a backup can't be read.",
    ...notes,
  ].join("\n");
  return `${settings.reduce(
    (written, { mark, name }) => written.replaceAll(mark, `{{ .Values.${name} }}`),
    text.replaceAll("{{", '{{ "{{" }}'),
  )}\n`;
}

export function readmeFile(plan: Plan, values: readonly ChartValue[]): string {
  const rows = values.map(({ name, description, byDefault }) => {
    const shown = typeof byDefault === "object" ? "see `values.yaml`" : `\`${JSON.stringify(byDefault)}\``;
    return `| \`${name}\` | ${shown} | ${description} |`;
  });
  const name = chartName(plan);
  const namespace = values.find((value) => value.name === "namespace")?.byDefault;
  return `# ${name}

Made by \`rollout export\` from the country's localisation file; make it anew instead of editing it. With these default values
\`helm template\` gives the objects of \`rollout plan --manifests\`.

\`\`\`sh
sh operators/install.sh     # cert-manager and CloudNativePG, unless the cluster has them
kubectl create namespace ${namespace}
helm upgrade --install ${name} . --namespace ${namespace} --take-ownership
\`\`\`

\`--take-ownership\` (Helm 3.17 or later) lets the chart label the namespace, which must be there before it. Helm makes the random
secrets once and keeps them. Where Helm only renders (Argo CD), run \`secrets.sh\` once the namespace exists. \`helm uninstall\` leaves the
namespace, its volumes and these secrets.

| value | default | what it is |
|---|---|---|
${rows.join("\n")}
`;
}
