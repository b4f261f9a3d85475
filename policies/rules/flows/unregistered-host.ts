/** Every server that a workload's settings name belongs to the stack or is registered in the file. */

import { hostViolations, removeOrRegister } from "../../engine/host-violations.ts";
import { changesOfCountry } from "../../engine/localisation-texts.ts";
import { asksOutsideFirst, violationsOfSearches } from "../../engine/name-lookup.ts";
import { operatorTypes } from "../../engine/operator-types.ts";
import { violationOfOwner, violationsOfBuckets } from "../../engine/places-of-stores.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { awsHostsOf } from "../../resources/aws-settings.ts";
import { type HostReference, hostsOf, isBucket } from "../../resources/hosts.ts";
import { imagesOf } from "../../resources/image.ts";
import { workloads } from "../../resources/pods.ts";
import { type Resource, typeKey, typeToken } from "../../resources/resource.ts";
import { dataTransferService } from "../copies/data-transfer-service.ts";
import { keyStoreOutside } from "../copies/key-store-outside.ts";
import { openRemotes } from "../security/plain-stores.ts";
import { deliveryStream } from "./delivery-stream.ts";
import { eventTarget } from "./event-target.ts";
import { topicSubscription } from "./topic-subscription.ts";

/** A name that the pod itself leads to an address; that address is read. */
const ownAlias = /\.hostAliases\[\d+\]\.hostnames/;
/** Annotations by which an injector sets up the pods' sidecars; of other objects they are mostly for people. */
const ofPods = /\btemplate\.metadata\.annotations/;
const prose = /descri|\bdocs?\b|documentation|home|link|owner|contact|support|runbook|change-cause/i;
/** Links for people, such as runbooks. */
const forPeople = /metadata\.(annotations|labels)|(runbook|dashboard)(_url|Url)/;

