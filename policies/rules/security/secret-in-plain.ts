/** Passwords and keys are in Secrets, never in settings that anybody may read. */
import { every, field, matches } from "../../cel/cel.ts";
import { everyText, longTexts } from "../../cel/kinds.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { rememberTexts } from "../../resources/last.ts";
import { workloads } from "../../resources/pods.ts";
import type { Resource } from "../../resources/resource.ts";
import { type Text, textsIn, textsOf } from "../../resources/texts.ts";

/** Names of secret settings. `notSecret` excludes names of files, Secrets and lifetimes. */
const secretName =
  /(password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credential|erlang_?cookie)s?$/i;
const notSecret = /(_FILE|_PATH|_NAME|_ID|_URL|_TTL|_DAYS|_SECRET_NAME|public_?key|key_?id|http_?tokens)$/i;

const shapes: readonly (readonly [shape: RegExp, what: string])[] = [
  [/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/, "a private key"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, "an access key of AWS"],
  [/\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10}/, "a signed token"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bglpat-[\w-]{20,}|\bxox[abp]-[\w-]{10,}/, "a token of a service"],
  // `xxx` is a placeholder for a password.
  [
    /:\/\/[^\s:/@$]{1,200}:([^\s:/@$*<x][^\s:/@$]{2,500}|x[^\s:/@$x][^\s:/@$]{1,500}|xx[^\s:/@$x][^\s:/@$]{0,500})@/i,
    "a password in an address",
  ],
];

const shapeOf = rememberTexts((value) => shapes.find(([pattern]) => pattern.test(value))?.[1]);

/** A path, a reference, a switch or a masked secret. */
const harmless = /^(\/|\$[({]|true$|false$|none$|enabled$|disabled$|\*+$|\[secret\]$|arn:)/i;

export const secretInPlain: ResourcePolicy = {
  id: "secret-in-plain",
  area: "security",
  scope: "resource",
  title: "No password, key or token is in plain settings.",
  risk: "Everybody with access to the namespace can read settings, and they stay in plans, states, charts and git.",
  types: [
    ...workloads,
    "kubernetes:core/*:ConfigMap",
    "kubernetes:helm.sh/*:Release",
    "pulumi:pulumi:Stack",
    "pulumi:pulumi:StackSettings",
    "aws:lambda/function:Function",
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:ec2/instance:Instance",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ssm/parameter:Parameter",
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:mq/broker:Broker",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:secretsmanager/secretVersion:SecretVersion",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.5.17", "A.8.9"], nist80053: ["IA-5", "SC-28"] },
  remediation: "Put it into a Secret (or Pulumi's secret) and refer to it.",
  check: (subject) =>
    candidates(subject).flatMap((text): Violation | [] => {
      const { key, value } = text;
      const shape = shapeOf(value);
      const what = shape ?? (isSecretSetting(text) ? `the value of ${key}` : undefined);
      if (what === undefined) return [];
      return {
        path: text.path,
        message: `It holds ${what} in plain text.`,
        remediation: subject.type.startsWith("pulumi:")
          ? "Mark it as a secret (`pulumi.secret`, `pulumi config set --secret`)."
          : subject.type.startsWith("aws:")
            ? "Mark it as a secret, or let AWS keep it in Secrets Manager."
            : "Put it into a Secret and refer to it by secretKeyRef or a mounted file.",
      };
    }),
  admission: {
    types: [...workloads, "kubernetes:core/*:ConfigMap"],
    rules: () => {
      const isOpen = (name: string, value: string) =>
        `${matches(name, secretName)} && !${matches(name, notSecret)} && ${value}.trim() != "" && !${matches(value, harmless)}`;
      return [
        {
          ...every(
            "variables.containers",
            "container",
            `${field("container", "env", "[]")}.all(setting, !has(setting.value) || !(${isOpen("setting.name", "setting.value")}))`,
            "container.name",
          ),
          message: "A setting of a container is a secret in plain text.",
        },
        {
          expression: `object.kind != "ConfigMap" || ${field("object", "data", "{}")}.all(key, !(${isOpen("key", "object.data[key]")}))`,
          message: "A value of the ConfigMap is a secret in plain text.",
        },
        ...shapes.map(([shape, what]) => ({
          expression: everyText(`!${matches("text", shape)}`),
          message: `It holds ${what} in plain text.`,
        })),
      ];
    },
    misses: `Texts in other fields and ${longTexts} are not checked.`,
  },
  examples: {
    passing: [
      {
        pulumi: `
za-production:
  type: pulumi:pulumi:Stack
  properties:
    webAddress: https://sme.example.gov.za
    adminPassword: { fn::secret: correct-horse }`,
      },
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  containers:
    - name: app
      image: app:1
      env:
        - { name: DATABASE_PASSWORD, valueFrom: { secretKeyRef: { name: database, key: password } } }
        - { name: SESSION_SECRET_FILE, value: /run/secrets/session }`,
      },
    ],
    failing: [
      {
        pulumi: "za-production: { type: pulumi:pulumi:Stack, properties: { adminPassword: correct-horse } }",
        findings:
          "Stack/za-production adminPassword: It holds the value of adminPassword in plain text. Mark it as a secret (`pulumi.secret`, `pulumi config set --secret`).",
      },
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { containers: [{ name: app, image: app:1, env: [{ name: DATABASE_PASSWORD, value: correct-horse }] }] }`,
        findings: `rollout/Pod/app spec.containers[0].env[0].value: It holds the value of DATABASE_PASSWORD in plain text. Put it into a Secret and refer to it by secretKeyRef or a mounted file.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: app, namespace: rollout }
data: { settings: "url: amqps://ingest:correct-horse@broker:5671" }`,
        findings: `rollout/ConfigMap/app data.settings: It holds a password in an address in plain text. Put it into a Secret and refer to it by secretKeyRef or a mounted file.`,
      },
      {
        pulumi: "accounts: { type: aws:rds/instance:Instance, properties: { password: correct-horse } }",
        findings: `Instance/accounts password: It holds the value of password in plain text. Mark it as a secret, or let AWS keep it in Secrets Manager.`,
      },
    ],
  },
};

function candidates(subject: Resource): readonly Text[] {
  const texts = textsOf(subject).filter(({ section }) => section !== "metadata");
  // Containers of ECS are JSON in a text.
  const inside = texts
    .filter(({ key, value }) => key === "containerDefinitions" && value.startsWith("["))
    .flatMap(({ value, path }) =>
      parsedTexts(value).map((text) => ({
        key: text.key,
        value: text.value,
        section: "containerDefinitions",
        path,
      })),
    );
  return [...texts, ...inside];
}

function parsedTexts(value: string): readonly Text[] {
  try {
    return textsIn(JSON.parse(value));
  } catch {
    return [];
  }
}

function isSecretSetting(text: Text): boolean {
  const { key, value } = text;
  if (!secretName.test(key) || notSecret.test(key) || value.trim() === "") return false;
  // Kubernetes' own fields name Secrets; a path, a reference or a boolean is no secret either.
  if (
    /(valueFrom|secretKeyRef|secretRef|secretName|imagePullSecrets|volumes|volumeMounts|existingSecret)/.test(
      text.path,
    )
  )
    return false;
  return !harmless.test(value);
}
