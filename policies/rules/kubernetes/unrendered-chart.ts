/** Charts that the cluster installs are pinned and come from a registered registry; others are rendered and checked. */
import type { PolicyContext } from "../../engine/context.ts";
import { hostViolations, removeOrRegister } from "../../engine/host-violations.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { hostsIn, hostsOf } from "../../resources/hosts.ts";
import { objectAt, objectsAt, textAt } from "../../resources/properties.ts";
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
  ["spec.sources[0].repoURL", "spec.sources[0].targetRevision"],
  ["spec.template.spec.source.repoURL", "spec.template.spec.source.targetRevision"],
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
    "kubernetes:kustomize.toolkit.fluxcd.io/*:Kustomization",
    "kubernetes:helm.cattle.io/*:HelmChartConfig",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.5.21", "A.8.19"], nist80053: ["SR-3", "SR-4", "CM-11"] },
  remediation:
    "Mirror the chart to the country's registry and name an exact version, or render it and check the manifests.",
  check(subject, context) {
    const values = hostsOfValues(subject, context);
    const { kind } = typeToken(subject.type);
    if (kind === "HelmChartConfig") return values;
    if (kind === "Kustomization") return [...values, ...sourceElsewhere(subject, context)];
    return [
      ...values,
      ...violationsOfSource(subject, sourceOf(subject), context),
      ...furtherSources(subject, context),
    ];
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
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: app, namespace: rollout }
spec:
  source:
    repoURL: https://charts.example.gov.za
    targetRevision: 1.0.0
    helm: { valuesObject: { endpoint: "https://otlp.example.com" } }`,
        findings: `rollout/Application/app spec.source.helm.valuesObject.endpoint: Its values name otlp.example.com, which the file does not register. Remove it, or register otlp.example.com under residency.endpoints with its country.`,
      },
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

function violationsOfSource(subject: Resource, source: ChartSource, context: PolicyContext): Violation[] {
  const { kind } = typeToken(subject.type);
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
}

function sourceOf({ properties }: Resource): ChartSource {
  for (const [path, versionPath] of places) {
    const address = textAt(properties, path);
    if (address !== undefined)
      return { address, version: textAt(properties, versionPath), path, versionPath };
  }
  return { address: undefined, version: undefined, path: "spec", versionPath: "spec" };
}

/** The other sources of an Application of Argo CD. */
const furtherSources = (subject: Resource, context: PolicyContext): Violation[] =>
  ["spec.sources", "spec.template.spec.sources"].flatMap((list) =>
    objectsAt(subject.properties, list)
      .filter(({ path }) => path !== "spec.sources[0]")
      .flatMap(({ value, path }) =>
        violationsOfSource(
          subject,
          {
            address: textAt(value, "repoURL"),
            version: textAt(value, "targetRevision"),
            path: `${path}.repoURL`,
            versionPath: `${path}.targetRevision`,
          },
          context,
        ),
      ),
  );

const valuesPath =
  /(^|\.)(values|valuesObject|valuesContent|valuesInline|set|parameters|postBuild|postRenderers|patches|patchesStrategicMerge|kustomize|plugin|env|directory|components)(\.|\[|$)/;

/** What the values of a chart, or the changes to a folder, make it name. */
const hostsOfValues = (subject: Resource, context: PolicyContext): Violation[] =>
  typeToken(subject.type).kind === "Release"
    ? []
    : hostViolations(
        hostsOf(subject).filter(
          ({ path }) => path.startsWith("spec.") && valuesPath.test(path) && !/\.image(\.\w+)?$/.test(path),
        ),
        context,
        "Its values name",
        removeOrRegister,
      );

/** A source that is checked is an object of its own; another may be anything. */
function sourceElsewhere(subject: Resource, { resources }: PolicyContext): Violation[] {
  const reference = objectAt(subject.properties, "spec.sourceRef");
  const kind = textAt(reference, "kind");
  const name = textAt(reference, "name");
  const namespace =
    textAt(reference, "namespace") ?? textAt(subject.properties, "metadata.namespace") ?? "default";
  const known = resources.all.some((one) => one.name === `${namespace}/${kind}/${name}`);
  if (known) return [];
  return [
    {
      path: "spec.sourceRef",
      value: `${namespace}/${name}`,
      message: `Kustomization installs from the ${kind ?? "source"} ${name ?? "without a name"} of the namespace ${namespace}, which is not among what is checked.`,
      remediation: "Check it together with its source, or render it and check the manifests.",
    },
  ];
}