export const unregisteredHost: ResourcePolicy = {
  id: "unregistered-host",
  area: "flows",
  scope: "resource",
  title: "Settings name only hosts of the stack or of the localisation file.",
  risk: "An exporter, SDK or webhook in a variable or configuration file sends data to its own cloud at once.",
  types: [
    ...workloads,
    "kubernetes:core/*:ConfigMap",
    "kubernetes:core/*:Secret",
    "kubernetes:helm.sh/*:Release",
    ...operatorTypes,
    "kubernetes:rabbitmq.com/*:RabbitmqCluster",
    "kubernetes:clickhouse.altinity.com/*:ClickHouseInstallation",
    "kubernetes:monitoring.coreos.com/*:AlertmanagerConfig",
    "kubernetes:monitoring.coreos.com/*:Probe",
    "kubernetes:grafana.integreatly.org/*:GrafanaDatasource",
    "aws:*",
    // What these may hold is known by this policy, so they are named.
    "aws:lambda/function:Function",
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:ec2/instance:Instance",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ssm/parameter:Parameter",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "logs"],
  controls: { iso27001: ["A.5.14", "A.8.12"], nist80053: ["AC-4", "SC-7(10)", "CA-3"] },
  remediation:
    "Remove the address, or register its host under `residency.endpoints` with its country and the data that it receives.",
  check(subject, context) {
    const isAws = typeToken(subject.type).package === "aws";
    const hosts = isAws ? hostsOfAws(subject) : hostsOfSettings(subject);
    const absolute = asksOutsideFirst(subject);
    const named = [...hosts.filter((host) => !isBucket(host)), ...changesOfCountry(subject, context)];
    return [
      ...hostViolations(
        named.map(({ host, path }) => ({ host: absolute ? `${host}.` : host, path })),
        context,
        "It names",
        removeOrRegister,
      ),
      ...named.flatMap((host) => violationOfOwner(host, context)),
      ...violationsOfBuckets(subject, hosts.filter(isBucket), context),
      ...violationsOfSearches(subject),
      ...openRemotes(subject),
    ];
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: rollout }
data:
  app.env: |
    # see https://docs.example.com
    MAIL_HOST=mail.example.gov.za
    STORE_URL=https://time-series-store.rollout.svc.cluster.local:8443
    BROKER_URL=mqtts://broker:8883
    SCRIPT=run.sh
    SINK_CLASS=org.example.sinks.File
    METRICS_GROUP=metrics.example.com
    DESCRIBED_IN=foo.bar.yaml`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: diagnostic, namespace: rollout }
spec:
  template:
    spec:
      containers:
        - name: app
          image: registry.example.gov.za/sme/app:1
          env: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: https://otlp.example.com:4318 }]`,
        findings: `rollout/Deployment/diagnostic spec.template.spec.containers[0].env[0].value: It names otlp.example.com, which the file does not register. Remove it, or register otlp.example.com under residency.endpoints with its country.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Secret
metadata: { name: crm, namespace: rollout }
data: { url: aHR0cHM6Ly91c2VyOnBhc3N3b3JkQGNybS5leGFtcGxlLmNvbS9hcGk= }`,
        findings: `rollout/Secret/crm data.url: It names crm.example.com, which the file does not register. Remove it, or register crm.example.com under residency.endpoints with its country.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: mosquitto, namespace: rollout }
data:
  mosquitto.conf: |
    connection cloud
    address mqtt.example.com:8883`,
        findings: `rollout/ConfigMap/mosquitto data["mosquitto.conf"]: It names mqtt.example.com, which the file does not register. Remove it, or register mqtt.example.com under residency.endpoints with its country.`,
      },
      {
        manifests: `
apiVersion: batch/v1
kind: CronJob
metadata: { name: copies, namespace: rollout }
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: copies
              image: registry.example.gov.za/sme/app:1
              command: [aws, s3, sync, /data, "s3://copies/", --region, eu-west-1]
            - name: queue
              image: registry.example.gov.za/sme/app:1
              args: ["https://abc123.execute-api.af-south-1.amazonaws.com/"]`,
        findings: `
rollout/CronJob/copies spec.jobTemplate.spec.template.spec.containers[1].args[0]: It names abc123.execute-api.af-south-1.amazonaws.com, which anybody may own in the region: neither the plan nor the file has it. Remove it, or register abc123.execute-api.af-south-1.amazonaws.com under residency.endpoints with its country.
rollout/CronJob/copies spec.jobTemplate.spec.template.spec.containers[0].command[6]: It names the region eu-west-1 (Dublin, Ireland). Name af-south-1, or remove the setting.
rollout/CronJob/copies spec.jobTemplate.spec.template.spec.containers[0].command[4]: It names the bucket copies, and nothing says where that is. Name the endpoint of a store in the country beside it, or a bucket of the plan.`,
      },
      {
        pulumi: `
pages: { type: aws:route53/record:Record,
  properties: { zoneId: zone, name: sme.example.gov.za, type: CNAME, records: [d111.cloudfront.net] } }`,
        findings: `Record/pages records[0]: It names d111.cloudfront.net, which the file does not register. Remove it, or register d111.cloudfront.net under residency.endpoints with its country.`,
      },
      {
        pulumi: `
export: { type: aws:lambda/function:Function,
  properties: { environment: { variables: { TARGET: https://export.eu-west-1.amazonaws.com/ } } } }`,
        findings: `Function/export environment.variables.TARGET: It names export.eu-west-1.amazonaws.com in eu-west-1 (Dublin, Ireland). Remove it, or register export.eu-west-1.amazonaws.com under residency.endpoints with its country.`,
      },
    ],
  },
};

/** Their policies say of the same hosts what goes there. */
const elsewhere = new Set(
  [dataTransferService, deliveryStream, eventTarget, keyStoreOutside, topicSubscription].flatMap(
    ({ types }) => types,
  ),
);

function hostsOfAws(subject: Resource): HostReference[] {
  if (elsewhere.has(subject.type)) return [];
  return awsHostsOf(subject).filter(({ path, scheme }) => scheme !== "s3" && !forPeople.test(path));
}

const makesPods = new Set(workloads.map(typeKey));

// Registries of images have their own policy.
function hostsOfSettings(subject: Resource): HostReference[] {
  const images = new Set(
    makesPods.has(typeKey(subject.type)) ? imagesOf(subject).map(({ path }) => path) : [],
  );
  return hostsOf(subject).filter(
    ({ path, scheme }) =>
      (!forPeople.test(path) || (scheme !== undefined && ofPods.test(path) && !prose.test(path))) &&
      !ownAlias.test(path) &&
      !images.has(path) &&
      !/\.?image$|^chart$|^repositoryOpts/.test(path),
  );
}
