/** Products that report usage to their maker by default have the report switched off. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { holdsOneOf } from "../../resources/hint.ts";
import { imagesOf } from "../../resources/image.ts";
import { workloads } from "../../resources/pods.ts";
import { textsOf } from "../../resources/texts.ts";

interface Product {
  readonly repository: RegExp;
  readonly name: string;
  /** Whether a text of the workload switches the report off; without one the report is on. */
  readonly off: (key: string, value: string) => boolean;
  readonly remediation: string;
}

const isFalse = (value: string) => /^(false|0|off|no|disabled)$/i.test(value);

const products: readonly Product[] = [
  {
    repository: /(^|\/)grafana(-enterprise|-oss)?$/,
    name: "Grafana",
    off: (key, value) => key === "GF_ANALYTICS_REPORTING_ENABLED" && isFalse(value),
    remediation: "Set GF_ANALYTICS_REPORTING_ENABLED to false.",
  },
  {
    repository: /(^|\/)(loki|tempo|mimir)$/,
    name: "Loki, Tempo or Mimir",
    off: (_key, value) => /(reporting|usage-stats|usage_stats|usage-report)[\w.-]*[=:]\s*false/.test(value),
    remediation: "Add the argument -reporting.enabled=false (Mimir: -usage-stats.enabled=false).",
  },
  {
    repository: /(^|\/)traefik$/,
    name: "Traefik",
    off: (_key, value) => /checknewversion=false/i.test(value),
    remediation: "Add the argument --global.checknewversion=false, and leave sendanonymoususage out.",
  },
  {
    repository: /(^|\/)(kibana|elasticsearch)$/,
    name: "Elastic",
    off: (key, value) => /TELEMETRY_(ENABLED|OPTIN)|telemetry\.(enabled|optIn)/.test(key) && isFalse(value),
    remediation: "Set TELEMETRY_OPTIN and TELEMETRY_ENABLED to false.",
  },
  {
    repository: /(^|\/)(emqx|emqx-enterprise)$/,
    name: "EMQX",
    off: (key, value) => key === "EMQX_TELEMETRY__ENABLE" && isFalse(value),
    remediation: "Set EMQX_TELEMETRY__ENABLE to false.",
  },
  {
    repository: /(^|\/)n8n$/,
    name: "n8n",
    off: (key, value) => key === "N8N_DIAGNOSTICS_ENABLED" && isFalse(value),
    remediation: "Set N8N_DIAGNOSTICS_ENABLED to false.",
  },
  {
    repository: /(^|\/)timescaledb(-ha)?$/,
    name: "TimescaleDB",
    off: (key, value) =>
      (key === "TIMESCALEDB_TELEMETRY" && isFalse(value)) || /timescaledb\.telemetry_level=off/.test(value),
    remediation: "Set TIMESCALEDB_TELEMETRY to off.",
  },
  {
    repository: /(^|\/)(superset|metabase)$/,
    name: "Metabase or Superset",
    off: (key, value) => /^(MB_ANON_TRACKING_ENABLED|SCARF_ANALYTICS)$/.test(key) && isFalse(value),
    remediation: "Set MB_ANON_TRACKING_ENABLED (Superset: SCARF_ANALYTICS) to false.",
  },
];

/** Settings that switch a report on, in any text. */
const on: readonly (readonly [sign: RegExp, what: string])[] = [
  [/send_crash_reports[\s\S]{0,80}?(?:enabled>?\s*[:=>]\s*(?:true|1)\b)/, "ClickHouse's crash reports"],
  [/sendanonymoususage(=true|:\s*true|\s*=\s*true)/i, "Traefik's usage report"],
  [/reporting_enabled\s{0,9}[=:]\s{0,9}["']?(?:true|1|on|yes)\b/i, "the usage report of Grafana's products"],
  [/telemetry\.(?:enable|optIn)\s{0,9}[=:]\s{0,9}["']?true/, "the usage report of EMQX or Kibana"],
  [/MINIO_CALLHOME_ENABLE[\s=:]+"?(on|true)/i, "MinIO's call home"],
];

/** Each of these settings has one of these words. */
const hinted = holdsOneOf(
  "send_crash_reports",
  "anonymoususage",
  "anonymousUsage",
  "AnonymousUsage",
  "reporting_enabled",
  "REPORTING_ENABLED",
  "telemetry.enable",
  "telemetry.optIn",
  "MINIO_CALLHOME",
);

export const productTelemetry: ResourcePolicy = {
  id: "product-telemetry",
  area: "flows",
  scope: "resource",
  title: "Products report nothing to their makers.",
  risk: "Usage and crash reports send host names, queries and settings to the maker, and are on by default.",
  types: [...workloads, "kubernetes:core/*:ConfigMap"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["logs", "state"],
  controls: { iso27001: ["A.8.9", "A.8.12"], nist80053: ["CM-7", "SC-7(10)"] },
  remediation: "Switch the report off with the product's own setting.",
  check(subject) {
    const texts = textsOf(subject);
    const reporting = imagesOf(subject).flatMap(({ repository, text, path }): Violation | [] => {
      const product = products.find((candidate) => candidate.repository.test(repository));
      if (product === undefined || texts.some(({ key, value }) => product.off(key, value))) return [];
      return {
        path,
        value: text,
        message: `${product.name} (${text}) reports its usage to its maker.`,
        remediation: product.remediation,
      };
    });
    const switched = texts.flatMap((text): Violation[] => {
      const { key, value } = text;
      if (!hinted(value) && !hinted(key)) return [];
      const what = on.find(([sign]) => sign.test(value) || sign.test(`${key}=${value}`))?.[1];
      return what === undefined
        ? []
        : [{ path: text.path, message: `It switches on ${what}.`, remediation: "Switch it off." }];
    });
    return [...reporting, ...switched];
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: grafana, namespace: monitoring }
spec:
  template:
    spec:
      containers:
        - name: grafana
          image: registry.example.gov.za/grafana/grafana:12.0.0
          env: [{ name: GF_ANALYTICS_REPORTING_ENABLED, value: "false" }]`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: grafana, namespace: monitoring }
spec: { template: { spec: { containers: [{ name: grafana, image: registry.example.gov.za/grafana/grafana:12.0.0 }] } } }`,
        findings: `monitoring/Deployment/grafana spec.template.spec.containers[0].image: Grafana (registry.example.gov.za/grafana/grafana:12.0.0) reports its usage to its maker. Set GF_ANALYTICS_REPORTING_ENABLED to false.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: store, namespace: rollout }
data: { config.yaml: "send_crash_reports: { enabled: true }" }`,
        findings: `rollout/ConfigMap/store data["config.yaml"]: It switches on ClickHouse's crash reports. Switch it off.`,
      },
    ],
  },
};
