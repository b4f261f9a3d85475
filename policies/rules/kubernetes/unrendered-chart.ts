/** Charts that the cluster installs are pinned and come from a registered registry; others are rendered and checked. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { hostsIn } from "../../resources/hosts.ts";
import { textAt } from "../../resources/properties.ts";
import { type Resource, typeToken } from "../../resources/resource.ts";

interface ChartSource {
  readonly address: string | undefined;
  readonly version: string | undefined;
  readonly path: string;
  readonly versionPath: string;
}

const places: readonly (readonly [address: string, version: string])[] = [
  ["repositoryOpts.repo", "version"],
  ["chart", "version"],
  ["spec.chart.spec.sourceRef.name", "spec.chart.spec.version"],
  ["spec.repo", "spec.version"],
  ["spec.chart", "spec.version"],
  ["spec.source.repoURL", "spec.source.targetRevision"],
  ["spec.url", "spec.ref.tag"],
];

export const unrenderedChart: ResourcePolicy = {
  id: "unrendered-chart",
  area: "kubernetes",
  scope: "resource",
  title: "Charts are pinned and come from a registered registry.",
  risk: "The content of a chart is unknown until it runs: images, webhooks and telemetry of its publisher.",
  types: [
    "kubernetes:helm.sh/*:Release",
    "kubernetes:helm.toolkit.fluxcd.io/*:HelmRelease",
    "kubernetes:source.toolkit.fluxcd.io/*:HelmRepository",
    "kubernetes:source.toolkit.fluxcd.io/*:GitRepository",
    "kubernetes:source.toolkit.fluxcd.io/*:OCIRepository",
    "kubernetes:helm.cattle.io/*:HelmChart",
    "kubernetes:argoproj.io/*:Application",
    "kubernetes:argoproj.io/*:ApplicationSet",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.5.21", "A.8.19"], nist80053: ["SR-3", "SR-4", "CM-11"] },
  remediation:
    "Mirror the chart to the country's registry and name an exact version, or render it and check the manifests.",
  check(subject, context) {
    const source = sourceOf(subject);
    const kind = typeToken(subject.type).kind;
    const violations: Violation[] = [];
    const [reference] =
      source.address === undefined ? [] : hostsIn({ key: "url", value: source.address, path: source.path });
    const registered = reference !== undefined && context.outside(reference.host) === undefined;
    if (!registered)
      violations.push({
        path: source.path,
        ...(source.address !== undefined && { value: source.address }),
        message:
          reference === undefined
            ? `${kind} installs a chart from an unnamed source${source.address === undefined ? "" : ` (${source.address})`}.`
            : `${kind} installs from ${context.outside(reference.host)}.`,
        remediation: "Mirror it to the country's registry, or render it and check the manifests.",
      });
    // A repository has no version of its own.
    if (/^(HelmRepository|GitRepository)$/.test(kind)) return violations;
    if (
      source.version === undefined ||
      !/^v?\d+\.\d+\.\d+[\w.+-]*$|^sha256:|^[0-9a-f]{40}$/.test(source.version)
    )
      violations.push({
        path: source.versionPath,
        ...(source.version !== undefined && { value: source.version }),
        message: `${kind} takes ${source.version === undefined ? "the newest version" : `any version that matches ${source.version}`}.`,
        remediation: "Name an exact version.",
      });
    return violations;
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: { name: cert-manager, namespace: kube-system }
spec: { repo: https://charts.example.gov.za, chart: cert-manager, version: v1.21.2 }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: { name: redis, namespace: kube-system }
spec: { repo: https://charts.example.com, chart: redis, version: ">=1" }`,
        findings: `
kube-system/HelmChart/redis spec.repo: HelmChart installs from charts.example.com, which the file does not register. Mirror it to the country's registry, or render it and check the manifests.
kube-system/HelmChart/redis spec.version: HelmChart takes any version that matches >=1. Name an exact version.`,
      },
      {
        manifests: `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: redis, namespace: rollout }
spec: { chart: { spec: { chart: redis, sourceRef: { kind: HelmRepository, name: public } } } }`,
        findings: `
rollout/HelmRelease/redis spec.chart.spec.sourceRef.name: HelmRelease installs a chart from an unnamed source (public). Mirror it to the country's registry, or render it and check the manifests.
rollout/HelmRelease/redis spec.chart.spec.version: HelmRelease takes the newest version. Name an exact version.`,
      },
    ],
  },
};

function sourceOf({ properties }: Resource): ChartSource {
  for (const [path, versionPath] of places) {
    const address = textAt(properties, path);
    if (address !== undefined)
      return { address, version: textAt(properties, versionPath), path, versionPath };
  }
  return { address: undefined, version: undefined, path: "spec", versionPath: "spec" };
}
