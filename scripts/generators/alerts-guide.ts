/** Writes docs/alerts.md, what to do about each alert, from the alerts themselves. */
import { alerts } from "../../components/alerts.ts";

const introduction = `# Alerts

Every part of a stack in a cluster tells its figures in Prometheus' format. With \`hosting.kubernetes.monitoring:
prometheus-operator\` the kit makes a PodMonitor, a PrometheusRule with the alerts below and a Grafana dashboard (a ConfigMap with
the label \`grafana_dashboard\`). With \`annotations\` pods carry \`prometheus.io/scrape\`; \`rollout plan <file> --manifests <folder>\`
of a file with \`prometheus-operator\` writes the rules for a Prometheus of your own.

The expressions also need kube-state-metrics, the kubelet's volume figures and cert-manager's. RDS has alarms of its own in
CloudWatch. \`<namespace>\` is \`hosting.kubernetes.namespace\`.

*This page is generated from \`components/alerts.ts\` by \`npm run generate\`; the link of each alert leads here.*
`;

export function alertsGuide(): string {
  const all = alerts({ namespace: "rollout", brokers: 3, keepers: 3, postgres: true, backups: true });
  return [
    introduction,
    ...all.map(
      ({ name, severity, lasting, summary, expression, steps }) => `## ${name}

**${severity}**, after ${lasting}. ${summary}

\`\`\`promql
${expression}
\`\`\`

${steps.map((step, index) => `${index + 1}. ${step}`).join("\n")}
`,
    ),
  ].join("\n");
}
