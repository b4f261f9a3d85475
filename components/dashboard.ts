/** A Grafana dashboard of the stack's flow and stores, as its JSON model. */

interface Panel {
  readonly title: string;
  /** PromQL with `$namespace`. */
  readonly expression: string;
  readonly legend: string;
  readonly unit: string;
}

const panels: readonly Panel[] = [
  {
    title: "Machines connected",
    expression: 'sum(rabbitmq_connections{namespace="$namespace"})',
    legend: "connections",
    unit: "short",
  },
  {
    title: "Readings published",
    expression:
      'sum(rate(rabbitmq_global_messages_received_total{namespace="$namespace", protocol=~"mqtt.*"}[5m]))',
    legend: "messages a second",
    unit: "cps",
  },
  {
    title: "Readings that wait",
    expression: 'sum(rabbitmq_queue_messages_ready{namespace="$namespace"})',
    legend: "messages",
    unit: "short",
  },
  {
    title: "Rows stored",
    expression: 'sum(rate(ClickHouseProfileEvents_InsertedRows{namespace="$namespace"}[5m]))',
    legend: "rows a second",
    unit: "cps",
  },
  {
    title: "Readings committed by ingest",
    expression: 'sum(rate(rollout_ingest_readings_total{namespace="$namespace"}[5m]))',
    legend: "readings a second",
    unit: "cps",
  },
  {
    title: "Readings that can't be used",
    expression: 'sum by (reason) (rate(rollout_ingest_rejected_total{namespace="$namespace"}[5m]))',
    legend: "{{reason}}",
    unit: "cps",
  },
  {
    title: "Age of the oldest reading in hand",
    expression: 'max(rollout_ingest_lag_seconds{namespace="$namespace"})',
    legend: "ingest",
    unit: "s",
  },
  {
    title: "Requests for pages",
    expression: 'sum(rate(rollout_diagnostic_requests_total{namespace="$namespace"}[5m]))',
    legend: "requests a second",
    unit: "reqps",
  },
  {
    title: "Logins of machines refused",
    expression: 'sum by (reason) (rate(rollout_diagnostic_logins_refused_total{namespace="$namespace"}[5m]))',
    legend: "{{reason}}",
    unit: "cps",
  },
  {
    title: "Queries",
    expression: 'sum(rate(ClickHouseProfileEvents_SelectQuery{namespace="$namespace"}[5m]))',
    legend: "queries a second",
    unit: "cps",
  },
  {
    title: "Replica delay",
    expression: 'max(ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{namespace="$namespace"})',
    legend: "time-series store",
    unit: "s",
  },
  {
    title: "PostgreSQL replication lag",
    expression: 'max by (pod) (cnpg_pg_replication_lag{namespace="$namespace"})',
    legend: "{{pod}}",
    unit: "s",
  },
  {
    title: "Free space of volumes",
    expression:
      'kubelet_volume_stats_available_bytes{namespace="$namespace"} / kubelet_volume_stats_capacity_bytes{namespace="$namespace"}',
    legend: "{{persistentvolumeclaim}}",
    unit: "percentunit",
  },
];

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
      panels: panels.map((panel, index) => ({
        id: index + 1,
        type: "timeseries",
        title: panel.title,
        datasource,
        gridPos: { x: (index % 2) * width, y: Math.floor(index / 2) * height, w: width, h: height },
        fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
        targets: [{ refId: "A", datasource, expr: panel.expression, legendFormat: panel.legend }],
      })),
    },
    null,
    2,
  )}\n`;
}
