/** The texts of an exported chart that are no object: what it is, how it is installed, and the templates' common parts. */
import { stringify } from "yaml";
import { publicRegistry } from "../../components/images.ts";
import type { Plan } from "../../plan/plan.ts";
import { markedPlaces, type Setting, withValues } from "./chart-settings.ts";
import type { ChartValue } from "./chart-values.ts";
import type { ImageReferences } from "./template-object.ts";
import { plainTemplate } from "./template-text.ts";

/** The oldest Kubernetes that takes every field in use. */
const kubernetes = ">=1.30.0-0";

const chartName = "country-rollout";

export function chartFile(version: string): string {
  return stringify(
    {
      apiVersion: "v2",
      name: chartName,
      type: "application",
      description: "The industrial IoT stack of a country's small manufacturers",
      version,
      appVersion: version,
      kubeVersion: kubernetes,
    },
    { lineWidth: 0 },
  );
}

type Stack = Pick<Plan, "country" | "environment">;

/** `za`, or `za-production` for an environment of the file. */
export const stackName = ({ country, environment }: Stack): string =>
  `${country.toLowerCase()}${environment === null ? "" : `-${environment}`}`;

/** The name of the Helm release: `rollout-za`. */
export const releaseName = (stack: Stack): string => `rollout-${stackName(stack)}`;

const helpers = `
{{/* The host of the registry; empty where the values give none. */}}
{{- define "rollout.registryHost" -}}
{{- regexReplaceAll "[:/].*$" .Values.registry "" -}}
{{- end }}

{{/* Items of a list, for a text in double quotes of YAML. */}}
{{- define "rollout.quoted" -}}
{{- range $index, $item := . }}{{ if $index }}, {{ end }}\\"{{ $item }}\\"{{ end -}}
{{- end }}

{{/* Conditions of an admission policy: the hosts that the file registers, and the registry unless one of them covers it. Takes the root and the policy's identifier. */}}
{{- define "rollout.hosts" -}}
{{- $registry := include "rollout.registryHost" (index . 0) -}}
{{- $covered := eq $registry "" -}}
{{- range (get (index . 0).Values.admission (index . 1)).hosts -}}
{{- $host := ternary $registry . (eq . "registry") -}}
{{- if not (and (eq . "registry") $covered) }} || (host{{ if hasPrefix "*." $host }}.endsWith(\\"{{ trimPrefix "*" $host }}\\"){{ else }} == \\"{{ $host }}\\"{{ end }}){{ end -}}
{{- if or (eq . $registry) (and (hasPrefix "*." .) (hasSuffix (trimPrefix "*" .) $registry)) }}{{ $covered = true }}{{ end -}}
{{- end -}}
{{- end }}

{{/* The articles of the law that an admission policy serves, at the end of its message. Takes the root and the policy's identifier. */}}
{{- define "rollout.articles" -}}
{{- with (get (index . 0).Values.admission (index . 1)).articles }} ({{ . }}){{ end -}}
{{- end }}

{{/* The digest by which pods are replaced when their configuration changes. Takes the root and the object's name. */}}
{{- define "rollout.configuration" -}}
{{- $values := (index . 0).Values -}}
{{- $planned := get $values.planned.configuration (index . 1) -}}
{{- $file := $values.planned.settings -}}
{{- if and (eq $values.namespace $file.namespace) (eq $values.domain $file.domain) -}}
{{- $planned -}}
{{- else -}}
{{- printf "%s %s %s" $planned $values.namespace $values.domain | sha256sum | trunc 32 -}}
{{- end -}}
{{- end }}

{{/* A Job can't be changed: each set of values has its own. Takes the root. */}}
{{- define "rollout.migration" -}}
{{- $values := .Values -}}
{{- $used := toJson (dict
  "digest" (get $values.digests "application")
  "domain" $values.domain
  "namespace" $values.namespace
  "pullSecret" $values.registryPullSecret
  "registry" $values.registry
  "resources" (get $values.resources "migration")
) -}}
{{- if eq $used (toJson $values.planned.settings) -}}
{{- $values.planned.migration -}}
{{- else -}}
{{- printf "%s %s" $values.planned.migration $used | sha256sum | trunc 10 -}}
{{- end -}}
{{- end }}

{{/* Whether the settings that admission policies read are those of the file: "yes" or nothing. Takes the root. */}}
{{- define "rollout.asInFile" -}}
{{- $file := .Values.planned.settings -}}
{{- if and (eq .Values.namespace $file.namespace) (eq .Values.domain $file.domain) (eq .Values.registry $file.registry) -}}
yes
{{- end -}}
{{- end }}
`;

export function helpersFile(images: ImageReferences): string {
  const table = [...images]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, reference]) =>
        `  "${name}" (dict "registry" "${publicRegistry(name) ?? "localhost"}" "reference" "${reference}")`,
    )
    .join("\n");
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
${helpers}`;
}

/** @param marked the plan with marks, whose addresses follow the values. */
export function notesFile(marked: Plan, settings: readonly Setting[]): string {
  const text = [
    `The pages: ${marked.outputs.webAddress}`,
    `Machines: ${marked.outputs.mqttAddress}`,
    "",
    "Keep a copy of backup-key of the Secret time-series-secrets outside the cluster: without it a backup can't be read.",
  ].join("\n");
  return `${plainTemplate(withValues(text, markedPlaces(settings)))}\n{{- range .Values.notes }}\n{{ . }}\n{{- end }}\n`;
}

export function readmeFile(values: readonly ChartValue[]): string {
  const rows = values.map(({ name, description }) => `| \`${name}\` | ${description} |`);
  return `# ${chartName}

Made by \`rollout export\` from localisation files; don't edit it, export again. \`values-<country>.yaml\` holds what depends on the
country: with it alone \`helm template\` gives the objects of \`rollout plan --manifests\`. For South Africa:

\`\`\`sh
sh operators/za/install.sh     # cert-manager and CloudNativePG, unless the cluster has them
kubectl create namespace rollout
helm upgrade --install rollout-za . --namespace rollout --take-ownership --values values-za.yaml
\`\`\`

\`--take-ownership\` (Helm 3.17 or later) lets the chart label the namespace, which must exist before. Helm makes the random
secrets once and keeps them. Where Helm only renders (Argo CD), run \`sh secrets.sh rollout\` once the namespace exists. \`helm uninstall\`
leaves the namespace, its volumes and these secrets.

| value | what it is |
|---|---|
${rows.join("\n")}
`;
}
