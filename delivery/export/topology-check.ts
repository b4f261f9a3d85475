/** The chart's check that an upgrade leaves no stored data behind, as `rollout up` checks it. Where Helm only renders it has no cluster to ask. */
import { definitionsFile, type Topology } from "../../plan/topology.ts";

/** What to do, at the end of each refusal. */
const remedy =
  "Keep what is there by hosting.sizes in the localisation file and export again, or give --set refuseDataLoss=false if the data may be lost.";

/** @param settings name of the broker's ConfigMap. */
export function topologyCheck({ queues, sets }: Topology, settings: string): string {
  const planned = [...sets].map(
    ([name, { replicas }]) =>
      `  "${name}" (dict "replicas" ${replicas} "storage" (index .Values.computed "${name}" "storage"))`,
  );
  return `{{- /* Refuses an upgrade that would leave stored data behind. */}}
{{- if .Values.refuseDataLoss }}
{{- $remedy := "${remedy}" }}
{{- $planned := dict
${planned.join("\n")}
}}
{{- range (lookup "apps/v1" "StatefulSet" .Values.namespace "").items }}
{{- if eq (dig "metadata" "labels" "app.kubernetes.io/managed-by" "" .) "rollout" }}
{{- $name := .metadata.name }}
{{- $had := int .spec.replicas }}
{{- $wanted := get $planned $name }}
{{- if not $wanted }}
{{- fail (printf "%s runs and is not in this chart: what is stored on its disks would be read by nobody. %s" $name $remedy) }}
{{- end }}
{{- if or (gt $had (int $wanted.replicas)) (and (eq $name "keeper") (ne $had (int $wanted.replicas))) }}
{{- fail (printf "%s has %d pods and would get %d: what only the others store would be lost. %s" $name $had (int $wanted.replicas) $remedy) }}
{{- end }}
{{- range .spec.volumeClaimTemplates }}
{{- if ne .spec.resources.requests.storage $wanted.storage }}
{{- fail (printf "The disks of %s have %s and would get %s, which Kubernetes refuses. %s" $name .spec.resources.requests.storage $wanted.storage $remedy) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- with lookup "v1" "ConfigMap" .Values.namespace "${settings}" }}
{{- $had := len (fromJson (index .data "${definitionsFile}")).queues }}
{{- if gt $had ${queues ?? 0} }}
{{- fail (printf "The broker has %d queues and would get ${queues ?? 0}: acknowledged readings would stay in the others. %s" $had $remedy) }}
{{- end }}
{{- end }}
{{- end }}
`;
}
