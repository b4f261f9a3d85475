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

{{/* The host of the registry; empty where the values give none. */}}
{{- define "rollout.registryHost" -}}
{{- regexReplaceAll "[:/].*$" .Values.registry "" -}}
{{- end }}

{{/* Items of a list, for a text in double quotes of YAML. */}}
{{- define "rollout.quoted" -}}
{{- range $index, $item := . }}{{ if $index }}, {{ end }}\"{{ $item }}\"{{ end -}}
{{- end }}

{{/* Conditions of an admission policy: the hosts that the file registers, and the registry unless one of them covers it. Takes the root and the policy's identifier. */}}
{{- define "rollout.hosts" -}}
{{- $registry := include "rollout.registryHost" (index . 0) -}}
{{- $covered := eq $registry "" -}}
{{- range (get (index . 0).Values.admission (index . 1)).hosts -}}
{{- $host := ternary $registry . (eq . "registry") -}}
{{- if not (and (eq . "registry") $covered) }} || (host{{ if hasPrefix "*." $host }}.endsWith(\"{{ trimPrefix "*" $host }}\"){{ else }} == \"{{ $host }}\"{{ end }}){{ end -}}
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
