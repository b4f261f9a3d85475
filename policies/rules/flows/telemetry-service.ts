/** No agent of an observability service is switched on. A key is enough for that: the address abroad is built in. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { imagesOf } from "../../resources/image.ts";
import { podOf, workloads } from "../../resources/pods.ts";
import { isObject, type Json, type Resource } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";

const keys: readonly (readonly [key: RegExp, service: string])[] = [
  [/^DD_(API_KEY|SITE|AGENT_HOST)$/, "Datadog"],
  [/^NEW_RELIC_(LICENSE|INGEST)_KEY$|^NRIA_LICENSE_KEY$/, "New Relic"],
  [/^SENTRY_DSN$/, "Sentry"],
  [/^SPLUNK_(ACCESS|HEC)_TOKEN$/, "Splunk"],
  [/^HONEYCOMB_(API_KEY|TEAM)$/, "Honeycomb"],
  [/^(DT_API_TOKEN|DT_TENANT|DYNATRACE_)/, "Dynatrace"],
  [/^ELASTIC_APM_(SECRET_TOKEN|API_KEY)$/, "Elastic APM"],
  [/^(ROLLBAR|BUGSNAG|LOGTAIL|LOGDNA|LOGGLY|PAPERTRAIL)_/, "a log or error service"],
  [/^(MIXPANEL|AMPLITUDE|SEGMENT|POSTHOG|GA|GOOGLE_ANALYTICS|MATOMO)_/, "a web analytics service"],
  [/^(OPENAI|ANTHROPIC|MISTRAL|COHERE|GOOGLE_GENAI|GEMINI)_API_KEY$/, "an AI service"],
  [/^(TWILIO|SENDGRID|MAILGUN|POSTMARK|VONAGE|NEXMO|FIREBASE|FCM|ONESIGNAL)_/, "a messaging service"],
];
const agents: readonly (readonly [repository: RegExp, service: string])[] = [
  [/(^|\/)(datadog|datadoghq)\/|(^|\/)cluster-agent$/, "Datadog"],
  [/(^|\/)newrelic\//, "New Relic"],
  [/(^|\/)dynatrace\//, "Dynatrace"],
  [/(^|\/)splunk-otel-collector$/, "Splunk"],
  [/(^|\/)honeycombio\//, "Honeycomb"],
];

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
    "aws:lambda/function:Function",
    "aws:ecs/taskDefinition:TaskDefinition",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["logs", "identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.5.19", "A.8.12"], nist80053: ["AC-4", "SA-9", "SC-7(10)"] },
  remediation: "Remove the agent and its key; monitor with the stack's own Prometheus metrics.",
  check(subject) {
    const remediation = "Remove it; monitor with the stack's own metrics and logs.";
    const named = settingNames(subject).flatMap(({ name, path }): Violation[] => {
      const service = keys.find(([key]) => key.test(name))?.[1];
      if (service === undefined) return [];
      return [{ path, value: name, message: `${name} switches on ${service}.`, remediation }];
    });
    const running = imagesOf(subject).flatMap(({ text, repository, path }): Violation[] => {
      const service = agents.find(([pattern]) => pattern.test(repository))?.[1];
      return service === undefined
        ? []
        : [{ path, value: text, message: `${text} is an agent of ${service}.`, remediation }];
    });
    return [...named, ...running];
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
  const { pod } = podOf(subject);
  if (pod !== undefined)
    return textsOf(subject)
      .filter((text) => text.key === "name" && /\.env\[\d+\]\.name$/.test(text.path))
      .map(({ value, path }) => ({ name: value, path }));
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
