/** A Grafana dashboard of the stack's flow and stores, as its JSON model. */

const here = 'namespace="$namespace"';

/** By title: the unit, the legend, and PromQL. */
const panels: Readonly<Record<string, readonly [unit: string, legend: string, expression: string]>> = {
  "Machines connected": ["short", "connections", `sum(rabbitmq_connections{${here}})`],
  "Readings published": [
    "cps",
    "messages a second",
    `sum(rate(rabbitmq_global_messages_received_total{${here}, protocol=~"mqtt.*"}[5m]))`,
  ],
  "Readings that wait": ["short", "messages", `sum(rabbitmq_queue_messages_ready{${here}})`],
  "Rows stored": ["cps", "rows a second", `sum(rate(ClickHouseProfileEvents_InsertedRows{${here}}[5m]))`],
  "Readings committed by ingest": [
    "cps",
    "readings a second",
    `sum(rate(rollout_ingest_readings_total{${here}}[5m]))`,
  ],
  "Readings that can't be used": [
    "cps",
    "{{reason}}",
    `sum by (reason) (rate(rollout_ingest_rejected_total{${here}}[5m]))`,
  ],
  "Age of the oldest reading in hand": ["s", "ingest", `max(rollout_ingest_lag_seconds{${here}})`],
  "Requests for pages": [
    "reqps",
    "requests a second",
    `sum(rate(rollout_diagnostic_requests_total{${here}}[5m]))`,
  ],
  "Logins of machines refused": [
    "cps",
    "{{reason}}",
    `sum by (reason) (rate(rollout_diagnostic_logins_refused_total{${here}}[5m]))`,
  ],
  Queries: ["cps", "queries a second", `sum(rate(ClickHouseProfileEvents_SelectQuery{${here}}[5m]))`],
  "Replica delay": [
    "s",
    "time-series store",
    `max(ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{${here}})`,
  ],
  "PostgreSQL replication lag": ["s", "{{pod}}", `max by (pod) (cnpg_pg_replication_lag{${here}})`],
  "Free space of volumes": [
    "percentunit",
    "{{persistentvolumeclaim}}",
    `kubelet_volume_stats_available_bytes{${here}} / kubelet_volume_stats_capacity_bytes{${here}}`,
  ],
};

export function stackDashboard(title: string): string {
  const width = 12;
  const height = 8;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
  const datasource = { type: "prometheus", uid: "${datasource}" };
  return `${JSON.stringify(
    {
      title,
      uid: "country-rollout-kit",
      tags: ["country-rollout-kit"],
      schemaVersion: 39,
      timezone: "browser",
      refresh: "30s",
      time: { from: "now-6h", to: "now" },
      templating: {
        list: [
          { name: "datasource", type: "datasource", query: "prometheus" },
          {
            name: "namespace",
            type: "query",
            datasource,
            query: "label_values(rabbitmq_identity_info, namespace)",
          },
        ],
      },
      panels: Object.entries(panels).map(([title, [unit, legend, expr]], index) => ({
        id: index + 1,
        type: "timeseries",
        title,
        datasource,
        gridPos: { x: (index % 2) * width, y: Math.floor(index / 2) * height, w: width, h: height },
        fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
        targets: [{ refId: "A", datasource, expr, legendFormat: legend }],
      })),
    },
    null,
    2,
  )}\n`;
}
