{{/* An image's address: in the registry of the values, by digest where they give one. Takes the root and the image's name. */}}
{{- define "rollout.image" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $images := dict
  "application" (dict "registry" "localhost" "reference" "country-rollout-kit:0.1.0")
  "broker" (dict "registry" "docker.io" "reference" "library/rabbitmq:4.3.5")
  "keeper" (dict "registry" "docker.io" "reference" "clickhouse/clickhouse-keeper:26.3.20.7")
  "relational-store" (dict "registry" "ghcr.io" "reference" "cloudnative-pg/postgresql:18.6-system-trixie")
  "time-series-store" (dict "registry" "docker.io" "reference" "clickhouse/clickhouse-server:26.3.20.7")
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
{{- if and (eq $values.namespace "rollout") (eq $values.domain "pme.example.gov.br") -}}
{{- $planned -}}
{{- else -}}
{{- printf "%s %s %s" $planned $values.namespace $values.domain | sha256sum | trunc 32 -}}
{{- end -}}
{{- end }}

{{/* Whether the values that policies of admission read are the file's: "yes" or nothing. Takes the root. */}}
{{- define "rollout.asInFile" -}}
{{- if and (eq .Values.namespace "rollout") (eq .Values.domain "pme.example.gov.br") (eq .Values.registry "registry.pme.example.gov.br") (eq .Values.storageClass "sme-encrypted") -}}
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
{{- if eq $used (toJson (fromJson `{"digest":"","domain":"pme.example.gov.br","namespace":"rollout","pullSecret":"","registry":"registry.pme.example.gov.br","resources":{"limits":{"memory":"512Mi"},"requests":{"cpu":"250m","memory":"512Mi"}}}`)) -}}
{{- $planned -}}
{{- else -}}
{{- printf "%s %s" $planned $used | sha256sum | trunc 10 -}}
{{- end -}}
{{- end }}
