/** Settings of programs that stay in the country: no policy on outputs, backups, volumes or bridges speaks. */
import { describe, expect, test } from "vitest";
import { check } from "../../policies/engine/engine.ts";
import { parseManifests } from "../../policies/inputs/manifests.ts";
import { ResourceSet } from "../../policies/resources/resource-set.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { exampleCountry, exampleToday } from "./check-example.ts";

const meant = new Set(
  `telemetry-service metrics-sink backup-location network-volume message-bridge database-replica admission-webhook multi-cluster
   unrendered-chart secret-store unregistered-host`.split(/\s+/),
);

function spoke(manifests: string): string[] {
  const resources = parseManifests(manifests, "own.yaml");
  const { findings } = check({
    policies,
    country: exampleCountry,
    today: exampleToday,
    file: "example-country.yaml",
    resources: new ResourceSet(resources, { kind: "manifests", description: "the example" }),
  });
  return findings
    .filter(({ policy }) => meant.has(policy))
    .map(({ policy, message }) => `${policy}: ${message}`);
}

const settings = (file: string, text: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace: "rollout" },
    data: { [file]: text },
  });

const texts: readonly (readonly [what: string, file: string, text: string])[] = [
  [
    "Fluent Bit to Services, one of them an S3 store",
    "fluent-bit.conf",
    "[OUTPUT]\n    Name es\n    Match *\n    Host opensearch\n[OUTPUT]\n    Name s3\n    Match *\n    bucket logs\n    endpoint https://minio.rollout.svc:9000\n    region us-east-1\n",
  ],
  [
    "Vector to Services and to an S3 store in an allowed region",
    "vector.yaml",
    "sinks:\n  a: { type: loki, inputs: [x], endpoint: 'http://loki:3100' }\n  b: { type: aws_s3, inputs: [x], bucket: logs, region: af-south-1 }\n",
  ],
  [
    "an OpenTelemetry collector",
    "relay",
    "exporters:\n  debug: {}\n  otlphttp/own: { endpoint: 'http://tempo.rollout.svc:4318' }\nservice: { pipelines: {} }\n",
  ],
  [
    "Alertmanager to a chat of the stack",
    "alertmanager.yml",
    "receivers:\n  - name: a\n    slack_configs: [{ api_url: 'http://mattermost.rollout.svc/hooks/x', channel: c }]\n  - name: b\n    email_configs: [{ to: a@b.c }]\n",
  ],
  [
    "Loki with an object store of the stack",
    "loki.yaml",
    "common: { storage: { s3: { endpoint: 'minio.rollout.svc:9000', bucketnames: loki, region: us-east-1 } } }\nschema_config: { configs: [{ object_store: s3 }] }\n",
  ],
  [
    "Logstash with conditions",
    "logstash.conf",
    'output {\n  if "x" in [tags] { elasticsearch { hosts => ["http://es:9200"] index => "a-%{+YYYY}" } }\n  else if [a] { stdout { codec => rubydebug } }\n}\n',
  ],
  [
    "a workflow with outputs",
    "workflow.yaml",
    "templates:\n  - name: a\n    outputs: { parameters: [{ name: x, value: y }] }\n",
  ],
  [
    "Grafana with a login switched off",
    "grafana.ini",
    "[database]\ntype = postgres\nhost = pg:5432\n[auth.google]\nenabled = false\n",
  ],
  [
    "a script that saves to the stack's own store",
    "backup.sh",
    'export RESTIC_REPOSITORY="s3:https://minio.rollout.svc:9000/x"\nrestic backup /data\naws --endpoint-url http://minio:9000 s3 cp /x s3://y/\n',
  ],
  [
    "a dashboard",
    "dashboard.json",
    '{"panels":[{"type":"graph","datasource":{"type":"prometheus","uid":"x"}}]}',
  ],
  [
    "ClickHouse with a disk of the stack",
    "storage.xml",
    "<clickhouse><storage_configuration><disks><cold><type>s3</type><endpoint>https://minio.rollout.svc:9000/cold/</endpoint></cold></disks></storage_configuration></clickhouse>",
  ],
];

describe("Settings that stay in the country:", () => {
  test.each(texts)("%s", (_, file, text) => {
    expect(spoke(settings(file, text))).toEqual([]);
  });

  test("volumes on the cluster's own storage, on a zone of the file and on a server of the network", () => {
    const volume = (name: string, spec: object) =>
      JSON.stringify({ apiVersion: "v1", kind: "PersistentVolume", metadata: { name }, spec });
    const zone = {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["za-1"] }] },
        ],
      },
    };
    expect(
      spoke(
        [
          volume("a", { csi: { driver: "driver.longhorn.io", volumeHandle: "x" } }),
          volume("b", { csi: { driver: "disk.csi.azure.com", volumeHandle: "x" }, nodeAffinity: zone }),
          volume("c", {
            csi: {
              driver: "nfs.csi.k8s.io",
              volumeHandle: "x",
              volumeAttributes: { server: "10.20.0.5", share: "/x" },
            },
          }),
        ].join("\n---\n"),
      ),
    ).toEqual([]);
  });

  test("a webhook whose Service is checked with it, and a policy that adds labels", () => {
    expect(
      spoke(`
apiVersion: v1
kind: Service
metadata: { name: hooks, namespace: operator }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: hooks }
webhooks: [{ name: a.example.gov.za, clientConfig: { service: { name: hooks, namespace: operator } } }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: { name: labels }
spec: { mutations: [{ patchType: JSONPatch, jsonPatch: { expression: '[JSONPatch{op: "add", path: "/metadata/labels/a", value: "b"}]' } }] }`),
    ).toEqual([]);
  });

  test("an Application of Argo CD that stays in its cluster", () => {
    expect(
      spoke(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: app, namespace: rollout }
spec:
  destination: { server: "https://kubernetes.default.svc", namespace: rollout }
  source: { repoURL: https://charts.example.gov.za, chart: app, targetRevision: 1.0.0, helm: { valuesObject: { endpoint: "http://tempo:4318" } } }`),
    ).toEqual([]);
  });
});
