/** A program's metrics in Prometheus's text format 0.0.4, made at each scrape. */

export interface Metric {
  /** With the unit, and `_total` for a counter: `rollout_analytics_run_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  /** One number, or one for each set of labels. */
  readonly value: number | readonly LabelledValue[];
}

export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const metric =
  (type: Metric["type"]) =>
  (name: string, help: string, value: Metric["value"]): Metric => ({ name, help, type, value });
export const counter = metric("counter");
export const gauge = metric("gauge");

export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

export function metricsText(metrics: readonly Metric[]): string {
  return metrics
    .flatMap(({ name, help, type, value }) => [
      `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
      `# TYPE ${name} ${type}`,
      ...(typeof value === "number"
        ? [`${name} ${value}`]
        : value.map((each) => `${name}${labelsOf(each.labels)} ${each.value}`)),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Of every program. */
export function processMetrics(): Metric[] {
  const { user, system } = process.cpuUsage();
  return [
    gauge("process_resident_memory_bytes", "Memory that the process holds.", process.memoryUsage.rss()),
    counter("process_cpu_seconds_total", "Processor time that the process has used.", (user + system) / 1e6),
    gauge(
      "process_start_time_seconds",
      "When the process started, in seconds since 1970.",
      Date.now() / 1000 - process.uptime(),
    ),
  ];
}
