/** Metrics, traces and logs of the cluster are written to the stack's own stores or to registered hosts. */
import { hostViolations } from "../../engine/host-violations.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { sinkViolations } from "../../engine/sink-violations.ts";
import { hostsOf } from "../../resources/hosts.ts";

export const metricsSink: ResourcePolicy = {
  id: "metrics-sink",
  area: "flows",
  scope: "resource",
  title: "Collectors write metrics, traces and logs only to hosts of the stack or of the localisation file.",
  risk: "One remote_write or exporter line sends every metric, with names of companies and machines as labels, to a cloud.",
  types: [
    "kubernetes:monitoring.coreos.com/*:Prometheus",
    "kubernetes:monitoring.coreos.com/*:PrometheusAgent",
    "kubernetes:monitoring.coreos.com/*:ThanosRuler",
    "kubernetes:operator.victoriametrics.com/*:VMAgent",
    "kubernetes:opentelemetry.io/*:OpenTelemetryCollector",
    "kubernetes:fluentbit.fluent.io/*:ClusterOutput",
    "kubernetes:fluentbit.fluent.io/*:Output",
    "kubernetes:logging.banzaicloud.io/*:Output",
    "kubernetes:logging.banzaicloud.io/*:ClusterOutput",
    "kubernetes:observability.openshift.io/*:ClusterLogForwarder",
    "kubernetes:telemetry.istio.io/*:Telemetry",
    "kubernetes:gateway.envoyproxy.io/*:EnvoyProxy",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["logs", "machineTelemetry"],
  controls: { iso27001: ["A.8.15", "A.8.16", "A.8.12"], nist80053: ["AU-9", "AC-4", "SC-7(10)"] },
  remediation:
    "Write to a store in the country, registered under `residency.endpoints` with purpose monitoring.",
  check: (subject, context) => [
    ...hostViolations(
      hostsOf(subject).filter(({ path }) => !/metadata\./.test(path)),
      context,
      "It writes to",
      (host) => `Remove it, or register ${host} under residency.endpoints with purpose monitoring.`,
    ),
    ...sinkViolations(subject, context),
  ],
  examples: {
    passing: [
      {
        manifests: `
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: main, namespace: monitoring }
spec: { remoteWrite: [{ url: "https://monitor.example.gov.za/api/v1/write" }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: main, namespace: monitoring }
spec: { remoteWrite: [{ url: "https://prometheus.example.com/api/v1/write" }] }`,
        findings: `monitoring/Prometheus/main spec.remoteWrite[0].url: It writes to prometheus.example.com, which the file does not register. Remove it, or register prometheus.example.com under residency.endpoints with purpose monitoring.`,
      },
      {
        manifests: `
apiVersion: opentelemetry.io/v1beta1
kind: OpenTelemetryCollector
metadata: { name: all, namespace: monitoring }
spec: { config: { exporters: { otlp: { endpoint: "otlp.example.com:4317" } } } }`,
        findings: `monitoring/OpenTelemetryCollector/all spec.config.exporters.otlp.endpoint: It writes to otlp.example.com, which the file does not register. Remove it, or register otlp.example.com under residency.endpoints with purpose monitoring.`,
      },
    ],
  },
};
