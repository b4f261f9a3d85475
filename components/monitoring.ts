/** What a Prometheus operator needs to monitor the stack: where the metrics are, which alerts to raise, and a dashboard for Grafana. */
import type {
  IPodMonitor,
  IPrometheusRule,
} from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { type AlertedStack, alerts, runbookOf } from "./alerts.ts";
import { customResource } from "./custom-resource.ts";
import { stackDashboard } from "./dashboard.ts";
import { labels, metadata } from "./part.ts";

export interface MonitoringArgs extends AlertedStack {
  /** The programme's name, on the dashboard. */
  readonly title: string;
}

const apiVersion = "monitoring.coreos.com/v1";

export class Monitoring extends ComponentResource {
  constructor(name: string, args: MonitoringArgs, options: ComponentResourceOptions) {
    super("rollout:components:Monitoring", name, {}, options);
    const inside = { parent: this };
    const { namespace, title } = args;
    createMetrics();
    createAlerts();
    new ConfigMap(
      `${name}-dashboard`,
      {
        metadata: { ...metadata(namespace, "dashboard"), labels: { ...labels(), grafana_dashboard: "1" } },
        data: { "country-rollout-kit.json": stackDashboard(title) },
      },
      inside,
    );
    this.registerOutputs();

    function createMetrics(): void {
      customResource<IPodMonitor>(
        `${name}-metrics`,
        {
          apiVersion,
          kind: "PodMonitor",
          metadata: metadata(args.namespace, "stack"),
          spec: {
            // Every pod of the stack with metrics names their port so, including those of the PostgreSQL operator.
            selector: { matchLabels: { "app.kubernetes.io/part-of": "country-rollout-kit" } },
            podMetricsEndpoints: [{ port: "metrics", path: "/metrics", interval: "30s" }],
          },
        },
        inside,
      );
    }

    function createAlerts(): void {
      const rules = alerts(args).map((alert) => ({
        alert: alert.name,
        expr: alert.expression,
        for: alert.lasting,
        labels: { severity: alert.severity },
        annotations: {
          summary: alert.summary,
          description: alert.steps.join(" "),
          runbook: runbookOf(alert),
        },
      }));
      customResource<IPrometheusRule>(
        `${name}-alerts`,
        {
          apiVersion,
          kind: "PrometheusRule",
          metadata: metadata(args.namespace, "stack"),
          spec: { groups: [{ name: "country-rollout-kit", rules }] },
        },
        inside,
      );
    }
  }
}
