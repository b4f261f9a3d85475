/** No agent of an observability service is switched on. A key is enough for that: the address abroad is built in. */
import { installerTypes, operatorPods } from "../../engine/operator-types.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { sinkViolations } from "../../engine/sink-violations.ts";
import { serviceOfImage, serviceOfKey, servicesInTexts } from "../../engine/vendor-services.ts";
import { imagesOf } from "../../resources/image.ts";
import { workloads } from "../../resources/pods.ts";
import { isObject, type Json, type Resource } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";

export const telemetryService: ResourcePolicy = {
  id: "telemetry-service",
  area: "flows",
  scope: "resource",
  title: "No agent or key of an observability, analytics, AI or messaging service abroad is in use.",
  risk: "Such an agent sends data without any address in the settings: its key switches it on and its default server is abroad.",
  types: [
    ...workloads,
    "kubernetes:core/*:ConfigMap",
    "kubernetes:core/*:Secret",
    ...installerTypes,
    ...operatorPods,
    "kubernetes:keda.sh/*:ScaledObject",
    "kubernetes:core/*:Namespace",
    "kubernetes:core/*:ServiceAccount",
    "kubernetes:monitoring.coreos.com/*:AlertmanagerConfig",
    "kubernetes:grafana.integreatly.org/*:GrafanaDatasource",
    "aws:lambda/function:Function",
    "aws:ecs/taskDefinition:TaskDefinition",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["logs", "identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.5.19", "A.8.12"], nist80053: ["AC-4", "SA-9", "SC-7(10)"] },
  remediation: "Remove the agent and its key; monitor with the stack's own Prometheus metrics.",
  check(subject, context) {
    const remediation = "Remove it; monitor with the stack's own metrics and logs.";
    const named = settingNames(subject).flatMap(({ name, path }): Violation[] => {
      const service = serviceOfKey(name);
      if (service === undefined) return [];
      return [{ path, value: name, message: `${name} switches on ${service}.`, remediation }];
    });
    const running = imagesOf(subject).flatMap(({ text, repository, path }): Violation[] => {
      const service = serviceOfImage(repository);
      return service === undefined
        ? []
        : [{ path, value: text, message: `${text} is an agent of ${service}.`, remediation }];
    });
    const known = new Set(named.map(({ path }) => path.replace(/\.name$/, ".value")));
    const loaded = servicesInTexts(subject)
      .filter(({ path }) => !known.has(path))
      .map(({ word, service, path }) => ({
        path,
        value: word,
        message: `${word} switches on ${service}.`,
        remediation,
      }));
    return [...named, ...running, ...loaded, ...sinkViolations(subject, context)];
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { containers: [{ name: app, image: registry.example.gov.za/sme/app:1, env: [{ name: LOG_LEVEL, value: info }] }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  containers:
    - name: app
      image: registry.example.gov.za/sme/app:1
      env: [{ name: DD_API_KEY, valueFrom: { secretKeyRef: { name: datadog, key: key } } }]`,
        findings: `rollout/Pod/app spec.containers[0].env[0].name: DD_API_KEY switches on Datadog. Remove it; monitor with the stack's own metrics and logs.`,
      },
      {
        manifests: `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent, namespace: monitoring }
spec: { template: { spec: { containers: [{ name: agent, image: gcr.io/datadoghq/agent:7 }] } } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: infrastructure, namespace: monitoring }
spec: { template: { spec: { containers: [{ name: agent, image: registry.example.gov.za/newrelic/infrastructure:1.50 }] } } }`,
        findings: `
monitoring/DaemonSet/agent spec.template.spec.containers[0].image: gcr.io/datadoghq/agent:7 is an agent of Datadog. Remove it; monitor with the stack's own metrics and logs.
monitoring/DaemonSet/infrastructure spec.template.spec.containers[0].image: registry.example.gov.za/newrelic/infrastructure:1.50 is an agent of New Relic. Remove it; monitor with the stack's own metrics and logs.`,
      },
      {
        pulumi: `
advice: { type: aws:lambda/function:Function,
  properties: { environment: { variables: { OPENAI_API_KEY: from-secret } } } }`,
        findings: `Function/advice environment.variables.OPENAI_API_KEY: OPENAI_API_KEY switches on an AI service. Remove it; monitor with the stack's own metrics and logs.`,
      },
    ],
  },
};

interface SettingName {
  readonly name: string;
  readonly path: string;
}

/** Names of variables and keys. Their values, which may be secret, are not needed. */
function settingNames(subject: Resource): SettingName[] {
  if (subject.type.startsWith("kubernetes:") && !/:(ConfigMap|Secret)$/.test(subject.type))
    return textsOf(subject)
      .filter(
        (text) =>
          (text.key === "name" && /env\w*\[\d+\]\.name$/i.test(text.path)) ||
          (/^[A-Z_0-9]+$/.test(text.key) && /\.(env|envVars|extraEnvs?)\.[A-Z_0-9]+$/.test(text.path)),
      )
      .map(({ key, value, path }) => ({ name: key === "name" ? value : key, path }));
  const maps: readonly (readonly [path: string, map: Json | undefined])[] = [
    ["data", subject.properties.data],
    ["stringData", subject.properties.stringData],
    ["environment.variables", variablesOf(subject.properties.environment)],
  ];
  const containers = textsOf(subject).filter(
    ({ key, value }) => key === "containerDefinitions" && value.includes("{"),
  );
  return [
    ...maps.flatMap(([path, map]) =>
      isObject(map) ? Object.keys(map).map((name) => ({ name, path: `${path}.${name}` })) : [],
    ),
    ...containers.flatMap(({ value, path }) =>
      [...value.matchAll(/"name"\s*:\s*"([A-Z][A-Z0-9_]*)"/g)].map((match) => ({
        name: match[1] ?? "",
        path,
      })),
    ),
  ];
}

const variablesOf = (environment: Json | undefined) =>
  isObject(environment) ? environment.variables : undefined;
